// Node, from the first version that `engines` takes: as ES module and by `require`.
import assert from "node:assert/strict";
import { ANSWER, program, PROGRAM } from "./stand.mjs";

const VERSIONS = ["20.19.0", "22.12.0", "22", "24", "25", "26"];
const BINARY = `node-${process.platform}-${process.arch}`;

export const tools = VERSIONS.map((version) => `node-${version}@npm:${BINARY}@${version}`);
export const shows = ["ESM, `require`"];

export default async function (shop) {
  const { at, call, source } = shop;
  const required = source(
    "required.cjs",
    PROGRAM.replace(
      /import \{(.*?)\} from "fieldpost";/,
      'const {$1} = require("fieldpost");',
    ).replace("export async", "async"),
  );
  for (const version of VERSIONS) {
    const node = at(`node_modules/node-${version}/bin/node`);
    await program(shop, (file) => call(node, [file]));
    assert.equal((await call(node, ["--no-warnings", required])).trim(), ANSWER, version);
  }
}
