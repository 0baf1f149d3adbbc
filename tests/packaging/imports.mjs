// Every entry, imported by a server.
import assert from "node:assert/strict";

/** `fieldpost/react` is for those who have it. */
export const tools = ["react"];
export const shows = ["every entry, where there is neither a page, a network nor wasm"];

export default async function ({ call, read, source }) {
  // Importing touches neither DOM, network nor wasm: every entry, on a runtime without any of them.
  const { exports } = JSON.parse(read("node_modules/fieldpost/package.json"));
  const entries = Object.keys(exports)
    .filter((name) => !/\.(css|wasm|json)$/.test(name))
    .map((name) => name.replace(/^\./, "fieldpost"));
  const file = source(
    "imports.mjs",
    `globalThis.fetch = () => { throw new Error("fetch"); }; WebAssembly.compile = WebAssembly.Module = () => { throw new Error("wasm"); };\n${entries.map((name) => `await import("${name}");`).join("\n")}\nconsole.log("fine");`,
  );
  assert.equal((await call(process.execPath, [file])).trim(), "fine");
}
