// Bun: a program, a bundle for Bun and for Node, and one executable file.
import assert from "node:assert/strict";
import { ANSWER, PROGRAM, program, runs } from "./stand.mjs";

export const tools = ["bun"];
export const shows = ["run", "`build`: Bun, Node", "`--compile`"];

export default async function (shop) {
  const { bin, call, at, source } = shop;
  await program(shop, (file) => call(bin("bun"), ["run", file]));
  source("server.js", PROGRAM);
  for (const target of ["bun", "node"])
    await call(bin("bun"), [
      "build",
      "server.js",
      `--target=${target}`,
      `--outfile=out/${target}.mjs`,
    ]);
  assert.equal(await runs(at("out/node.mjs")), ANSWER);
  assert.equal(await runs(at("out/bun.mjs"), "", "module", bin("bun")), ANSWER);
  await call(bin("bun"), ["build", "server.js", "--compile", `--outfile=${at("out/server")}`]);
  assert.equal((await call(at("out/server"), [], { cwd: "/" })).trim(), ANSWER);
}
