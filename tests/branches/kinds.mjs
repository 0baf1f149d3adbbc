// Of which kind a branch is: what it asks decides. A kind is narrow and mechanical, so that a reader may trust the list.
import assert from "node:assert/strict";
import ts from "typescript";
import { makeAsked } from "./asked.mjs";
import { containedAs, leaksOf } from "./contained.mjs";
import { makeKnown } from "./known.mjs";
import { root } from "./program.mjs";
import { CROSSINGS, HOST_SAID, makeSaid, SAID } from "./said.mjs";
import { makeSizes } from "./sizes.mjs";

const HOST_ASKED = [
  "isReady",
  "isRefusal",
  "hmacFits",
  "isLocked",
  "isMissing",
  "isSender",
  "isTrap",
  "URL.canParse",
  "isAnswered",
  "crypto.subtle.verify",
  // What one of our objects has answered.
  "atDesk",
];

/** Members that name the call of an interface, and nothing else; so does a part of a path. */
const NAMED = { Rule: ["what"] };

/** Members of the owner's options that say of what kind something is, or whose. */
const OPTIONS = {
  AlertChannel: ["kind"],
  AlertChannelMembers: ["kind"],
  FieldSpec: ["kind"],
  Target: ["account"],
};

/** What a machine is told as yes and no: each is a bit of a number. */
const FACTS = ["bit", "facts"];

/** What asks a question and goes by the answer. */
const QUESTIONS = [
  ts.isIfStatement,
  ts.isConditionalExpression,
  ts.isWhileStatement,
  ts.isDoStatement,
  ts.isForStatement,
];

/** Methods that ask for each item whether it is meant. */
const PICKING = [
  "every",
  "filter",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "some",
  "sort",
  "toSorted",
];

/** The branches of a file: `{ line, text, kind }`, the kind nothing where it is none that is allowed. */
export function branchesOf(program, file) {
  const known = makeKnown(program);
  const asked = makeAsked(known);
  const said = makeSaid(known);
  const sizes = makeSizes(known, asked);
  const {
    checker,
    isNothing,
    mayBeAbsent,
    isMember,
    parts,
    declared,
    isObject,
    isList,
    isAbsence,
    origin,
    isCallback,
    usesOf,
  } = known;
  const { isAsked, isSpelled, asksCaller, isPath } = asked;
  const { isBound, isOrder, isWalk } = sizes;
  const {
    isCaught,
    isErrors,
    isRule,
    isWord,
    isSaid,
    discriminates,
    isEffects,
    saysOfHost,
    saysOfMachine,
    isHostMember,
    isOfEffect,
    isCrossed,
  } = said;

  const source = program.getSourceFile(file);
  assert.ok(source, file);
  const found = [];
  const contained = containedAs(file);
  const ofText = contained && leaksOf(program, file).length === 0 ? contained : undefined;

  /** The kind of a question. */
  function kindOf(node) {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAsExpression(node) ||
      ts.isAwaitExpression(node)
    )
      return kindOf(node.expression);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
      return kindOf(node.operand);
    if (ts.isBinaryExpression(node)) {
      const {
        left,
        right,
        operatorToken: { kind },
      } = node;
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken)
        return kindOf(left) && kindOf(right);
      // In which of its shapes something was given.
      if (kind === ts.SyntaxKind.InKeyword) return ts.isStringLiteral(left) ? "given" : undefined;
      if (kind === ts.SyntaxKind.InstanceOfKeyword)
        return isCaught(left) || isErrors(right) ? "host" : undefined;
      if (
        kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
        kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
      ) {
        if (isNothing(right))
          return mayBeAbsent(checker.getTypeAtLocation(left)) ? "given" : undefined;
        // In which of its shapes something was given.
        if (ts.isTypeOfExpression(left)) return "given";
        if (isRule(left) || isWord(left) || isSaid(left)) return "machine";
        if (isMember(left, OPTIONS)) return "given";
        if (isMember(left, HOST_SAID)) return "host";
        if (isAsked(left) && isSpelled(right)) return "asked";
        // A text that is empty was not given, nor one of an object with nothing in it.
        if (ts.isStringLiteralLike(right) && ["", "{}"].includes(right.text)) return "given";
        // An option that is switched off is one that was not given.
        if (right.kind === ts.SyntaxKind.FalseKeyword)
          return parts(declared(left)).some((part) => part.flags & ts.TypeFlags.Object)
            ? "given"
            : undefined;
        return discriminates(left) ? "effect" : undefined;
      }
      return isBound(left, right) ? "bound" : undefined;
    }
    if (discriminates(node)) return "effect";
    if (isRule(node) || isMember(node, SAID) || isEffects(node)) return "machine";
    if (isPicking(node)) return kindOfPick(node);
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      // In which of its shapes something was given, and whether a member of what was given is there.
      if (name === "Array.isArray" || name === "Object.hasOwn") return "given";
      if (CROSSINGS.includes(name)) return "machine";
      if (HOST_ASKED.includes(name)) return "host";
      if (saysOfHost(node)) return "host";
      if (saysOfMachine(node)) return "machine";
      return asksCaller(node) ? "asked" : kindOfBody(node);
    }
    if (isHostMember(node)) return "host";
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    if (
      declaration &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer &&
      declaration.parent.flags & ts.NodeFlags.Const
    ) {
      const kind = kindOf(declaration.initializer);
      if (kind) return kind;
    }
    // What TypeScript knows to be there by now may have been declared as absent.
    const type = declaration
      ? checker.getTypeOfSymbol(checker.getSymbolAtLocation(node))
      : checker.getTypeAtLocation(node);
    return mayBeAbsent(type) && isObject(type) ? "given" : undefined;
  }

  /** The kind of a function that does nothing but ask: it is its question's. */
  function kindOfBody({ expression }) {
    let symbol = ts.isIdentifier(expression) && checker.getSymbolAtLocation(expression);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const declared = symbol?.valueDeclaration;
    if (!declared?.getSourceFile().fileName.startsWith(`${root}src/`)) return undefined;
    const made = ts.isVariableDeclaration(declared) ? declared.initializer : declared;
    if (!made || !ts.isFunctionLike(made) || !made.body) return undefined;
    const told = ts.isBlock(made.body) ? [...made.body.statements] : [];
    const last = told.pop();
    // What it names before is looked at where it stands.
    if (last && !(told.every(ts.isVariableStatement) && ts.isReturnStatement(last)))
      return undefined;
    const returned = last ? last.expression : made.body;
    return returned ? kindOf(returned) : undefined;
  }

  const isPicking = (node) =>
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    PICKING.includes(node.expression.name.text) &&
    isList(node.expression.expression);

  /** Of what kind the question is that is asked of each item. */
  function kindOfPick({ expression, arguments: [asks] }) {
    if (["sort", "toSorted"].includes(expression.name.text))
      return !asks || isOrder(asks) ? "order" : undefined;
    // What is absent, or empty, is left out.
    if (asks && ts.isIdentifier(asks) && asks.text === "Boolean") return "given";
    return asks && ts.isArrowFunction(asks) && !ts.isBlock(asks.body)
      ? kindOf(asks.body)
      : undefined;
  }

  /** Whether what it takes out of a table is a function: such a table stands for a branch. */
  function isDispatch(node) {
    const key = keyOf(node);
    if (!key || ts.isNumericLiteral(key)) return false;
    const types = parts(checker.getTypeAtLocation(node)).filter((type) => !isAbsence(type));
    return types.length > 0 && types.every((type) => type.getCallSignatures().length > 0);
  }

  /** By what something is taken out of a table or a map. */
  function keyOf(node) {
    if (ts.isElementAccessExpression(node)) return node.argumentExpression;
    return ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "get" &&
      /^(Readonly|Weak)?Map$/.test(
        checker.getTypeAtLocation(node.expression.expression).symbol?.name ?? "",
      )
      ? node.arguments[0]
      : undefined;
  }

  /** Of what kind the key of such a table is. */
  function kindOfKey(node) {
    const key = origin(node);
    if (isMember(node, NAMED) || isMember(key, NAMED) || isPath(node) || isPath(key))
      return "named";
    if (isMember(key, OPTIONS)) return "given";
    if (isAsked(key)) return "asked";
    if (discriminates(key) || isOfEffect(node)) return "effect";
    return isRule(key) || isWord(node) ? "machine" : undefined;
  }

  /** Whether it is asked for nothing but to tell a machine, or to look its answer up in a rule's table. */
  function isFact(node) {
    for (let at = node; at.parent; at = at.parent) {
      const { parent } = at;
      if (
        ts.isCallExpression(parent) &&
        parent.arguments.includes(at) &&
        ((ts.isIdentifier(parent.expression) && FACTS.includes(parent.expression.text)) ||
          isCrossed(parent))
      )
        return true;
      if (
        ts.isElementAccessExpression(parent) &&
        parent.argumentExpression === at &&
        isRule(parent)
      )
        return true;
      if (ts.isFunctionLike(parent) && !isCallback(parent)) return isFacts(parent);
    }
    return false;
  }

  /** Whether a function is called for nothing else. */
  function isFacts(node) {
    const name =
      node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
    const symbol = name && checker.getSymbolAtLocation(name);
    if (!symbol) return false;
    if (!facts.has(symbol)) {
      facts.set(symbol, false);
      const uses = usesOf(symbol);
      facts.set(symbol, uses.length > 0 && uses.every(isFact));
    }
    return facts.get(symbol);
  }
  const facts = new Map();

  const add = (node, asked, own) => {
    const kind = own ?? (isFact(asked) ? "fact" : ofText);
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push({ line: line + 1, text: asked.getText(source).replaceAll(/\s+/g, " "), kind });
  };

  /** `||` and `&&` that are a part of a question are looked at with it. */
  const isPart = (node) => {
    let above = node.parent;
    while (ts.isParenthesizedExpression(above) || ts.isPrefixUnaryExpression(above))
      above = above.parent;
    if (ts.isBinaryExpression(above)) return isJoin(above) && isPart(above);
    const question =
      ts.isConditionalExpression(above) || ts.isForStatement(above)
        ? above.condition
        : above.expression;
    return (
      QUESTIONS.some((is) => is(above)) &&
      question !== undefined &&
      question.pos <= node.pos &&
      node.end <= question.end
    );
  };
  const isJoin = ({ operatorToken: { kind } }) =>
    kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
  const isSpread = ({ parent }) =>
    ts.isParenthesizedExpression(parent) ? isSpread(parent) : ts.isSpreadAssignment(parent);
  const ASSIGNS = [
    ts.SyntaxKind.BarBarEqualsToken,
    ts.SyntaxKind.AmpersandAmpersandEqualsToken,
    ts.SyntaxKind.QuestionQuestionEqualsToken,
  ];

  /** Whether it is the question of an order. */
  const isOfOrder = ({ parent }) =>
    (ts.isParenthesizedExpression(parent) && isOfOrder(parent)) ||
    (ts.isArrowFunction(parent) &&
      ts.isCallExpression(parent.parent) &&
      isPicking(parent.parent) &&
      parent.parent.arguments[0] === parent &&
      kindOfPick(parent.parent) === "order");

  function walk(node) {
    if (QUESTIONS.some((is) => is(node))) {
      const asked =
        ts.isConditionalExpression(node) || ts.isForStatement(node)
          ? node.condition
          : node.expression;
      if (asked)
        add(
          node,
          asked,
          ts.isForStatement(node) && isWalk(node)
            ? "bound"
            : isOfOrder(node)
              ? "order"
              : kindOf(asked),
        );
    }
    if (ts.isSwitchStatement(node))
      add(
        node,
        node.expression,
        isRule(node.expression) || isWord(node.expression)
          ? "machine"
          : discriminates(node.expression)
            ? "effect"
            : isPath(node.expression)
              ? "named"
              : isAsked(node.expression)
                ? "asked"
                : undefined,
      );
    else if (ts.isCatchClause(node))
      add(node, node.variableDeclaration ?? node.getFirstToken(source), "host");
    else if (isPicking(node)) add(node, node, kindOfPick(node));
    else if (isDispatch(node)) add(node, node, kindOfKey(keyOf(node)));
    else if (ts.isBinaryExpression(node)) {
      const {
        left,
        operatorToken: { kind },
      } = node;
      if (kind === ts.SyntaxKind.QuestionQuestionToken)
        add(
          node,
          node,
          mayBeAbsent(declared(left)) || mayBeAbsent(checker.getTypeAtLocation(left))
            ? "given"
            : undefined,
        );
      else if (ASSIGNS.includes(kind))
        add(
          node,
          node,
          kind === ts.SyntaxKind.QuestionQuestionEqualsToken && mayBeAbsent(declared(left))
            ? "given"
            : undefined,
        );
      else if (isJoin(node) && !isPart(node)) {
        // A text that is empty was not given.
        const isText =
          (kind === ts.SyntaxKind.BarBarToken || isSpread(node)) &&
          parts(checker.getTypeAtLocation(left)).every(
            (part) => isAbsence(part) || (part.flags & ts.TypeFlags.StringLike) !== 0,
          );
        add(node, node, isText ? "given" : kindOf(left));
      }
    } else if (
      node.questionDotToken &&
      (ts.isPropertyAccessExpression(node) ||
        ts.isElementAccessExpression(node) ||
        ts.isCallExpression(node))
    )
      add(node, node, "given");
    else if ((ts.isParameter(node) || ts.isBindingElement(node)) && node.initializer)
      add(node, node, "given");
    ts.forEachChild(node, walk);
  }
  walk(source);
  return found;
}
