// The short form of `make faults`.
import { test } from "node:test";
import { killRun } from "./faults/kills.mjs";

test("kills and a broken network: no acknowledged lead is lost, nobody is there twice", {
  timeout: 300_000,
}, async () => {
  const found = await killRun({ kills: 3, leads: 100, seed: 7, rate: 3, writers: 8, scale: 10 });
  console.log(`# ${JSON.stringify(found)}`);
});
