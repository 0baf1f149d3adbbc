// What is known of names and types in a program.
import ts from "typescript";
import { root } from "./program.mjs";

export function makeKnown(program) {
  const checker = program.getTypeChecker();

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

  const isList = (node) =>
    checker.isArrayLikeType(checker.getApparentType(checker.getTypeAtLocation(node)));

  const typeNameOf = (node) => {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
    return type.aliasSymbol?.name ?? type.symbol?.name;
  };

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

  const isCallback = (node) => ts.isCallExpression(node.parent);

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

  /** The type that a name was declared with, and not what is left of it here. */
  function declared(node) {
    const symbol = checker.getSymbolAtLocation(node);
    return symbol ? checker.getTypeOfSymbol(symbol) : checker.getTypeAtLocation(node);
  }

  return {
    checker,
    isAbsence,
    parts,
    mayBeAbsent,
    isNothing,
    isObject,
    isList,
    typeNameOf,
    origin,
    isGenerated,
    memberOf,
    isMember,
    isCallback,
    usesOf,
    declared,
  };
}
