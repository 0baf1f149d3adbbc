// The reference of the relay's options is whole: every member of their types has a row on its page, and no row is of another.
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { pageText } from "./markdown.mjs";
import { root } from "./stand.mjs";

/** Headings of the page, and the types whose members stand below them. */
const TABLES = {
  "The whole relay": ["RelayOptions"],
  "A form": ["RelayFormOptions"],
  "A field": ["FieldSpec"],
  "A way into an account": ["Target"],
  "An account": ["RelayAccount"],
  Credentials: ["Credentials"],
  "People at the console": ["Operator"],
  "Cloudflare Access": ["AccessOptions"],
  Alerts: ["AlertOptions"],
  "A channel of alerts": ["AlertChannelMembers"],
  Turnstile: ["TurnstileOptions"],
};

const program = ts.createProgram(
  [`${root}pkg/dist/relay/options.d.ts`, `${root}pkg/dist/core/types.d.ts`],
  {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: [],
  },
);
const checker = program.getTypeChecker();

/** The members of a type that one of the package's files exports. */
function members(name) {
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.includes("/dist/")) continue;
    const exported = checker.getSymbolAtLocation(file);
    const symbol =
      exported && checker.getExportsOfModule(exported).find((one) => one.name === name);
    if (!symbol) continue;
    const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return checker
      .getDeclaredTypeOfSymbol(own)
      .getProperties()
      .map((member) => member.name);
  }
  throw new Error(`the package exports no type ${name}`);
}

const sections = new Map(
  pageText("docs/options.md")
    .split(/^## /m)
    .map((text) => [text.split("\n", 1)[0], text]),
);

for (const [heading, types] of Object.entries(TABLES))
  test(heading, () => {
    const section = sections.get(heading);
    assert.ok(section, "docs/options.md has no such heading");
    // The first column of the first table: a row may be of several members.
    const lines = section.split("\n");
    const begin = lines.findIndex((line) => line.startsWith("|"));
    const end = lines.findIndex((line, at) => at > begin && !line.startsWith("|"));
    const rows = lines
      .slice(begin, end)
      .slice(2)
      .flatMap((row) => [...row.split("|")[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
    assert.deepEqual(rows.sort(), types.flatMap(members).sort());
  });
