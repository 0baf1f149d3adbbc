// Vite: the examples of React, Vue and Svelte; and a server that carries the package in its bundle.
import assert from "node:assert/strict";
import { join } from "node:path";
import { ANSWER, PROGRAM, runs, submits } from "./stand.mjs";

export const tools = [
  "vite",
  "react",
  "react-dom",
  "@vitejs/plugin-react",
  "vue",
  "@vitejs/plugin-vue",
  "svelte",
  "@sveltejs/vite-plugin-svelte",
];
export const shows = ["page: React, Vue, Svelte", "server with `noExternal`"];

export default async function (shop) {
  const { bin, call, at, example } = shop;
  for (const name of ["react", "vue", "svelte"]) {
    const site = example(name, name);
    await call(bin("vite"), ["build"], { cwd: site });
    await submits(join(site, "dist"));
  }
  shop.source("server.js", PROGRAM);
  shop.source(
    "vite.config.mjs",
    'export default { ssr: { noExternal: true }, build: { ssr: "server.js", outDir: "out" } };\n',
  );
  await call(bin("vite"), ["build"]);
  assert.equal(await runs(at("out"), "server.js"), ANSWER);
}
