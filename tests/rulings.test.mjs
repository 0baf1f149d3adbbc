// The short form of what `make faults` does with people's rulings.
import { test } from "node:test";
import { rulingRun } from "./faults/rulings.mjs";

test("kills while people discard, correct, erase and export: no lead lost, none half-done", {
  timeout: 300_000,
}, async () => {
  console.log(`# ${JSON.stringify(await rulingRun({ kills: 2, seed: 3 }))}`);
});
