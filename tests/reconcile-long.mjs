// Reconciliation while leads need the calls, while an account is closed, and when the relay is killed in its midst. It waits for the
// relay's own times, so it is part of `make test-all`.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ASKS } from "./faults/capacity.mjs";
import { day, READS, reconciling } from "./reconciling.mjs";
import { until } from "./stand.mjs";

let world;
const fresh = () => {
  before(async () => {
    world = await reconciling();
  });
  after(() => world.at.stop());
};

describe("what the question takes of the day's limits is what capacity.md says", () => {
  const SHARDS = 2;
  const LEADS = Number(process.env.LEADS ?? 12);
  for (const [system, calls] of [
    ["marketo", SHARDS],
    ["pardot", SHARDS],
    ["prospects", LEADS],
  ])
    describe(system, () => {
      fresh();

      test("it is counted", async () => {
        await world.delivered(LEADS, system);
        /** What a bell takes, and all that it begins. */
        const ring = async () => {
          const before = await world.post("taken");
          await world.post("wake");
          for (let now, last = ""; ; last = now) {
            await new Promise((quiet) => setTimeout(quiet, 500));
            const after = await world.post("taken");
            now = JSON.stringify(after);
            if (now === last)
              return { rows: after.rows - before.rows, requests: after.requests - before.requests };
          }
        };
        // What is still to be done of the leads themselves is none of it.
        for (let bells = 3; bells--; ) await ring();
        const idle = await ring();
        await world.later(day + day / 24);
        let [rows, requests, bells] = [0, 0, 0];
        for (let more = 3; more > 0; more--) {
          const before = (await world.reads(system)).length;
          const took = await ring();
          rows += took.rows - idle.rows;
          requests += took.requests - idle.requests;
          bells++;
          if ((await world.reads(system)).length > before) more = 3;
        }
        assert.equal((await world.reads(system)).length, calls);
        console.log(
          `# ${system}: ${LEADS} leads in ${SHARDS} outboxes, ${calls} calls: ${rows} rows written, ${requests} requests of objects, in ${bells} bells`,
        );
        for (const [name, n] of Object.entries({ rows, requests })) {
          const said = ASKS[system][name];
          assert.ok(n / calls <= said && n / calls > 0.5 * said, `${n / calls} ${name} a call`);
        }
      });
    });
});

describe("what leads need", () => {
  fresh();

  test("is left to them: a day has its share of calls, and the next day goes on", async () => {
    await world.delivered(5, "prospects");
    // Of 129,600 calls a day a hundredth; all but three are gone.
    await world.again(day + day / 24);
    await world.sql(
      `INSERT OR REPLACE INTO parts (name, text) VALUES ('share', '${world.now()} 1293')`,
      "prospects",
    );
    await world.again();
    await world.asked();
    assert.equal((await world.reads("prospects")).length, 3);
    assert.deepEqual(await world.counts("prospects"), [5, 3, 0, 0]);
    const [share] = await world.sql("SELECT text FROM parts WHERE name = 'share'", "prospects");
    assert.match(share.text, / 1296$/);
    await world.later(day);
    await world.asked();
    assert.deepEqual(await world.counts("prospects"), [5, 5, 0, 0]);
  });

  test("and an account that is closed is not asked before a lead has found it mended", async () => {
    await world.delivered(2, "pardot");
    await world.at.expireTokens();
    await world.at.faults([
      {
        calls: "token",
        fault: "status",
        status: 400,
        body: { error: "invalid_grant" },
        until: "cleared",
      },
    ]);
    const { id } = await world.send("pardot");
    const closed = async () => {
      const { gates } = await world.read("status");
      return gates.find(({ account }) => account === "pardot").closed !== null;
    };
    await until(closed, "a closed account");
    await world.later(2 * day);
    await world.asked();
    assert.equal((await world.reads("pardot")).length, 0);
    assert.deepEqual(await world.counts("pardot"), [8, 0, 0, 0]);
    assert.equal(await closed(), true);
    await world.mend();
    await until(async () => {
      await world.post("wake");
      return (await world.read(`lead?id=${id}`)).state === "delivered";
    }, "a mended account");
    // The hour in which it was found to be closed is over.
    await world.later(day / 24);
    await world.asked();
    assert.deepEqual(await world.counts("pardot"), [8, 2, 0, 0]);
  });
});

describe("a kill in the midst", () => {
  fresh();

  test("counts nothing twice, and leaves nobody out", async () => {
    const leads = await world.delivered(9, "prospects");
    await world.remove("prospects", leads[4].email);
    for (const by of [day + day / 24, 0]) {
      // Its call arrives, and the answer comes to nobody.
      await world.at.faults([
        { operation: READS.prospects, fault: "latency", ms: 600, times: 10_000 },
      ]);
      await world.again(by);
      await until(async () => {
        await world.post("wake");
        return (await world.reads("prospects")).some(({ verdict }) => verdict === "running");
      }, "a call that is out");
    }
    await world.again();
    await world.mend();
    // The lease of a call that nobody heard of ends by itself.
    await until(async () => {
      await world.asked();
      return (await world.counts("prospects"))[1] === 8;
    }, "all of them");
    assert.ok((await world.reads("prospects")).length > 9, "a call was lost, and made again");
    assert.deepEqual(await world.counts("prospects"), [9, 8, 1, 0]);
  });
});
