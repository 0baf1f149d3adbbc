// Code that carries a machine's effects out decides nothing. Each of its branches is of one of six kinds: which effect it is,
// whether something was given at all, what the host says, what the machine or a generated table has just said, what the machine
// is told as a fact, or which call of an interface was made. Whatever else asks a question, of a status, a number, a code, a time
// or a word, asks what the machine has to answer (`src/client`, `src/relay`). A table of functions is a branch, too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../pkg/", import.meta.url));

/** All of this is held to that, but for what {@link OPEN} names. */
const HELD = ["client/", "relay/"];

/**
 * How many branches of a file are of no such kind, and what it does with them: what carries HTTP, pages and lists has to read
 * texts, and some still decides. A number may only fall, and a new file begins without any.
 */
const OPEN = {
  "relay/alerts/channels.ts": [8, "reads what a channel answers, and when it may be asked again"],
  "relay/alerts/message.ts": [9, "writes messages to people"],
  "relay/calls/peers.ts": [2, "counts the connections of an object"],
  "relay/calls/reply.ts": [1, "reads a body within its bound"],
  "relay/checks/check.ts": [1, "asks what is wrong with an account or a mapping"],
  "relay/checks/sign-in.ts": [1, "reads what a sign-in gave"],
  "relay/findings.ts": [21, "reads what an owner has written"],
  "relay/host/consult.ts": [1, "reads whether an object of ours has answered"],
  "relay/host/hash.ts": [2, "writes and compares hashes"],
  "relay/host/limited.ts": [1, "a map with a bound"],
  "relay/host/platform.ts": [5, "reads what the platform's errors say"],
  "relay/http/address.ts": [7, "reads addresses as proxies write them"],
  "relay/http/answer.ts": [1, "reads what a request accepts"],
  "relay/http/body.ts": [16, "reads bodies as browsers and programs write them"],
  "relay/http/problem.ts": [24, "makes the page of an answer"],
  "relay/http/seal.ts": [4, "opens what a page has sealed"],
  "relay/lead/check.ts": [2, "holds a lead that was kept as it came to the form"],
  "relay/lead/locked.ts": [3, "locks texts"],
  "relay/lead/persons.ts": [
    16,
    "finds who is in a lead: its kinds of fields, and texts that look like an e-mail or a phone",
  ],
  "relay/limiter/machine.ts": [
    1,
    "carries out the account's machine; its words come from two crossings",
  ],
  "relay/operator/access.ts": [11, "reads who is at the console"],
  "relay/operator/alerts.ts": [1, "reads a call of the operator's"],
  "relay/operator/audit.ts": [6, "reads a call of the operator's"],
  "relay/operator/check.ts": [5, "reads a call of the operator's"],
  "relay/operator/csv.ts": [7, "writes a file"],
  "relay/operator/erase.ts": [7, "reads a call of the operator's"],
  "relay/operator/leads.ts": [11, "reads calls of the operator's"],
  "relay/operator/lists.ts": [21, "reads calls of the operator's, and joins the lists of outboxes"],
  "relay/operator/metrics.ts": [5, "writes metrics"],
  "relay/operator/operator.ts": [20, "reads calls of the operator's, and with which rights"],
  "relay/operator/passes.ts": [7, "reads calls of the operator's"],
  "relay/operator/people.ts": [21, "reads who is at the console"],
  "relay/operator/rules.ts": [33, "reads what a person wants done"],
  "relay/operator/stored.ts": [1, "joins the lists of outboxes"],
  "relay/operator/today.ts": [3, "joins the lists of outboxes"],
  "relay/operator/trial.ts": [5, "reads calls of the operator's"],
  "relay/options.ts": [12, "reads what an owner has written"],
  "relay/outbox/watch.ts": [17, "decides when incidents are looked for, and what is told again"],
  "relay/pages/fields.ts": [32, "makes pages"],
  "relay/pages/language.ts": [3, "reads which language is asked for"],
  "relay/pages/page.ts": [10, "makes pages"],
  "relay/storage/attempts.ts": [2, "reads outcomes as they are kept"],
  "relay/storage/finding.ts": [19, "decides what of a lead is meant and shown"],
  "relay/storage/listing.ts": [17, "decides what of a lead is meant and shown"],
  "relay/storage/merge.ts": [8, "joins streams of lines"],
  "relay/storage/ordered.ts": [3, "puts leads in order"],
  "relay/storage/paged.ts": [2, "cuts lists into pages"],
  "relay/storage/retention.ts": [4, "decides what of a finished lead is forgotten, and when"],
  "relay/storage/schema.ts": [2, "brings tables to this version"],
  "relay/storage/selection.ts": [6, "decides by which index leads are found"],
  "relay/storage/tally.ts": [3, "counts bytes, and writes its row where it has changed"],
  "relay/storage/trial.ts": [1, "decides whether a test lead's record was taken out"],
};

/** What effects are called, and functions whose answer is the host's: whether the module is there, whether it refuses a call, whether a MAC fits, whether a text is locked. */
const EFFECTS = ["Effect"];
const HOST_ASKED = [
  "isReady",
  "isRefusal",
  "hmacFits",
  "isLocked",
  "isMissing",
  "isSender",
  "isTrap",
  "URL.canParse",
];

/** A call of the module: what it answers with yes or no is the machine's. */
const CROSSINGS = ["steady", "edge"];

/** Members that hold what a machine has answered, by the type that carries it. */
const SAID = {
  Batch: ["isFirst"],
  Issue: ["severity"],
  Lease: ["answer"],
  Report: ["ok", "values"],
  Ruled: ["moved"],
  Said: ["what", "numbers"],
};

/** Members that name the call of an interface, and nothing else; so does a part of a path. */
const NAMED = { Rule: ["what"] };
const PATHS = ["pathname"];

/** Members of the owner's options that say of what kind something is, or whose. */
const OPTIONS = { FieldSpec: ["kind"], Target: ["account"] };

/** What a machine is told as yes and no: each is a bit of a number. */
const FACTS = ["bit"];

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

  /** Whether it is a class of errors. */
  const isErrors = (node) =>
    checker
      .getTypeAtLocation(node)
      .getConstructSignatures()
      .some((made) => made.getReturnType().getProperty("stack") !== undefined);

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
        // An option that is switched off is one that was not given.
        if (right.kind === ts.SyntaxKind.FalseKeyword)
          return parts(declared(left)).some((part) => part.flags & ts.TypeFlags.Object)
            ? "given"
            : undefined;
        return discriminates(left) ? "effect" : undefined;
      }
      return undefined;
    }
    if (discriminates(node)) return "effect";
    if (isRule(node) || isMember(node, SAID) || isEffects(node)) return "machine";
    if (isPicking(node)) return kindOfPick(node);
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      // In which of its shapes something was given, and whether a member of what was given is there.
      if (name === "Array.isArray" || name === "Object.hasOwn") return "given";
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

  /** What a name stands for: of a constant, what it was made of. */
  function origin(node) {
    if (
      ts.isParenthesizedExpression(node) ||
      ts.isNonNullExpression(node) ||
      ts.isAsExpression(node)
    )
      return origin(node.expression);
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    return declaration &&
      ts.isVariableDeclaration(declaration) &&
      declaration.initializer &&
      declaration.parent.flags & ts.NodeFlags.Const
      ? origin(declaration.initializer)
      : node;
  }

  /** Whether it is what a machine has answered, or a part of that. */
  const isSaid = (node) =>
    isMember(ts.isElementAccessExpression(node) ? node.expression : node, SAID);

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
    if (!ts.isElementAccessExpression(answer)) return false;
    let symbol = checker.getSymbolAtLocation(answer.expression);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    return Boolean(symbol?.valueDeclaration && isGenerated(symbol.valueDeclaration));
  }

  const isGenerated = (node) => node.getSourceFile().fileName.endsWith(".gen.ts");

  /** The symbol of a member: `a.b`, or a `b` that was taken out of `a`. */
  function memberOf(node) {
    if (ts.isPropertyAccessExpression(node)) return checker.getSymbolAtLocation(node.name);
    const declaration =
      ts.isIdentifier(node) && checker.getSymbolAtLocation(node)?.valueDeclaration;
    return declaration &&
      ts.isBindingElement(declaration) &&
      ts.isObjectBindingPattern(declaration.parent)
      ? checker
          .getTypeAtLocation(declaration.parent)
          .getProperty((declaration.propertyName ?? declaration.name).getText())
      : undefined;
  }

  /** Whether it is a member of one of these types. */
  function isMember(node, types) {
    const member = memberOf(node);
    return Boolean(member?.declarations?.some((one) => types[typeOf(one)]?.includes(member.name)));
  }

  /** The name of the type that declares a member. */
  function typeOf(node) {
    while (node && !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node))
      node = node.parent;
    return node?.name.text;
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

  const isPicking = (node) =>
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    PICKING.includes(node.expression.name.text) &&
    isList(node.expression.expression);

  /** Of what kind the question is that is asked of each item. */
  function kindOfPick({ arguments: [asks] }) {
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
    if (isMember(node, NAMED) || isMember(key, NAMED) || isPath(node)) return "named";
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
        ts.isIdentifier(parent.expression) &&
        FACTS.includes(parent.expression.text)
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

  const isCallback = (node) => ts.isCallExpression(node.parent);

  /** Whether a function is called for nothing else. */
  function isFacts(node) {
    const name =
      node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
    const symbol = name && checker.getSymbolAtLocation(name);
    if (!symbol) return false;
    if (!known.has(symbol)) {
      known.set(symbol, false);
      const uses = usesOf(symbol);
      known.set(symbol, uses.length > 0 && uses.every(isFact));
    }
    return known.get(symbol);
  }

  /** Where something is used, but for its declaration and imports of it. */
  function usesOf(symbol) {
    const uses = [];
    for (const file of program.getSourceFiles()) {
      if (!file.fileName.startsWith(`${root}src/`) || !file.text.includes(symbol.name)) continue;
      const visit = (node) => {
        if (ts.isIdentifier(node) && node.text === symbol.name) {
          let own = checker.getSymbolAtLocation(node);
          if (own && own.flags & ts.SymbolFlags.Alias) own = checker.getAliasedSymbol(own);
          const { parent } = node;
          if (own === symbol && parent.name !== node && !ts.isImportSpecifier(parent))
            uses.push(node);
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
    }
    return uses;
  }
  const known = new Map();

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

  const add = (node, asked, own) => {
    const kind = own ?? (isFact(asked) ? "fact" : undefined);
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

  function walk(node) {
    if (QUESTIONS.some((is) => is(node))) {
      const asked =
        ts.isConditionalExpression(node) || ts.isForStatement(node)
          ? node.condition
          : node.expression;
      if (asked) add(node, asked, kindOf(asked));
    }
    if (ts.isSwitchStatement(node))
      add(
        node,
        node.expression,
        discriminates(node.expression) ? "effect" : isPath(node.expression) ? "named" : undefined,
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
      else if (ASSIGNS.includes(kind)) add(node, node, undefined);
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

test("code that carries effects out decides nothing", (t) => {
  const program = programOf();
  const name = (file) => file.slice(`${root}src/`.length);
  const held = config.fileNames.filter((file) => HELD.some((part) => name(file).startsWith(part)));
  const counts = { effect: 0, given: 0, host: 0, machine: 0, fact: 0, named: 0 };
  const [others, open] = [[], {}];
  for (const file of held) {
    for (const { line, text, kind } of branchesOf(program, file)) {
      const at = `${file.slice(root.length)}:${line} ${text}`;
      if (kind) counts[kind]++;
      else if (name(file) in OPEN) open[name(file)] = (open[name(file)] ?? 0) + 1;
      else others.push(at);
      if (process.env.FIELDPOST_BRANCHES) t.diagnostic(`${kind ?? "?"} ${at}`);
    }
  }
  assert.deepEqual(others, [], "these branches decide: the machine has to");
  for (const [kind, count] of Object.entries(counts))
    assert.ok(count > 0, `no branch is ${kind}: the lint sees none`);
  const known = Object.fromEntries(Object.entries(OPEN).map(([file, [count]]) => [file, count]));
  assert.deepEqual(open, known, "more decides than was so, or less: then write the number down");
  const sum = Object.values(open).reduce((all, count) => all + count, 0);
  t.diagnostic(
    `${held.length} files, branches: ${JSON.stringify(counts)}; ${sum} in ${Object.keys(open).length} files are of no kind`,
  );
});

test("a branch that decides is seen, whatever it looks like", () => {
  const HEAD = `
    import type { Effect } from "./effects.js";
    import type { Effect as Step } from "../core/steps.gen.js";
    import { BARS } from "../relay/storage/ruling.gen.js";
    declare const write: Extract<Step, { do: "write" }>;
    declare function bit(is: boolean, fact: number): number;
    const acts: Record<string, () => boolean> = { go: act };
    import type { Outcome } from "../core/types.js";
    declare const effect: Effect, outcome: Outcome, reply: Response, left: number, code: string, is: boolean, list: string[], maybe: string | undefined, options: { fetch?: () => void };
    declare function act(): boolean;
    declare function later(): Promise<boolean>;
    declare function hmacFits(mac: string): Promise<boolean>;
    declare function steady<T>(ask: (glue: { has(): boolean; left(): number; text(): string }) => T): T;
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
    "return acts[code]?.();",
    "return [act, act][Number(is)]?.();",
    "const chosen = acts[code]; return chosen?.();",
    "return new Map([['x', act]]).get(code)?.();",
    "switch (code) { case 'x': act(); }",
    "return { ...(is && { is }) };",
    "if (is === false) act();",
    "if (write.phase === 'done') act();",
    "const [word] = code.split(' '); if (word === 'x') act();",
    "const found = list.some((one) => one === code); return bit(found && is, 1) && found ? 1 : 2;",
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
    "return acts[effect[0]]?.();",
    "if (write.keep) act();",
    "return BARS[Number(is)] === 'check' ? 1 : 2;",
    "const [word] = steady((glue) => glue.text()).split(' '); if (word === 'x') act();",
    "return acts[steady((glue) => glue.text())]?.();",
    "const [, root = ''] = new URL(code).pathname.split('/'); return new Map([['x', act]]).get(root)?.();",
    "return bit(list.some((one) => one === code), 1);",
    "switch (new URL(code).pathname) { case '/x': act(); }",
    "return { ...(code && { code }) };",
    "if ('fetch' in options) act();",
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
