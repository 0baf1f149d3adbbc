// What goes wrong between the relay and the CRMs, and with the relay itself. The sandbox's ledger is the judge.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { body, stand, until } from "./stand.mjs";

const SYSTEMS = ["marketo", "pardot", "prospects"];
const CREATES = {
  marketo: "marketo.lead.submitForm",
  pardot: "pardot.prospect.create",
  prospects: "prospects.prospect.upsert",
};

/** With shorter times a busy machine is later than a call's deadline, and what comes too late looks like two calls at once. */
const SCALE = 15;
const LAG = Math.round(57_000 / SCALE);

let at;
let people = 0;

before(async () => {
  at = await stand({ timeScale: SCALE });
});
after(() => at.stop());
beforeEach(() => at.clear());

function person() {
  people++;
  return {
    firstName: "Ann",
    lastName: "Lee",
    email: `fault${people}@example.org`,
    phone: `(212) 457-${1000 + people}`,
    consent: "yes",
  };
}

async function submit(lead) {
  const response = await fetch(at.form, {
    method: "POST",
    body: body(lead, { key: crypto.randomUUID(), v: "1" }),
    headers: { accept: "application/json", origin: at.page },
  });
  assert.equal(response.status, 202);
  return (await response.json()).id;
}

const held = async (email) => (await at.leads()).filter((lead) => lead.email === email);

/** Waits until the relay has finished with the lead, and gives the operator's view of it. */
const finished = (id) =>
  until(
    async () => {
      const all = await (
        await fetch(`${at.relay}/operator/leads`, {
          headers: { authorization: "Bearer demo-operator" },
        })
      ).json();
      const mine = all.filter((row) => row.id.startsWith(id));
      return mine.length === 3 && mine.every(({ phase }) => phase === "done") && mine;
    },
    "the delivery to all systems",
    60_000,
  );

/** One person in each system; overlapping calls of one person would be visible in the ledger. */
async function onceEach(lead) {
  const story = async () =>
    (await at.ledger())
      .filter(({ key }) => key === lead.email)
      .map(({ operation, verdict, in: from, out }) => `${from} ${out} ${operation} ${verdict}`);
  assert.deepEqual(
    (await held(lead.email)).map(({ system }) => system).sort(),
    SYSTEMS,
    (await story()).join("\n"),
  );
  const calls = (await at.ledger()).filter(
    ({ key, operation }) => key === lead.email && operation !== "auth.token",
  );
  for (const system of SYSTEMS) {
    const own = calls
      .filter((call) => call.system === system)
      .sort((one, other) => one.in - other.in);
    for (const [n, call] of own.entries()) {
      const before = own[n - 1];
      assert.ok(
        !before || (before.out ?? before.in) <= call.in,
        `${system}: two calls of one person at once`,
      );
    }
  }
}

describe("the lead arrives, once, after", () => {
  const faults = [
    ["601, token invalid", { fault: "code", code: 601 }, ["marketo"]],
    ["602, token expired", { fault: "code", code: 602 }, ["marketo"]],
    ["606, rate limit", { fault: "code", code: 606 }, ["marketo"]],
    ["184, token refused", { fault: "code", code: 184 }, ["pardot"]],
    ["66, too many at once", { fault: "code", code: 66 }, ["pardot"]],
    ["500", { fault: "status", status: 500 }, SYSTEMS],
    ["503 with Retry-After", { fault: "status", status: 503, retryAfter: 1 }, SYSTEMS],
    ["429 with Retry-After", { fault: "status", status: 429, retryAfter: 1 }, ["prospects"]],
    ["a connection dropped before the commit", { fault: "reset_before" }, SYSTEMS],
    ["a connection dropped after the commit", { fault: "reset_after" }, SYSTEMS],
    ["a connection closed after the commit", { fault: "close_after" }, SYSTEMS],
    ["a reply that was cut", { fault: "truncate" }, SYSTEMS],
    ["a reply that is HTML, after the commit", { fault: "html_after" }, SYSTEMS],
    ["an empty reply, after the commit", { fault: "empty_after" }, SYSTEMS],
    ["an answer that never comes", { fault: "hang_after", ms: 10_000 }, SYSTEMS],
  ];
  for (const [what, fault, systems] of faults) {
    test(what, { timeout: 300_000 }, async () => {
      // Twice in a row, where it hurts: at the write.
      await at.faults(
        systems.map((system) => ({ operation: CREATES[system], times: 2, ...fault })),
      );
      const lead = person();
      const rows = await finished(await submit(lead));
      await onceEach(lead);
      const struck = (await at.ledger()).filter(
        ({ key, verdict }) => key === lead.email && verdict.startsWith("fault"),
      );
      assert.ok(struck.length >= systems.length, `the fault struck ${struck.length} times`);
      // A repeated form activity is never hidden.
      const activities = (await held(lead.email)).find(
        ({ system }) => system === "marketo",
      ).activities;
      const marked = rows.find(({ account }) => account === "marketo").maybe_repeated === 1;
      assert.ok(activities === 1 || marked, `${activities} activities, not marked`);
    });
  }

  test("reads that lag behind writes, and a lost reply", { timeout: 300_000 }, async () => {
    // 60 s of lag and the relay's own times, divided alike.
    await at.config({ pardot: { lag: LAG } });
    await at.faults([{ operation: CREATES.pardot, fault: "reset_after" }]);
    const lead = person();
    await finished(await submit(lead));
    await onceEach(lead);
  });

  test("two leads of one person, while reads do not show the first one yet", {
    timeout: 300_000,
  }, async () => {
    await at.config({ pardot: { lag: LAG } });
    const lead = person();
    const first = await submit(lead);
    await until(
      async () => (await held(lead.email)).some(({ system }) => system === "pardot"),
      "the first",
    );
    const second = await submit({ ...lead, lastName: "Lee-Hart" });
    await finished(first);
    await finished(second);
    assert.deepEqual((await held(lead.email)).map(({ system }) => system).sort(), SYSTEMS);
  });

  test("tokens that all expire at once: one refresh, not one for each lead", {
    timeout: 300_000,
  }, async () => {
    const first = person();
    await finished(await submit(first));
    await at.expireTokens();
    const before = (await at.ledger()).filter(
      ({ operation, system }) => operation === "auth.token" && system === "marketo",
    ).length;
    const leads = Array.from({ length: 5 }, person);
    const ids = await Promise.all(leads.map(submit));
    for (const id of ids) await finished(id);
    for (const lead of leads) await onceEach(lead);
    const tokens =
      (await at.ledger()).filter(
        ({ operation, system }) => operation === "auth.token" && system === "marketo",
      ).length - before;
    assert.equal(tokens, 1);
  });
});

describe("a lead that a system refuses", () => {
  test("is kept with its reason, and delivered by a replay; the others have it at once", {
    timeout: 300_000,
  }, async () => {
    const lead = person();
    // The lead's own fault; what the form or the account is to blame for waits instead.
    await at.faults([{ operation: CREATES.marketo, key: lead.email, fault: "code", code: 1003 }]);
    const id = await submit(lead);
    const rows = () =>
      fetch(`${at.relay}/operator/leads`, {
        headers: { authorization: "Bearer demo-operator" },
      }).then((response) => response.json());
    const dead = await until(
      async () => (await rows()).find((row) => row.id === `${id}/marketo` && row.phase === "dead"),
      "the dead letter",
    );
    assert.equal(dead.code, "marketo.1003");
    await until(async () => (await held(lead.email)).length === 2, "the other two systems");
    await at.reset();
    await fetch(`${at.relay}/operator/replay?code=marketo.1003`, {
      method: "POST",
      headers: { authorization: "Bearer demo-operator" },
    });
    await finished(id);
  });
});

describe("workerd killed with -9", () => {
  test("after the 202 and before the delivery: the lead arrives after the restart, once", {
    timeout: 300_000,
  }, async () => {
    await at.faults(
      SYSTEMS.map((system) => ({
        system,
        operation: system === "pardot" ? "pardot.prospect.read" : CREATES[system],
        fault: "status",
        status: 503,
        times: 1,
      })),
    );
    const lead = person();
    const id = await submit(lead);
    await at.killRelay();
    assert.ok((await held(lead.email)).length < 3, "all was delivered before the kill");
    await at.startRelay();
    await finished(id);
    await onceEach(lead);
  });

  test("while the calls are running: still one person in Pardot and one prospect", {
    timeout: 300_000,
  }, async () => {
    const slow = [CREATES.marketo, CREATES.pardot];
    await at.faults(slow.map((operation) => ({ operation, fault: "latency", ms: 900, times: 3 })));
    const lead = person();
    const id = await submit(lead);
    const running = async () =>
      (await at.ledger())
        .filter(({ verdict }) => verdict === "running")
        .map(({ operation }) => operation);
    await until(
      async () => (await running()).filter((operation) => slow.includes(operation)).length === 2,
      "both calls",
    );
    await at.killRelay();
    await at.startRelay();
    const rows = await finished(id);
    await onceEach(lead);
    assert.equal(rows.find(({ account }) => account === "marketo").maybe_repeated, 1);
  });

  test("again and again under load: nothing acknowledged is lost, nobody is there twice", {
    timeout: 300_000,
  }, async () => {
    await at.config({
      prospects: { limits: { calls: null } },
      marketo: { limits: { calls: null } },
    });
    const acknowledged = [];
    for (let round = 0; round < 3; round++) {
      const leads = Array.from({ length: 4 }, person);
      const answers = await Promise.allSettled(
        leads.map(async (lead) => ({ lead, id: await submit(lead) })),
      );
      acknowledged.push(
        ...answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value),
      );
      await at.killRelay();
      await at.startRelay();
    }
    assert.ok(acknowledged.length >= 10, `${acknowledged.length} leads were taken`);
    for (const { id } of acknowledged) await finished(id);
    for (const { lead } of acknowledged) await onceEach(lead);
    console.log(`# 3 kills, ${acknowledged.length} leads acknowledged, 0 lost, 0 twice`);
  });
});
