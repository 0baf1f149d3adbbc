// Whether a question is asked of what a machine has said, or the host.
import ts from "typescript";

/** What effects are called, and functions whose answer is the host's: whether the module is there, whether it refuses a call, whether a MAC fits, whether a text is locked. */
const EFFECTS = ["Effect"];

/** A call of the module: what it answers with yes or no is the machine's. */
export const CROSSINGS = ["steady", "edge"];

/** Members that hold what a machine has answered, by the type that carries it. */
export const SAID = {
  AnswerRow: ["state", "form"],
  Accepted: ["state"],
  AccountCheck: ["ok"],
  Batch: ["isFirst"],
  Finding: ["closes", "place", "code", "form", "account"],
  Issue: ["severity"],
  Lease: ["answer"],
  Report: ["ok", "values"],
  LeadAsked: ["values"],
  MappingCheck: ["ok"],
  Ruled: ["moved"],
  Said: ["what", "numbers"],
  Stepped: ["due"],
  Wanted: ["values"],
};

/** What an error of the host's says. */
export const HOST_SAID = { Error: ["message"], HostError: ["message", "overloaded"] };

/** Members of the host's objects that hold what a system has answered. */
const ANSWERED = ["status", "statusText", "ok", "headers", "redirected"];

export function makeSaid(known) {
  const {
    checker,
    parts,
    isMember,
    isCallback,
    usesOf,
    origin,
    isGenerated,
    memberOf,
    isAbsence,
    declared,
  } = known;

  const isEffect = (type) =>
    EFFECTS.includes(type.aliasSymbol?.name) ||
    parts(type).some((part) => EFFECTS.includes(part.aliasSymbol?.name));

  /** Whether it is a member that the host's own types declare, and no answer of a system's. */
  function isHostMember(node) {
    let member;
    if (ts.isPropertyAccessExpression(node)) member = checker.getSymbolAtLocation(node.name);
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    if (
      declaration &&
      ts.isBindingElement(declaration) &&
      ts.isObjectBindingPattern(declaration.parent)
    ) {
      member = checker
        .getTypeAtLocation(declaration.parent)
        .getProperty((declaration.propertyName ?? declaration.name).getText());
    }
    if (!member || ANSWERED.includes(member.name)) return false;
    // Whether there is nothing more to read.
    if (member.name === "done")
      return member.declarations.every((one) =>
        /\/lib\.[\w.]+$/.test(one.getSourceFile().fileName),
      );
    const isCounted = parts(checker.getTypeOfSymbol(member)).some(
      ({ flags }) => (flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike)) !== 0,
    );
    return (
      !isCounted &&
      member.declarations.every((one) => one.getSourceFile().fileName.includes("/lib.dom"))
    );
  }

  /** Whether it is what was caught. */
  function isCaught(node) {
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    return Boolean(declaration) && ts.isCatchClause(declaration.parent);
  }

  /** Whether it is a class of errors. */
  const isErrors = (node) =>
    checker
      .getTypeAtLocation(node)
      .getConstructSignatures()
      .some((made) => made.getReturnType().getProperty("stack") !== undefined);

  /** Whether an error's own words are of a pattern. */
  const saysOfHost = ({ expression, arguments: [about] }) =>
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === "test" &&
    about !== undefined &&
    (isMember(about, HOST_SAID) ||
      (ts.isCallExpression(about) &&
        about.expression.getText() === "String" &&
        isCaughtText(about.arguments[0])));

  /** Whether it is what was caught, as nobody knows what that is. */
  const isCaughtText = (node) =>
    (checker.getTypeAtLocation(node).flags & ts.TypeFlags.Unknown) !== 0 &&
    node.getText() === "error";

  /** Whether a text begins or ends with what a machine has said. */
  const saysOfMachine = ({ expression, arguments: [about] }) =>
    ts.isPropertyAccessExpression(expression) &&
    ["startsWith", "endsWith"].includes(expression.name.text) &&
    about !== undefined &&
    (isSaid(about) || isSaid(expression.expression));

  /** Whether it is what a machine has answered, or a part of that. */
  const isSaid = (node) =>
    ts.isTemplateExpression(node)
      ? node.templateSpans.every(({ expression }) => isSaid(expression))
      : isMember(ts.isElementAccessExpression(node) ? node.expression : node, SAID);

  /** Whether a method gives nothing but what the module has said. */
  function givesWords(node) {
    const method = checker.getSymbolAtLocation(node.name)?.valueDeclaration;
    const given = [];
    const visit = (at) => {
      if (ts.isReturnStatement(at)) given.push(at.expression);
      if (at === method || !ts.isFunctionLike(at)) ts.forEachChild(at, visit);
    };
    if (method && ts.isMethodDeclaration(method)) visit(method);
    return given.length > 0 && given.every((one) => one && isWord(one));
  }

  /** Whether it is a word or a number that the module has said, or one that was cut out of that. */
  function isWord(node) {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAsExpression(node)
    )
      return isWord(node.expression);
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      if (ts.isIdentifier(expression)) return CROSSINGS.includes(expression.text);
      if (expression.expression.kind === ts.SyntaxKind.ThisKeyword) return givesWords(expression);
      return ts.isPropertyAccessExpression(expression) && expression.name.text === "split"
        ? isWord(expression.expression)
        : false;
    }
    if (ts.isBinaryExpression(node)) return isWord(node.left) && ts.isNumericLiteral(node.right);
    let declaration = ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    while (
      declaration &&
      (ts.isBindingElement(declaration) || ts.isArrayBindingPattern(declaration))
    )
      declaration = declaration.parent;
    // What a function is given in each of its calls.
    if (declaration && ts.isParameter(declaration)) {
      const of = declaration.parent;
      if (isCallback(of) && ts.isPropertyAccessExpression(of.parent.expression))
        return (
          ["map", "flatMap"].includes(of.parent.expression.name.text) &&
          of.parameters[0] === declaration &&
          isWord(of.parent.expression.expression)
        );
      const name = of.name && checker.getSymbolAtLocation(of.name);
      const at = of.parameters.indexOf(declaration);
      const uses = name ? usesOf(name) : [];
      return (
        uses.length > 0 &&
        uses.every((use) => {
          const call = ts.isPropertyAccessExpression(use.parent) ? use.parent.parent : use.parent;
          return ts.isCallExpression(call) && call.arguments[at] && isWord(call.arguments[at]);
        })
      );
    }
    if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
    const list = declaration.parent;
    if (ts.isForOfStatement(list.parent)) return isWord(list.parent.expression);
    if (declaration.initializer)
      return Boolean(list.flags & ts.NodeFlags.Const) && isWord(declaration.initializer);
    // What is said where something may stop it is declared before.
    const sets = usesOf(checker.getSymbolAtLocation(declaration.name)).filter(
      ({ parent }) =>
        ts.isBinaryExpression(parent) &&
        parent.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
        parent.left.getText() === node.text,
    );
    return sets.length > 0 && sets.every(({ parent }) => isWord(parent.right));
  }

  /** Whether it is an answer of a table that the generator has written out of a rule. */
  function isRule(node) {
    const answer = origin(node);
    if (ts.isConditionalExpression(answer))
      return isRule(answer.whenTrue) && isRule(answer.whenFalse);
    return ts.isElementAccessExpression(answer) && isTable(answer.expression);
  }

  /** Whether it is a table that the generator has written, or a row of one. */
  function isTable(node) {
    const table = origin(node);
    if (ts.isBinaryExpression(table))
      return (
        table.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        isTable(table.left) &&
        isTable(table.right)
      );
    let symbol = checker.getSymbolAtLocation(table);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    if (symbol?.valueDeclaration && ts.isIdentifier(table) && isGenerated(symbol.valueDeclaration))
      return true;
    return (
      (ts.isElementAccessExpression(table) || ts.isPropertyAccessExpression(table)) &&
      isTable(table.expression)
    );
  }

  /** Whether it is a member of what the machine has the host do. */
  const isOfEffect = (node) =>
    Boolean(
      memberOf(node)?.declarations?.every((one) =>
        one.getSourceFile().fileName.endsWith("steps.gen.ts"),
      ),
    );

  /** Whether it is a yes or a no that an effect says. */
  function isEffects(node) {
    const member = memberOf(node);
    return Boolean(
      isOfEffect(node) &&
        parts(checker.getTypeOfSymbol(member)).every(
          (part) => isAbsence(part) || part.flags & ts.TypeFlags.BooleanLike,
        ),
    );
  }

  /** Whether it is a call of the module, of what a crossing hands to it. */
  function isCrossed({ expression }) {
    if (!ts.isPropertyAccessExpression(expression)) return false;
    const declaration = checker.getSymbolAtLocation(expression.expression)?.valueDeclaration;
    if (!declaration || !ts.isParameter(declaration)) return false;
    const { parent } = declaration.parent;
    return ts.isCallExpression(parent) && CROSSINGS.includes(parent.expression.getText());
  }

  /** Whether it is what tells one effect from another: the first of a list, or what it does. */
  function discriminates(node) {
    if (ts.isPropertyAccessExpression(node))
      return node.name.text === "do" && isEffect(declared(node.expression));
    if (ts.isElementAccessExpression(node)) {
      const at = node.argumentExpression;
      return ts.isNumericLiteral(at) && at.text === "0" && isEffect(declared(node.expression));
    }
    return false;
  }

  return {
    isHostMember,
    isCaught,
    isErrors,
    saysOfHost,
    saysOfMachine,
    isSaid,
    isWord,
    isRule,
    isOfEffect,
    isEffects,
    isCrossed,
    discriminates,
  };
}
