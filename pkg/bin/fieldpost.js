#!/usr/bin/env node
// The command line is a package of its own, so that this one needs nothing. Here it is found, or it is said how to get it.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Something that is needed is missing: docs/cli.md lists the exit codes. */
const MISSING = 4;

const found = [join(process.cwd(), "package.json"), import.meta.url]
  .map((from) => {
    try {
      return createRequire(from).resolve("fieldpost-cli");
    } catch {
      return undefined;
    }
  })
  .find(Boolean);

if (found) {
  const { run } = await import(pathToFileURL(found).href);
  await run(process.argv.slice(2));
} else {
  console.error(`fieldpost: the command line is a package of its own.

  a new form        npm create fieldpost
  in this project   npm install --save-dev fieldpost-cli
  just once         npx fieldpost-cli ${process.argv.slice(2).join(" ") || "--help"}`);
  process.exitCode = MISSING;
}
