// Files that only make texts, and what keeps them to that.
import ts from "typescript";
import { named } from "./program.mjs";

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
  "relay/lead/looks.ts": "read",
  "relay/operator/told.ts": "read",
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

/** What a text may say, and that it says nothing; and what comes from outside. */
const READ = ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Number;

const OF_OUTSIDE = ts.TypeFlags.Unknown | ts.TypeFlags.Undefined | ts.TypeFlags.Null;

export const containedAs = (file) => CONTAINED[named(file)];

/** Why a file is not contained; nothing where it is. */
export function leaksOf(program, file) {
  const kind = containedAs(file);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const leaks = [];
  const leak = (node, why) => leaks.push(`${why}: ${node.getText(source).slice(0, 60)}`);

  const parts = (type) => (type.isUnion() ? type.types : [type]);
  const isText = (type) =>
    parts(type).every(
      (part) =>
        (part.flags & ts.TypeFlags.String) !== 0 ||
        (kind === "read" && (part.flags & READ) !== 0) ||
        (kind === "read" && isPlain(part)) ||
        ((checker.isArrayType(part) || checker.isTupleType(part)) &&
          checker.getTypeArguments(part).every(isText)),
    );
  /** Whether it is an object of texts. */
  const isPlain = (type) =>
    (type.flags & ts.TypeFlags.Object) !== 0 &&
    type.getCallSignatures().length === 0 &&
    !checker.isArrayLikeType(type) &&
    type.getProperties().every((one) => isText(checker.getTypeOfSymbol(one)));
  /** Whether it is something from outside, or the name of a row. */
  const isOutside = (type) =>
    parts(type).every(
      (part) => (part.flags & (OF_OUTSIDE | ts.TypeFlags.StringLiteral)) !== 0 || isText(part),
    ) && (type.flags & ts.TypeFlags.Number) === 0;
  const hold = (node) => {
    const signature = checker.getSignatureFromDeclaration(node);
    if (!isText(signature.getReturnType())) leak(node, "it gives no text");
    if (kind !== "read") return;
    for (const given of node.parameters)
      if (!isOutside(checker.getTypeAtLocation(given))) leak(given, "it reads no text");
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
