// An outbox that is full by its bytes, in small: `make faults` fills it to 1 GiB. Whatever an operator asks of it costs the
// isolate a page, and not the whole.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fullRun } from "./faults/full.mjs";

describe("an outbox is exported, listed and replayed in a heap that does not follow its size, while leads come and go", () => {
  for (const [what, given] of [
    ["1,000 leads of 64 KiB", { leads: 1_000, size: 60_000 }],
    ["20,000 leads of 2 KiB with their requests", { leads: 20_000, size: 2_000, kept: 1_000 }],
  ]) {
    test(what, { timeout: 300_000 }, async () => {
      const found = await fullRun(given);
      // A machine that has other things to do may let one wait for longer than an outbox's word is waited for.
      assert.ok(
        found.live.statuses["202 queued"] >= 0.95 * found.live.sent,
        JSON.stringify(found.live),
      );
      assert.ok(found.live.sent > 20, `${found.live.sent} leads came meanwhile`);
      assert.ok(found.heap <= 40 && found.used <= 128, JSON.stringify(found));
      assert.ok(found.reads.rows <= 15_000, JSON.stringify(found.reads));
      console.log(
        `# ${found.megabytes} MiB: the heap ${found.heap} MB, with garbage ${found.used} MB; ${found.live.sent} leads came meanwhile`,
      );
    });
  }
});
