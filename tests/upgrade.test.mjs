// What earlier versions stored is opened by this one, and nothing of it is lost. `fixtures/state-1` holds one lead that was
// delivered, one with a dead letter, one that waits and one under review. `fixtures/state-2` (by `record-state.mjs`) holds
// besides leads that wait behind a used-up quota, whose calls were out when the relay was killed, and whose replies were lost;
// `fixtures/state-3` the same as of schema 4.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

let at;
const opened = (state) => {
  before(async () => {
    at = await stand({ storage: `${root}tests/fixtures/${state}` });
  });
  after(() => at.stop());
};

const operator = async (path, method = "GET") =>
  (
    await fetch(`${at.relay}/operator/${path}`, {
      method,
      headers: { authorization: "Bearer demo-operator" },
    })
  ).json();
const phases = async (id) =>
  Object.fromEntries(
    (await operator("leads"))
      .filter((row) => row.id.startsWith(id))
      .map(({ account, phase }) => [account, phase]),
  );
const [delivered, dead, waiting, review] = ["835e9742", "b475ac8f", "c5e43762", "554a0741"];
const held = async (email) =>
  (await at.leads())
    .filter((lead) => lead.email === email)
    .map(({ system }) => system)
    .sort();

describe("state 1", () => {
  opened("state-1");

  test("what was there is counted, as leads and in bytes", async () => {
    const { shards } = await operator("status");
    const sum = (name) => shards.reduce((all, shard) => all + shard[name], 0);
    assert.deepEqual([sum("review"), sum("dead")], [1, 1]);
    assert.ok(
      sum("queued") <= 1 && sum("bytes") > 2 * 600,
      `${sum("queued")} wait, ${sum("bytes")} bytes`,
    );
  });

  test("a lead that waited goes on by itself, and keeps its mark", async () => {
    await until(
      async () => Object.values(await phases(waiting)).every((phase) => phase === "done"),
      "the old lead",
    );
    assert.deepEqual(await held("old3@example.org"), ["marketo", "pardot", "prospects"]);
    const row = (await operator("leads")).find(
      ({ id, account }) => id.startsWith(waiting) && account === "marketo",
    );
    assert.equal(row.maybe_repeated, 1);
  });

  test("a dead letter and a reviewed lead are where they were, and can be sent on", async () => {
    assert.deepEqual(await phases(dead), { marketo: "dead", pardot: "done", prospects: "done" });
    assert.deepEqual(await phases(review), {
      marketo: "review",
      pardot: "review",
      prospects: "review",
    });
    assert.equal((await operator("replay?code=token.forged", "POST")).length, 3);
    assert.equal((await operator("replay?code=marketo.1006", "POST")).length, 1);
    await until(
      async () =>
        [...Object.values(await phases(dead)), ...Object.values(await phases(review))].every(
          (phase) => phase === "done",
        ),
      "both",
    );
    assert.deepEqual(await held("old2@example.org"), ["marketo"]);
    assert.deepEqual(await held("old4@example.org"), ["marketo", "pardot", "prospects"]);
    const { shards } = await operator("status");
    assert.deepEqual(
      ["queued", "review", "dead", "bytes"].map((name) =>
        shards.reduce((all, shard) => all + shard[name], 0),
      ),
      [0, 0, 0, 0],
    );
  });

  test("a key of then gets the answer of then", async () => {
    const lead = {
      firstName: "Old",
      lastName: "State",
      email: "old1@example.org",
      phone: "(212) 456-2001",
      consent: "yes",
    };
    const send = (values) =>
      fetch(at.form, {
        method: "POST",
        body: body(values, { key: "version-1-done", v: "1" }),
        headers: { accept: "application/json", origin: at.page },
      });
    const { id, state } = await (await send(lead)).json();
    assert.ok(id.startsWith(delivered));
    assert.equal(state, "stored");
    assert.equal((await send({ ...lead, lastName: "Other" })).status, 422);
  });
});

for (const state of ["state-2", "state-3"])
  describe(state, () => {
    opened(state);

    test("what waited, what was out and what was in doubt is delivered once, to where the account is now", async () => {
      const all = ["marketo", "pardot", "prospects"];
      // Its calls to the other two had gone before. A shard that the quota turned away asks again after a minute.
      const wanted = { quota: ["marketo"], doubt: all, sent: ["pardot", "prospects"] };
      const arrived = async ([name, systems]) => {
        const there = await held(`${name}@example.org`);
        return systems.every((system) => there.filter((one) => one === system).length === 1);
      };
      await until(
        async () => (await Promise.all(Object.entries(wanted).map(arrived))).every(Boolean),
        "the old leads",
        60_000,
      );
    });

    test("the dead letter and the reviewed lead wait for a person, and can be sent on", async () => {
      const rows = await operator("leads?limit=1000");
      const waiting = rows
        .filter(({ phase }) => ["dead", "review"].includes(phase))
        .map(({ account, phase, code }) => `${account} ${phase} ${code}`);
      assert.deepEqual(waiting.sort(), [
        "marketo review token.forged",
        "pardot dead pardot.166",
        "pardot review token.forged",
        "prospects review token.forged",
      ]);
      await operator("replay?phase=dead", "POST");
      await operator("replay?phase=review", "POST");
      await until(
        async () =>
          (await held("dead@example.org")).join() === "pardot" &&
          (await held("review@example.org")).length === 3,
        "both",
      );
      // A person's word lets every shard ask again at once.
      await until(
        async () => (await held("sent@example.org")).length === 3,
        "the last of what was out",
      );
    });
  });
