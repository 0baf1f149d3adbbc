// Code that carries a machine's effects out decides nothing. Each of its branches is of one of four kinds: which effect it is,
// whether something was given at all, what the host says, or what the machine has just said. Whatever else asks a question, of a status, a number, a code, a
// time or a word, asks what the machine has to answer (`src/client`, `src/relay`).
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../pkg/", import.meta.url));

/** What is held to this: folders and files below `pkg/src`. A file joins once what it decided is decided in Rust. */
const HELD = [
  "client/",
  "relay/arrival.ts",
  "relay/calls/call.ts",
  "relay/calls/sender.ts",
  "relay/http/again.ts",
  "relay/http/token.ts",
  "relay/lead/fills.ts",
  "relay/outbox/acceptance.ts",
  "relay/outbox/carrier.ts",
  "relay/outbox/driver.ts",
  "relay/outbox/registry.ts",
  "relay/outbox/render.ts",
  "relay/outbox/shards.ts",
  "relay/storage/erasure.ts",
  "relay/storage/gone.ts",
  "relay/storage/moving.ts",
  "relay/storage/review.ts",
  "relay/storage/ruled.ts",
  "relay/storage/statements.ts",
];

/** What effects are called, and functions whose answer is the host's: whether the module is there, whether it refuses a call, whether a MAC fits, whether a text is locked. */
const EFFECTS = ["Effect"];
const HOST_ASKED = ["isReady", "isRefusal", "hmacFits", "isLocked"];

/** A call of the module: what it answers with yes or no is the machine's. */
const CROSSINGS = ["steady", "edge"];

/** Members of the host's objects that hold what a system has answered. */
const ANSWERED = ["status", "statusText", "ok", "headers", "redirected"];

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

const config = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  root,
);

/** A program over the package's sources, with some files in the place of those on disk. */
function programOf(planted = {}) {
  const host = ts.createCompilerHost(config.options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => planted[name] ?? read(name);
  const has = host.fileExists.bind(host);
  host.fileExists = (name) => name in planted || has(name);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name in planted
      ? ts.createSourceFile(name, planted[name], ...rest)
      : getSourceFile.call(host, name, ...rest);
  return ts.createProgram([...config.fileNames, ...Object.keys(planted)], config.options, host);
}

/** The branches of a file: `{ line, text, kind }`, the kind nothing where it is none that is allowed. */
function branchesOf(program, file) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  assert.ok(source, file);
  const found = [];

  const isAbsence = (type) => (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0;
  const parts = (type) => (type.isUnion() ? type.types : [type]);
  // A column of a row may be NULL.
  const mayBeAbsent = (type) =>
    parts(type).some((part) => isAbsence(part) || (part.flags & ts.TypeFlags.Unknown) !== 0);
  const isNothing = (node) =>
    node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
  /** Whether only an object may be there: of a text, a number or a yes, being true says more than being there. */
  const isObject = (type) =>
    parts(type).every(
      (part) =>
        isAbsence(part) ||
        (part.flags &
          (ts.TypeFlags.Object | ts.TypeFlags.NonPrimitive | ts.TypeFlags.TypeParameter)) !==
          0,
    );
  const isEffect = (type) =>
    EFFECTS.includes(type.aliasSymbol?.name) ||
    parts(type).some((part) => EFFECTS.includes(part.aliasSymbol?.name));

  const isList = (node) =>
    checker.isArrayLikeType(checker.getApparentType(checker.getTypeAtLocation(node)));

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
      if (kind === ts.SyntaxKind.InstanceOfKeyword) return isCaught(left) ? "host" : undefined;
      if (
        kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
        kind === ts.SyntaxKind.ExclamationEqualsEqualsToken
      ) {
        if (isNothing(right))
          return mayBeAbsent(checker.getTypeAtLocation(left)) ? "given" : undefined;
        // In which of its shapes something was given.
        if (ts.isTypeOfExpression(left)) return "given";
        return discriminates(left) ? "effect" : undefined;
      }
      return undefined;
    }
    if (discriminates(node)) return "effect";
    if (ts.isCallExpression(node)) {
      const name = ts.isIdentifier(node.expression) ? node.expression.text : "";
      if (CROSSINGS.includes(name)) return "machine";
      return HOST_ASKED.includes(name) ? "host" : undefined;
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

  /** The type that a name was declared with, and not what is left of it here. */
  function declared(node) {
    const symbol = checker.getSymbolAtLocation(node);
    return symbol ? checker.getTypeOfSymbol(symbol) : checker.getTypeAtLocation(node);
  }

  const add = (node, asked, kind) => {
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
  const ASSIGNS = [
    ts.SyntaxKind.BarBarEqualsToken,
    ts.SyntaxKind.AmpersandAmpersandEqualsToken,
    ts.SyntaxKind.QuestionQuestionEqualsToken,
  ];

  function walk(node) {
    if (QUESTIONS.some((is) => is(node))) {
      const asked =
        ts.isConditionalExpression(node) || ts.isForStatement(node)
          ? node.condition
          : node.expression;
      if (asked) add(node, asked, kindOf(asked));
    }
    if (ts.isSwitchStatement(node))
      add(node, node.expression, discriminates(node.expression) ? "effect" : undefined);
    else if (ts.isCatchClause(node))
      add(node, node.variableDeclaration ?? node.getFirstToken(source), "host");
    else if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      PICKING.includes(node.expression.name.text) &&
      isList(node.expression.expression)
    )
      add(node, node, undefined);
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
      else if (ASSIGNS.includes(kind)) add(node, node, undefined);
      else if (isJoin(node) && !isPart(node)) {
        // A text that is empty was not given.
        const isText =
          kind === ts.SyntaxKind.BarBarToken &&
          (checker.getTypeAtLocation(left).flags & ts.TypeFlags.StringLike) !== 0;
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

test("code that carries effects out decides nothing", (t) => {
  const program = programOf();
  const held = config.fileNames.filter((name) =>
    HELD.some((part) => name.slice(`${root}src/`.length).startsWith(part)),
  );
  for (const part of HELD)
    assert.ok(
      held.some((name) => name.startsWith(`${root}src/${part}`)),
      `nothing is ${part}`,
    );
  const counts = { effect: 0, given: 0, host: 0, machine: 0 };
  const others = [];
  for (const file of held) {
    for (const { line, text, kind } of branchesOf(program, file)) {
      const at = `${file.slice(root.length)}:${line} ${text}`;
      if (kind) counts[kind]++;
      else others.push(at);
      if (process.env.FIELDPOST_BRANCHES) t.diagnostic(`${kind ?? "?"} ${at}`);
    }
  }
  assert.deepEqual(others, [], "these branches decide: the machine has to");
  for (const [kind, count] of Object.entries(counts))
    assert.ok(count > 0, `no branch is ${kind}: the lint sees none`);
  t.diagnostic(`${held.length} files, branches: ${JSON.stringify(counts)}`);
});

test("a branch that decides is seen, whatever it looks like", () => {
  const HEAD = `
    import type { Effect } from "./effects.js";
    import type { Outcome } from "../core/types.js";
    declare const effect: Effect, outcome: Outcome, reply: Response, left: number, code: string, is: boolean, list: string[], maybe: string | undefined, options: { fetch?: () => void };
    declare function act(): boolean;
    declare function later(): Promise<boolean>;
    declare function hmacFits(mac: string): Promise<boolean>;
    declare function steady<T>(ask: (glue: { has(): boolean; left(): number }) => T): T;
    export function planted(): unknown {`;
  const decides = [
    "if (outcome.kind === 'retry') act();",
    "switch (outcome.kind) { case 'retry': act(); }",
    "if (reply.status === 429) act();",
    "const { status } = reply; if (status) act();",
    "if (reply.ok) act();",
    "const seen = new Set(list); if (seen.size) act();",
    "if (reply.ok && reply.status > 299) act();",
    "if (reply.headers.get('retry-after') === '1') act();",
    "return left > 3 ? 1 : 2;",
    "while (left < 4) act();",
    "do act(); while (is);",
    "for (let n = 0; n < left; n++) act();",
    "if (code.startsWith('network.')) act();",
    "return is && act();",
    "if (maybe) act();",
    "return list.filter((one) => one === code);",
    "return reply.headers.has('x') || list.some((one) => one);",
    "if (list.length > 0) act();",
    "if (!list.length) act();",
    "if (Date.now() < left) act();",
    "if (act()) act();",
    "if (options.fetch && left > 3) act();",
    "const late = left > 3; if (late) act();",
    "if (effect[1] === 'x') act();",
    "if (effect.to === 'x') act();",
    "if (steady((glue) => glue.left()) > 3) act();",
    "let later = 0; later ||= left; return later;",
    "try { act(); } catch (error) { if ((error as { code: string }).code === 'x') act(); }",
    "return reply instanceof Response ? 1 : 2;",
    "return (async () => { if (await later()) act(); })();",
  ];
  const carries = [
    "switch (effect[0]) { case 'go': act(); }",
    "const goes = effect[0] === 'go'; if (goes || effect[0] === 'tell') act();",
    "switch (effect.do) { case 'go': act(); }",
    "if (!steady((glue) => glue.has())) act();",
    "if (options.fetch) act();",
    "if (maybe === undefined) act();",
    "return typeof maybe === 'string' ? 1 : 2;",
    "return maybe ?? code;",
    "options.fetch?.(); return 0;",
    "if (new AbortController().signal.aborted) act();",
    "return (async () => { if (await hmacFits(code)) act(); })();",
    "try { act(); } catch (error) { return error instanceof Error ? 1 : 2; }",
  ];
  const file = (name) => `${root}src/client/planted-${name}.ts`;
  const texts = [
    ...decides.map((text, at) => [file(`decides-${at}`), text]),
    ...carries.map((text, at) => [file(`carries-${at}`), text]),
  ];
  const program = programOf(
    Object.fromEntries(texts.map(([name, text]) => [name, `${HEAD} ${text} return undefined; }`])),
  );
  for (const [name, text] of texts) {
    const branches = branchesOf(program, name);
    assert.ok(branches.length > 0, `not seen: ${text}`);
    assert.equal(
      branches.every(({ kind }) => kind),
      name.includes("carries"),
      `${text} ${JSON.stringify(branches)}`,
    );
  }
});
