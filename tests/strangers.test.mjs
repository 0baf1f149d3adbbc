// Requests that chance has made, at the relay on real workerd: each gets an answer that the documentation has, nothing stops,
// and nothing stays in memory. The long form is part of `make faults` (STRANGER_REQUESTS, STRANGER_SEED).
import assert from "node:assert/strict";
import { test } from "node:test";
import { generatedRun } from "./faults/strangers.mjs";

test("requests made by chance get documented answers only", { timeout: 300_000 }, async () => {
  const requests = Number(process.env.STRANGER_REQUESTS ?? 3_000);
  const found = await generatedRun({ requests, ...(process.env.STRANGER_SEED && { seed: Number(process.env.STRANGER_SEED) }) });
  assert.deepEqual(found.wrong.slice(0, 10), [], `${found.wrong.length} of ${found.requests}, STRANGER_SEED=${found.seed}`);
  assert.deepEqual(found.traps, []);
  assert.ok(found.heap <= 1.1, JSON.stringify(found.parts));
  console.log(`# ${found.requests} requests: ${JSON.stringify(found.statuses)}; the heap ${found.heap} of what it was after a third, memory ${found.ratio} of the echo's`);
});
