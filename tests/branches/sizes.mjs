// Whether a question is one of how long something is, or of which of two comes first.
import ts from "typescript";

/** How many a thing of ours has room for. */
const ROOMS = { Limited: ["most"] };

/** What changes a number that is counted. */
const ADDS = [
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.PlusEqualsToken,
  ts.SyntaxKind.MinusEqualsToken,
];

/** How long something is, and who counts that. */
const SIZES = ["length", "size", "byteLength"];

const SIZED = ["octets"];

export function makeSizes(known, asked) {
  const { checker, isMember, usesOf, isGenerated } = known;
  const { isAsked } = asked;

  /** Whether how long something is stands beside a number that the machine gives. */
  function isBound(left, right) {
    if (isSize(left)) return isGiven(right) || isRoom(right);
    return isSize(right) && isGiven(left);
  }

  /** Whether it is how long something else is, or a part of that; or what a thing of ours has room for. */
  const isRoom = (node) =>
    isMember(node, ROOMS) ||
    isSize(
      ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.SlashToken &&
        ts.isNumericLiteral(node.right)
        ? node.left
        : node,
    );

  function isSize(node) {
    if (ts.isParenthesizedExpression(node)) return isSize(node.expression);
    if (ts.isBinaryExpression(node))
      return (
        node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
        isSize(node.left) &&
        isSize(node.right)
      );
    if (ts.isPropertyAccessExpression(node)) return SIZES.includes(node.name.text);
    // What a request says that it has.
    if (ts.isCallExpression(node) && node.expression.getText() === "Number")
      return isAsked(node.arguments[0].left ?? node.arguments[0]);
    const symbol = ts.isIdentifier(node) && checker.getSymbolAtLocation(node);
    const declaration = symbol?.valueDeclaration;
    if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
    const { initializer } = declaration;
    if (initializer && ts.isCallExpression(initializer))
      return SIZED.includes(initializer.expression.getText());
    if (initializer?.getText() !== "0") return false;
    const sums = usesOf(symbol).filter(
      ({ parent }) =>
        ts.isBinaryExpression(parent) &&
        parent.left.getText() === node.text &&
        ADDS.includes(parent.operatorToken.kind),
    );
    return (
      sums.length > 0 &&
      sums.every(
        ({ parent }) =>
          parent.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken && isSize(parent.right),
      )
    );
  }

  /** Whether it is a number of a generated table, or one that a function is given in each of its calls. */
  function isGiven(node) {
    if (!ts.isIdentifier(node)) return false;
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const declaration = symbol?.valueDeclaration;
    if (!declaration) return false;
    if (isGenerated(declaration)) return true;
    if (!ts.isParameter(declaration) || bounds.has(symbol)) return bounds.get(symbol) ?? false;
    bounds.set(symbol, false);
    const of = declaration.parent;
    const name = of.name ?? (ts.isVariableDeclaration(of.parent) ? of.parent.name : undefined);
    const at = of.parameters.indexOf(declaration);
    const uses = name ? usesOf(checker.getSymbolAtLocation(name)) : [];
    bounds.set(
      symbol,
      uses.length > 0 &&
        uses.every(({ parent }) => {
          const own =
            ts.isCallExpression(parent) && (parent.arguments[at] ?? declaration.initializer);
          return Boolean(own && isGiven(own));
        }),
    );
    return bounds.get(symbol);
  }

  const bounds = new Map();

  /** Whether a loop's own counter is held to the end of what it goes through. */
  function isWalk(node) {
    const { condition: asked, initializer } = node;
    return Boolean(
      asked &&
        initializer &&
        ts.isVariableDeclarationList(initializer) &&
        ts.isBinaryExpression(asked) &&
        asked.operatorToken.kind === ts.SyntaxKind.LessThanToken &&
        initializer.declarations.some((one) => one.name.getText() === asked.left.getText()) &&
        ts.isPropertyAccessExpression(asked.right) &&
        SIZES.includes(asked.right.name.text),
    );
  }

  /** Whether it says which of two comes first: by one and the same of both. */
  function isOrder(node) {
    if (!ts.isArrowFunction(node) || ts.isBlock(node.body) || node.parameters.length !== 2)
      return false;
    const [one, other] = node.parameters.map(({ name }) => name.getText());
    const body = ts.isParenthesizedExpression(node.body) ? node.body.expression : node.body;
    const beside = ts.isConditionalExpression(body) ? body.condition : body;
    if (!ts.isBinaryExpression(beside)) return false;
    const by = (at, name) => at.getText().replace(new RegExp(`\\b${name}\\b`, "g"), "#");
    return (
      [ts.SyntaxKind.MinusToken, ts.SyntaxKind.LessThanToken].includes(beside.operatorToken.kind) &&
      (by(beside.left, one) === by(beside.right, other) ||
        by(beside.left, other) === by(beside.right, one))
    );
  }

  return { isBound, isWalk, isOrder };
}
