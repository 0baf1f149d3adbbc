#!/usr/bin/env node
// `npm create fieldpost`: what `fieldpost init` does.
import { run } from "fieldpost-cli";

await run(["init", ...process.argv.slice(2)]);
