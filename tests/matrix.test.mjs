// The short form of the fault matrix. A row mostly waits, so that shares of them go through relays of their own side by side;
// `make faults` sends many leads through one row after another.
import { describe, test } from "node:test";
import { matrixRun, ROWS } from "./faults/matrix.mjs";
import { WAITS } from "./faults/waits.mjs";

const SHARES = 4;

/** The rows of one share: every fourth one, and what has to come behind it. */
function share(rows, which) {
  const groups = [];
  for (const row of rows) {
    if (row.behind) groups.at(-1).push(row);
    else groups.push([row]);
  }
  return groups.filter((_, at) => at % SHARES === which).flat();
}

describe("every fault of a call, three systems: none lost, nobody twice, each where its row says", {
  concurrency: true,
}, () => {
  for (let which = 0; which < SHARES; which++) {
    test(`share ${which + 1} of ${SHARES}`, { timeout: 800_000 }, async () => {
      console.log(
        `# ${JSON.stringify(await matrixRun({ leads: 2, scale: 20, rows: share(ROWS, which), waits: share(WAITS, which) }))}`,
      );
    });
  }
});
