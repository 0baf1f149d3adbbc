// A relay that is killed with -9 while people discard, correct, erase and export: each lead is wholly as before or wholly as
// they wanted, what was answered has happened, and none is lost.
import assert from "node:assert/strict";
import { compared, places, truth } from "../places.mjs";
import { body, root, stand, until } from "../stand.mjs";
import { random } from "./proxy.mjs";

const AUTH = { authorization: "Bearer demo-operator" };
const SEES = { ...AUTH, "fieldpost-value-key": "demo-operator-values" };
const SHARDS = "3";

/** What is asked for in a round, each as it would be by a person; so many leads of each. */
const WANTED = { discard: 12, later: 6, correct: 6, again: 4, erase: 4, person: 4, stays: 4 };
/** What a kill must have met on either side, over ten of them. */
const MET = ["discard", "correct", "again", "erase", "person"];

/**
 * Kills the relay `kills` times, each time at a moment by `seed` while all of it is asked for at once. Answers what was found.
 * @param {{ kills: number, seed?: number, say?: (line: string) => void }} how
 */
export async function rulingRun({ kills, seed = 1, say = () => {} }) {
  const next = random(seed);
  const at = await stand({
    worker: `${root}tests/console.worker.mjs`,
    // Values of what is delivered stay for a while, so that it can be corrected.
    bindings: {
      SHARDS,
      STORAGE_KEY: "a key of what the outboxes store",
      RETENTION: JSON.stringify({ values: 7 }),
    },
    timeScale: 10,
    silent: true,
  });
  const operator = (path, init = {}) =>
    fetch(`${at.relay}/operator/${path}`, { headers: AUTH, ...init });
  const read = async (path, headers = AUTH) => (await operator(path, { headers })).json();
  const post = (path, said) =>
    operator(path, { method: "POST", headers: SEES, body: JSON.stringify(said) });
  const tell = async (path, said) => (await post(path, said)).json();
  const sql = async (query) =>
    (
      await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })
    ).json();
  const ask = { operator, read, tell, sql };
  const found = {
    seed,
    kills: 0,
    leads: 0,
    answered: {},
    met: {},
    whole: {},
    broken: 0,
    exports: 0,
  };
  const count = (of, name) => {
    of[name] = (of[name] ?? 0) + 1;
  };
  let people = 0;
  const accepted = new Set();
  /** What must be in the systems in the end, and what must never be. */
  const corrected = new Set();
  const given = new Set();
  /** Delivered twice: as it came, and as it was corrected. */
  const twice = [];

  async function send(wanted) {
    const email = `${wanted}${++people}@example.org`;
    const answer = await fetch(at.form, {
      method: "POST",
      body: body(
        { firstName: "Ann", lastName: "Lee", email, phone: "" },
        { key: crypto.randomUUID(), ...(wanted !== "again" && { token: "forged" }) },
      ),
      headers: { accept: "application/json", origin: at.page },
    });
    const { id } = await answer.json();
    assert.equal(answer.status, 202);
    accepted.add(id);
    return { id, email, wanted, mended: `mended-${email}` };
  }

  /** Asks for what is wanted of each, and says which answers came. */
  function acts(leads) {
    const of = (wanted) => leads.filter((lead) => lead.wanted === wanted);
    const ids = (wanted) => of(wanted).map(({ id }) => id);
    const answered = new Set();
    const done = (wanted, some) => async (answer) => {
      if (!answer.ok) return;
      await answer.arrayBuffer();
      for (const { id } of some) answered.add(id);
      count(found.answered, wanted);
    };
    const calls = [
      () =>
        post("discard", { ids: ids("discard"), reason: "Robots" }).then(
          done("discard", of("discard")),
        ),
      () =>
        post("discard", { ids: ids("later"), reason: "Robots", later: true }).then(
          done("later", of("later")),
        ),
      ...of("correct").map(
        (lead) => () =>
          post("correct", {
            id: lead.id,
            values: { firstName: "Ann", lastName: "Lee", email: lead.mended },
          }).then(done("correct", [lead])),
      ),
      ...of("again").map(
        (lead) => () =>
          post("correct", {
            id: lead.id,
            values: { firstName: "Bea", lastName: "Lee", email: lead.email },
          }).then(done("again", [lead])),
      ),
      ...of("erase").map(
        (lead) => () => post("erase", { id: lead.id }).then(done("erase", [lead])),
      ),
      ...of("person").map(
        (lead) => () => post("erase", { email: lead.email }).then(done("person", [lead])),
      ),
    ];
    const waited = calls.map(async (call) => {
      await new Promise((resolve) => setTimeout(resolve, next() * 60));
      await call().catch(() => {});
    });
    return { answered, ended: Promise.all(waited) };
  }

  /** An export that has its last line has every lead that nobody did anything about, each once. */
  async function exports(stays) {
    try {
      const answer = await operator("export?format=ndjson", { headers: SEES });
      const lines = (await answer.text()).trim().split("\n");
      if (lines.at(-1) !== '{"next":null}') return;
      const ids = lines.slice(0, -1).map((line) => JSON.parse(line).id);
      assert.equal(new Set(ids).size, ids.length, "each lead once");
      for (const { id } of stays)
        assert.ok(ids.includes(id), "an export without a lead that waits");
      found.exports++;
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      found.broken++;
    }
  }

  /** Whether a lead is wholly as before, or wholly as it was wanted; never anything else. */
  function judge(lead, row, deliveries, own) {
    const { wanted, id } = lead;
    const phases = new Set(deliveries.map(({ phase }) => phase));
    const values = own.get("email") ?? null;
    const isBefore =
      (row.finished === null) === (wanted !== "again") &&
      values === lead.email &&
      own.get("firstName") === "Ann" &&
      [...phases].join() === (wanted === "again" ? "done" : "review") &&
      deliveries.length === 2;
    const isGone =
      row.finished !== null && row.lead === null && row.visitor === null && row.person === "";
    const after = {
      discard: () =>
        isGone &&
        [...phases].join() === "discarded" &&
        deliveries.every(({ reason }) => reason === "Robots"),
      correct: () =>
        (row.finished === null ? values === lead.mended : isGone) &&
        !phases.has("review") &&
        deliveries.length === 2,
      again: () =>
        own.get("firstName") === "Bea" &&
        values === lead.email &&
        (row.finished === null || [...phases].join() === "done") &&
        deliveries.length === 2,
      erase: () => isGone && deliveries.length === 0 && row.known === null && row.hashes === 0,
      stays: () => false,
    };
    const kind = { later: "discard", person: "erase" }[wanted] ?? wanted;
    const isAfter = after[kind]();
    assert.ok(
      isBefore || isAfter,
      `${wanted} ${id} is neither: ${JSON.stringify([row, deliveries])}`,
    );
    count(found.whole, `${wanted} ${isAfter ? "done" : "not yet"}`);
    return isAfter;
  }

  async function look(leads) {
    const [rows, deliveries, values] = await Promise.all([
      sql(
        "SELECT *, (SELECT count(*) FROM known_persons WHERE lead = leads.id) AS hashes FROM leads",
      ),
      sql("SELECT * FROM deliveries"),
      Promise.all(leads.map(async ({ id }) => (await read(`lead?id=${id}`, SEES)).values ?? {})),
    ]);
    const all = new Map(rows.flat().map((row) => [row.id, row]));
    assert.equal(all.size, accepted.size, "no lead is lost");
    return new Map(
      leads.map((lead, n) => [
        lead.id,
        judge(
          lead,
          all.get(lead.id),
          deliveries.flat().filter((one) => one.lead === lead.id),
          new Map(Array.isArray(values[n]) ? values[n] : Object.entries(values[n])),
        ),
      ]),
    );
  }

  try {
    await at.config({ latency: 1 });
    for (; found.kills < kills; ) {
      const leads = (
        await Promise.all(
          Object.entries(WANTED).flatMap(([wanted, n]) =>
            Array.from({ length: n }, () => send(wanted)),
          ),
        )
      ).sort(() => next() - 0.5);
      found.leads += leads.length;
      await until(
        async () =>
          (await sql("SELECT 1 FROM deliveries WHERE phase IN ('waiting', 'sent')")).flat()
            .length === 0,
        "those that are corrected afterwards",
      );
      const { answered, ended } = acts(leads);
      const stays = leads.filter(({ wanted }) => wanted === "stays");
      let isKilled = false;
      const out = (async () => {
        while (!isKilled) await exports(stays);
      })();
      // After so many answers, however fast the machine is; what is due later is due after a second, and sometimes that is what is met.
      const enough = next() * 24;
      for (const end = Date.now() + 3_000; answered.size < enough && Date.now() < end; )
        await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) =>
        setTimeout(resolve, next() < 0.3 ? 950 + next() * 150 : next() * 20),
      );
      isKilled = true;
      await at.killRelay();
      found.kills++;
      await Promise.all([ended, out]);
      await at.startRelay();
      const after = await look(leads);
      for (const { id, wanted } of leads)
        count(found.met, `${wanted} ${after.get(id) ? "done" : "not yet"}`);
      for (const lead of leads)
        if (answered.has(lead.id) && lead.wanted !== "later")
          assert.ok(
            after.get(lead.id),
            `${lead.wanted} ${lead.id} was answered, and has not happened`,
          );
      // What was written down is carried out; who had no answer asks again, where it has not happened: a second correction would be delivered, too.
      await until(
        async () => (await read("pending")).pending.every(({ done }) => done !== null),
        "what is due",
      );
      const again = acts(
        leads.filter(
          ({ id, wanted }) =>
            !answered.has(id) &&
            wanted !== "stays" &&
            !(["correct", "again"].includes(wanted) && after.get(id)),
        ),
      );
      await again.ended;
      await until(
        async () => (await read("pending")).pending.every(({ done }) => done !== null),
        "what is due",
      );
      await until(
        async () =>
          (await sql("SELECT 1 FROM deliveries WHERE phase IN ('waiting', 'sent')")).flat()
            .length === 0,
        "the deliveries",
      );
      const end = await look(leads);
      for (const lead of leads) {
        const { wanted, id } = lead;
        assert.equal(end.get(id), wanted !== "stays", `${wanted} ${id} in the end`);
        if (wanted === "correct") corrected.add(lead.mended);
        if (wanted === "again")
          for (const account of ["marketo", "prospects"])
            twice.push({ form: "contact", account, phase: "done", email: lead.email });
        else given.add(lead.email);
      }
      compared(await truth(ask), await places(ask), {
        named: "prospects",
        names: ["prospects"],
        gone: { erased: twice, forgotten: [] },
      });
      if (found.kills % 10 === 0) say(`${found.kills} kills: ${JSON.stringify(found.whole)}`);
    }
    const held = await at.leads();
    const there = held.map(({ system, email }) => `${system} ${email}`);
    for (const { account, email } of twice) {
      const own = held.filter((one) => one.system === account && one.email === email);
      assert.equal(own.length, 1, `${account} ${email}`);
      assert.match(JSON.stringify(own[0].fields), /"Bea"/, `${account} ${email}`);
    }
    if (kills >= 10)
      for (const wanted of MET)
        for (const when of ["not yet", "done"])
          assert.ok(found.met[`${wanted} ${when}`] > 0, `no kill met ${wanted} ${when}`);
    for (const email of corrected)
      for (const system of ["marketo", "prospects"])
        assert.equal(
          there.filter((one) => one === `${system} ${email}`).length,
          1,
          `${system} ${email}`,
        );
    assert.ok(
      !there.some((one) => given.has(one.split(" ")[1])),
      "what was given up or mended went out as it was",
    );
    return found;
  } finally {
    await at.stop();
  }
}
