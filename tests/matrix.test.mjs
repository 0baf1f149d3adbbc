// The short form of the fault matrix.
import { test } from "node:test";
import { matrixRun } from "./faults/matrix.mjs";

test("every fault of a call, three systems: none lost, nobody twice, each where its row says", { timeout: 800_000 }, async () => {
  console.log(`# ${JSON.stringify(await matrixRun({ leads: 2, scale: 20 }))}`);
});
