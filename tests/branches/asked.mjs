// Whether a question is asked of what a caller says.
import ts from "typescript";

/** What a caller says: a request's method and headers, and what its address asks for. A reply's are a system's answer. */
const CALLER = { Request: ["method"], URL: ["protocol", "hostname"] };

const CALLER_HAS = ["Headers", "URLSearchParams"];

/** The body of an operator's call. */
const BODIES = ["Given"];

/** What is done to a text before it is compared. */
const TRIMS = ["trim", "toLowerCase", "toUpperCase", "slice", "split"];

const PATHS = ["pathname"];

export function makeAsked(known) {
  const { checker, isMember, typeNameOf, isNothing, origin } = known;

  /** Whether something is a part of what a caller says: of a request, its address, or the body of an operator's call. */
  function isAsked(node) {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAsExpression(node)
    )
      return isAsked(node.expression);
    if (ts.isBinaryExpression(node))
      return (
        node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        isAsked(node.left) &&
        (isAsked(node.right) || isSpelled(node.right))
      );
    if (ts.isTemplateExpression(node))
      return node.templateSpans.every((one) => isAsked(one.expression) || isPath(one.expression));
    if (isMember(node, CALLER)) return true;
    if (ts.isElementAccessExpression(node) && ts.isNumericLiteral(node.argumentExpression))
      return isAsked(node.expression);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
      return isBody(node.expression);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: of, name } = node.expression;
      if (TRIMS.includes(name.text)) return isAsked(of);
      return ["get", "getAll"].includes(name.text) && isCallers(of);
    }
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    if (!declaration) return false;
    if (ts.isBindingElement(declaration))
      return isObjectOf(declaration, (made) => isBody(made) || isRequest(made));
    return Boolean(
      ts.isVariableDeclaration(declaration) &&
        declaration.initializer &&
        declaration.parent.flags & ts.NodeFlags.Const &&
        isAsked(declaration.initializer),
    );
  }

  const isBody = (node) => BODIES.includes(typeNameOf(node));

  const isRequest = (node) => Object.hasOwn(CALLER, typeNameOf(node) ?? "");

  /** Whether a name was taken out of an object, by its declaration, that is such a one. */
  function isObjectOf(declaration, is) {
    const pattern = declaration.parent;
    if (!ts.isObjectBindingPattern(pattern)) return false;
    const { parent } = pattern;
    return ts.isParameter(parent)
      ? is(pattern)
      : Boolean(parent.initializer && is(parent.initializer));
  }

  /** Whether these are a request's headers, or what an address asks for: a reply's headers are not. */
  function isCallers(node) {
    const name = typeNameOf(node);
    if (name === "URLSearchParams") return true;
    return (
      CALLER_HAS.includes(name) && ts.isPropertyAccessExpression(node) && isRequest(node.expression)
    );
  }

  /** Whether it is a word, a yes or a no that stands here as it is. */
  const isSpelled = (node) =>
    ts.isStringLiteralLike(node) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.kind);

  /** Whether a call asks what a caller says: whether a name is there, or a word, or whether it is spelled like this. */
  function asksCaller({ expression, arguments: [about] }) {
    if (!ts.isPropertyAccessExpression(expression) || !about) return false;
    const { expression: of, name } = expression;
    if (name.text === "has") return isCallers(of);
    if (name.text === "test") return isPattern(of) && isAsked(about);
    if (["startsWith", "endsWith"].includes(name.text)) return isAsked(of) && isSpelled(about);
    if (name.text !== "includes") return false;
    return (
      (isAsked(of) && isSpelled(about)) ||
      (ts.isArrayLiteralExpression(of) &&
        of.elements.every((one) => isSpelled(one) || isNothing(one)) &&
        isAsked(about))
    );
  }

  /** Whether it is a pattern that stands in the file. */
  const isPattern = (node) => ts.isRegularExpressionLiteral(origin(node));

  /** Whether it is the path of a call, or a part of it. */
  function isPath(node) {
    if (ts.isAsExpression(node)) return isPath(node.expression);
    if (ts.isIdentifier(node) && node.text === "path") return true;
    if (ts.isPropertyAccessExpression(node)) return PATHS.includes(node.name.text);
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "slice"
    )
      return isPath(node.expression.expression);
    let declaration = ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    while (
      declaration &&
      (ts.isBindingElement(declaration) || ts.isArrayBindingPattern(declaration))
    )
      declaration = declaration.parent;
    const made = declaration && ts.isVariableDeclaration(declaration) && declaration.initializer;
    return Boolean(
      made &&
        ts.isCallExpression(made) &&
        ts.isPropertyAccessExpression(made.expression) &&
        made.expression.name.text === "split" &&
        ts.isPropertyAccessExpression(made.expression.expression) &&
        PATHS.includes(made.expression.expression.name.text),
    );
  }

  return { isAsked, isSpelled, asksCaller, isPath };
}
