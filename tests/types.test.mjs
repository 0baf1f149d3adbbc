// What an editor and a compiler say of the package is so: every public name is documented, the generated types are what a check gives. What it refuses is in tests/types/.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import ts from "typescript";
import { root } from "./stand.mjs";
import { form, load } from "../pkg/dist/entry/node.js";

before(() => load());

/** The relay's options have a page of their own (docs/relay.md); a kind's name says what it is. */
const ELSEWHERE = /^(Relay(Handler|FormOptions|Options|Source|Env|Account)|Cleaned)$/;

/** The files of types that the package's entries name. */
function entries() {
  const files = new Set();
  const walk = (entry) => {
    if (typeof entry !== "object") return;
    for (const [condition, inner] of Object.entries(entry))
      if (condition === "types") files.add(`${root}pkg/${inner}`);
      else walk(inner);
  };
  walk(JSON.parse(readFileSync(`${root}pkg/package.json`, "utf8")).exports);
  return [...files];
}

describe("what is public", () => {
  const missing = [];
  let names = 0;
  const program = ts.createProgram(entries(), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    strict: true,
  });
  const checker = program.getTypeChecker();
  const seen = new Set();

  const said = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const ours = (symbol) =>
    symbol.declarations?.some(({ parent }) =>
      parent.getSourceFile().fileName.includes("/pkg/dist/"),
    );

  /** Whatever is called says what it takes, what it gives, and shows it once. */
  function called(symbol, path, type) {
    const tags = symbol.getJsDocTags(checker);
    const has = (name) => tags.filter((tag) => tag.name === name);
    for (const signature of type.getCallSignatures().slice(0, 1)) {
      const documented = has("param").map(({ text }) => text?.[0]?.text);
      // What is taken apart at once has no name of its own.
      for (const { name } of signature.parameters.filter(({ name }) => !name.startsWith("__")))
        if (!documented.includes(name)) missing.push(`${path}: @param ${name}`);
      const gives = checker.typeToString(signature.getReturnType());
      if (gives !== "void" && !has("returns").length) missing.push(`${path}: @returns`);
      if (!has("example").length) missing.push(`${path}: @example`);
    }
  }

  function look(symbol, path) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (seen.has(target) || !ours(target)) return;
    seen.add(target);
    names++;
    if (ELSEWHERE.test(target.name)) return;
    if (!said(target)) missing.push(`${path}: a sentence`);
    const [declaration] = target.declarations;
    if (target.flags & ts.SymbolFlags.Value)
      called(target, path, checker.getTypeOfSymbolAtLocation(target, declaration));
    if (target.flags & ts.SymbolFlags.Interface)
      for (const member of checker.getDeclaredTypeOfSymbol(target).getProperties()) {
        if (!ours(member) || seen.has(member)) continue;
        seen.add(member);
        names++;
        const name = `${path}.${member.name}`;
        if (!said(member)) missing.push(`${name}: a sentence`);
        if (member.flags & ts.SymbolFlags.Method)
          called(member, name, checker.getTypeOfSymbol(member));
      }
  }

  for (const file of entries()) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) continue;
    for (const symbol of checker.getExportsOfModule(module))
      look(symbol, `${file.split("/dist/")[1].replace(".d.ts", "")} ${symbol.name}`);
  }

  test("is documented, with what it takes, gives and throws, and an example", () => {
    assert.ok(names > 150, `only ${names} names were found`);
    assert.deepEqual(missing, []);
  });
});

describe("the types of clean values", () => {
  const GOOD = {
    text: "a",
    name: "Ann",
    email: "ann@acme.co",
    phone: "2124567890",
    labels: "a, b",
    choice: "x",
    choices: ["x"],
    boolean: "yes",
    integer: "12",
    number: "1.50",
    date: "2026-01-02",
    url: "https://acme.co",
    postal: "10001",
    country: "US",
    state: "NY",
    consent: "on",
    hidden: "h",
  };
  const told = Object.fromEntries(
    [
      .../interface Cleaned \{([^}]*)\}/
        .exec(readFileSync(`${root}pkg/src/core/border.gen.ts`, "utf8"))[1]
        .matchAll(/(\w+): ([^;]+);/g),
    ].map(([, kind, type]) => [kind, type.split(" | ")]),
  );

  test("are those of the values that a check gives, for every kind", () => {
    assert.deepEqual(Object.keys(told), Object.keys(GOOD));
    for (const [kind, typed] of Object.entries(GOOD)) {
      const checks = (required, values) =>
        form({
          fields: { it: { kind, required, ...(kind.startsWith("choice") && { choices: ["x"] }) } },
        }).check(values);
      const { ok, values } = checks(true, { it: typed });
      assert.ok(ok, kind);
      const type = Array.isArray(values.it) ? `${typeof values.it[0]}[]` : typeof values.it;
      assert.ok(told[kind].includes(type), `${kind} gives ${type}`);
      // What the compiler takes for there although the form is right.
      const empty = checks(true, {});
      if (empty.ok) assert.equal(kind, "hidden");
      assert.equal("it" in checks(false, {}).values, kind === "consent", kind);
    }
  });
});
