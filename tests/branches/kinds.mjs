// Of which kind a branch is: what it asks decides. A kind is narrow and mechanical, so that a reader may trust the list.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../../pkg/", import.meta.url));

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
  "isAnswered",
];

/** What an error of the host's says. */
const HOST_SAID = { Error: ["message"], HostError: ["message", "overloaded"] };

/** How many a thing of ours has room for. */
const ROOMS = { Limited: ["most"] };

/** A call of the module: what it answers with yes or no is the machine's. */
const CROSSINGS = ["steady", "edge"];

/** Members that hold what a machine has answered, by the type that carries it. */
const SAID = {
  AnswerRow: ["state", "form"],
  Batch: ["isFirst"],
  Finding: ["closes", "place", "code", "form", "account"],
  Issue: ["severity"],
  Lease: ["answer"],
  Report: ["ok", "values"],
  LeadAsked: ["values"],
  Ruled: ["moved"],
  Said: ["what", "numbers"],
  Wanted: ["values"],
};

/** What a caller says: a request's method and headers, and what its address asks for. A reply's are a system's answer. */
const CALLER = { Request: ["method"], URL: ["protocol", "hostname"] };
const CALLER_HAS = ["Headers", "URLSearchParams"];

/** The body of an operator's call. */
const BODIES = ["Given"];

/** What is done to a text before it is compared. */
const TRIMS = ["trim", "toLowerCase", "toUpperCase", "slice", "split"];

/** What changes a number that is counted. */
const ADDS = [
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.PlusEqualsToken,
  ts.SyntaxKind.MinusEqualsToken,
];

/** How long something is, and who counts that. */
const SIZES = ["length", "size", "byteLength"];
const SIZED = ["octets"];

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

export const config = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  root,
);

/** A program over the package's sources, with some files in the place of those on disk. */
export function programOf(planted = {}) {
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

/**
 * Files that only make texts: of what they are given (`drawn`), or of texts (`read`). They reach nothing that stores, sends, waits or
 * knows the time, and give nothing back that anybody could ask; {@link Contained} sees to that.
 */
export const CONTAINED = {
  "relay/pages/answer.ts": "drawn",
  "relay/pages/fields.ts": "drawn",
  "relay/pages/page.ts": "drawn",
  "relay/alerts/message.ts": "drawn",
  "relay/operator/csv.ts": "drawn",
  "relay/operator/metrics.ts": "drawn",
  "relay/http/ip.ts": "read",
  "relay/http/pairs.ts": "read",
  "relay/host/spelling.ts": "read",
};

/** Beside such files, what they may import: tables, and texts of pages. */
const TABLES = /(\.gen\.ts|\/messages\/[\w-]+\.ts|\.(css|html|script)\.(d\.ts|ts|js))$/;

/** What stands outside of a text: the host, its clock and its dice. */
const OUTSIDE = [
  "fetch",
  "crypto",
  "console",
  "globalThis",
  "performance",
  "setTimeout",
  "caches",
  "Request",
  "Response",
];
const OUTSIDE_MEMBERS = { Date: ["now"], Math: ["random"] };

const named = (file) => file.slice(`${root}src/`.length);
const containedAs = (file) => CONTAINED[named(file)];

/** Why a file is not contained; nothing where it is. */
export function leaksOf(program, file) {
  const kind = containedAs(file);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const leaks = [];
  const leak = (node, why) => leaks.push(`${why}: ${node.getText(source).slice(0, 60)}`);

  const parts = (type) => (type.isUnion() ? type.types : [type]);
  const isText = (type, absent) =>
    parts(type).every(
      (part) =>
        (part.flags & ts.TypeFlags.String) !== 0 ||
        (absent && (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0) ||
        ((checker.isArrayType(part) || checker.isTupleType(part)) &&
          checker.getTypeArguments(part).every((one) => isText(one, false))),
    );
  const hold = (node) => {
    const signature = checker.getSignatureFromDeclaration(node);
    if (!isText(signature.getReturnType(), kind === "read")) leak(node, "it gives no text");
    if (kind !== "read") return;
    for (const given of node.parameters)
      if (!isText(checker.getTypeAtLocation(given), true)) leak(given, "it reads no text");
  };
  const isExported = (node) => !!(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export);

  for (const node of source.statements) {
    if (ts.isImportDeclaration(node) && !node.importClause?.isTypeOnly) {
      const bindings = node.importClause?.namedBindings;
      const isOfTypes =
        !node.importClause?.name &&
        bindings &&
        ts.isNamedImports(bindings) &&
        bindings.elements.every((one) => one.isTypeOnly);
      const target = checker.getSymbolAtLocation(node.moduleSpecifier)?.valueDeclaration;
      const at = target?.getSourceFile().fileName ?? node.moduleSpecifier.text;
      const isTable = TABLES.test(at) || TABLES.test(node.moduleSpecifier.text);
      if (!isOfTypes && !isTable && !containedAs(at)) leak(node, "it reaches what may act");
    }
    if (ts.isExportDeclaration(node) || ts.isExportAssignment(node)) leak(node, "it hands on");
    if (ts.isVariableStatement(node)) {
      if (!(node.declarationList.flags & ts.NodeFlags.Const)) leak(node, "it remembers");
      for (const { initializer } of node.declarationList.declarations)
        if (
          isExported(node.declarationList.declarations[0]) &&
          initializer &&
          ts.isFunctionLike(initializer)
        )
          hold(initializer);
    }
    if (ts.isFunctionDeclaration(node) && isExported(node)) hold(node);
    if (ts.isClassDeclaration(node) && isExported(node))
      for (const member of node.members)
        if (
          ts.isMethodDeclaration(member) &&
          !(ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private)
        )
          hold(member);
  }
  const walk = (node) => {
    if (ts.isAwaitExpression(node)) leak(node, "it waits");
    if (ts.isIdentifier(node) && OUTSIDE.includes(node.text)) {
      const at = checker.getSymbolAtLocation(node)?.valueDeclaration;
      if (at && /\/(lib\.|@types\/)/.test(at.getSourceFile().fileName))
        leak(node.parent, "it reaches the host");
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      OUTSIDE_MEMBERS[node.expression.getText(source)]?.includes(node.name.text)
    )
      leak(node, "it asks the host");
    if (
      ts.isNewExpression(node) &&
      node.expression.getText(source) === "Date" &&
      !node.arguments?.length
    )
      leak(node, "it asks the host");
    ts.forEachChild(node, walk);
  };
  walk(source);
  return leaks;
}

/** The branches of a file: `{ line, text, kind }`, the kind nothing where it is none that is allowed. */
export function branchesOf(program, file) {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  assert.ok(source, file);
  const found = [];
  const contained = containedAs(file);
  const ofText = contained && leaksOf(program, file).length === 0 ? contained : undefined;

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

  const typeNameOf = (node) => {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
    return type.aliasSymbol?.name ?? type.symbol?.name;
  };
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
    isSaid(about);

  /** Whether it is a pattern that stands in the file. */
  const isPattern = (node) => ts.isRegularExpressionLiteral(origin(node));

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
    while (
      node &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node) &&
      !ts.isClassDeclaration(node)
    )
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
    if (isMember(node, NAMED) || isMember(key, NAMED) || isPath(node)) return "named";
    if (discriminates(key) || isOfEffect(node)) return "effect";
    return isRule(key) || isWord(node) ? "machine" : undefined;
  }

  /** Whether it is a call of the module, of what a crossing hands to it. */
  function isCrossed({ expression }) {
    if (!ts.isPropertyAccessExpression(expression)) return false;
    const declaration = checker.getSymbolAtLocation(expression.expression)?.valueDeclaration;
    if (!declaration || !ts.isParameter(declaration)) return false;
    const { parent } = declaration.parent;
    return ts.isCallExpression(parent) && CROSSINGS.includes(parent.expression.getText());
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
          const isUse = ts.isPropertyAccessExpression(parent) || parent.name !== node;
          if (own === symbol && isUse && !ts.isImportSpecifier(parent)) uses.push(node);
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
