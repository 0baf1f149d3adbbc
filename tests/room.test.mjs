// Who finds room: what one address, or one form's dead letters, may take of it; and what `?wait` costs.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { body, root, stand, until } from "./stand.mjs";

const worker = `${root}tests/room.worker.mjs`;
const WRITE = "marketo.lead.submitForm";
let people = 0;
const person = () => `room${++people}@example.org`;
const key = () => crypto.randomUUID();

const open = [];
const relay = async (bindings, more = {}) => {
  const at = await stand({ worker, bindings, ...more });
  open.push(at);
  return at;
};
after(() => Promise.all(open.map((at) => at.stop())));

const send = (at, values, own = {}, { form = "contact", query = "", address = "192.0.2.1" } = {}) =>
  fetch(`${at.relay}/leads/${form}${query}`, {
    method: "POST",
    body: body(values, { key: key(), ...own }),
    headers: { accept: "application/json", origin: at.page, "x-real-ip": address },
  });
const operator = async (at, path, given) => {
  const response = await fetch(`${at.relay}/operator/${path}`, {
    headers: { authorization: "Bearer demo-operator" },
    ...(given && { method: "POST", body: JSON.stringify(given) }),
  });
  return path === "metrics" ? response.text() : response.json();
};
const rows = (at, query = "") => operator(at, `leads?limit=1000${query}`);
const said = async (response) => {
  const { issues, state } = await response.json();
  return [response.status, state, issues.map(({ code }) => code).join()].join(" ").trim();
};

describe("the review", () => {
  const forged = async (at, address) =>
    said(await send(at, { email: person() }, { token: "forged" }, { address }));

  test("is filled by one address up to a tenth; everybody else still gets in", async () => {
    const at = await relay({ maxReview: "100" });
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push(await forged(at, "192.0.2.1"));
    assert.deepEqual(
      answers.map((one) => one.slice(0, 3)),
      [...Array(10).fill("202"), ...Array(30).fill("429")],
    );
    assert.equal(answers.at(-1), "429 retry review.full");
    assert.equal(
      await said(await send(at, { email: person() }, {}, { address: "192.0.2.1" })),
      "202 queued",
      "who is no suspect is taken",
    );
    for (let n = 2; n < 30; n++)
      assert.equal(await forged(at, `192.0.2.${n}`), "202 queued", `address ${n}`);
    assert.equal(await forged(at, "192.0.2.1"), "429 retry review.full");

    // A household of IPv6 is one, whatever it calls itself.
    const six = [];
    for (let n = 1; n < 20; n++) six.push((await forged(at, `2001:db8:1:2::${n}`)).slice(0, 3));
    assert.ok(
      six.filter((status) => status === "202").length <= 10 && six.at(-1) === "429",
      six.join(),
    );
    assert.equal(await forged(at, "2001:db8:1:3::1"), "202 queued");
  });

  test("of many addresses that all want more than their share has room for one more", async () => {
    const at = await relay({ maxReview: "200" });
    for (let n = 1; n <= 40; n++)
      for (let again = 0; again < 12; again++) await forged(at, `198.51.100.${n}`);
    const { shards } = await operator(at, "status");
    assert.ok(shards[0].review < 190, `${shards[0].review}`);
    assert.equal(await forged(at, "203.0.113.1"), "202 queued");
  });

  test("has room again for an address when a person has acted, and when the relay was started anew it still knows", async () => {
    const at = await relay({ maxReview: "20" });
    assert.deepEqual(
      [
        await forged(at, "192.0.2.1"),
        await forged(at, "192.0.2.1"),
        (await forged(at, "192.0.2.1")).slice(0, 3),
      ],
      ["202 queued", "202 queued", "429"],
    );
    await at.killRelay();
    await at.startRelay();
    assert.equal(await forged(at, "192.0.2.1"), "429 retry review.full");
    await operator(at, "discard", { phase: "review", reason: "robots" });
    assert.equal(await forged(at, "192.0.2.1"), "202 queued");
  });
});

describe("dead letters", () => {
  const refused = { operation: WRITE, fault: "code", code: 1003, times: 1_000 };
  const dead = async (at, count) =>
    until(async () => (await rows(at, "&phase=dead")).length === count, `${count} dead letters`);
  /** Fills a form's dead letters to their bound, and has three more leads wait. */
  async function filled(at) {
    await at.faults([refused]);
    for (let n = 1; n <= 5; n++) {
      await send(at, { email: person() });
      await dead(at, n);
    }
    for (let n = 0; n < 3; n++)
      assert.equal(await said(await send(at, { email: person() })), "202 queued");
    await until(async () => (await rows(at, "&code=dead.full")).length === 3, "leads that wait");
    assert.equal((await rows(at, "&phase=dead")).length, 5);
  }

  test("at their bound close the form's way: what comes waits, and says why; other forms go on", async () => {
    const at = await relay({ maxDead: "5" });
    await filled(at);
    const waiting = await rows(at, "&code=dead.full");
    assert.deepEqual(
      [...new Set(waiting.map(({ phase, form, hold }) => `${phase} ${form} ${hold}`))],
      ["waiting contact contact"],
    );
    const { shards } = await operator(at, "status");
    assert.deepEqual(
      [shards[0].full, shards[0].dead, shards[0].queued],
      [[{ account: "marketo", form: "contact", dead: 5 }], 5, 3],
    );
    assert.match(
      await operator(at, "metrics"),
      /fieldpost_target_closed\{account="marketo",form="contact",code="dead.full"\} 1/,
    );

    await at.clear();
    const other = person();
    await send(at, { email: other }, {}, { form: "second" });
    await until(
      async () => (await at.leads()).some(({ email }) => email === other),
      "the other form's lead",
    );

    // A restart opens nothing, and asks nothing.
    await at.killRelay();
    await at.startRelay();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal((await rows(at, "&code=dead.full")).length, 3);

    const [one] = await rows(at, "&phase=dead");
    await operator(at, "discard", { ids: [one.lead], reason: "robots" });
    await until(async () => (await rows(at, "&phase=done")).length === 4, "what waited");
    await operator(at, "replay", { phase: "dead" });
    await until(async () => (await rows(at, "&phase=done")).length === 8, "the dead letters");
    assert.deepEqual((await operator(at, "status")).shards[0].full, []);
  });

  test("never keep a lead from being taken by their number; bytes alone do", async () => {
    const at = await relay({ maxDead: "5", maxBytes: String(40_000) });
    await filled(at);
    const answers = [];
    for (let n = 0; n < 40 && answers.at(-1)?.slice(0, 3) !== "503"; n++)
      answers.push(await said(await send(at, { email: person() })));
    assert.equal(answers.at(-1), "503 retry outbox.full");
    assert.ok(answers.length > 15, `${answers.length} were taken`);
    // The place of what a person has given up is free.
    await operator(at, "discard", { phase: "dead", reason: "robots" });
    assert.equal(await said(await send(at, { email: person() })), "202 queued");
  });
});

describe("?wait", () => {
  const calls = async (at) => (await fetch(`${at.relay}/test/calls`)).json();

  test("costs one call, and comes back when the lead has arrived", async () => {
    const at = await relay({});
    await send(at, { email: person() }, {}, { query: "?wait" });
    await calls(at);
    await at.faults([{ operation: WRITE, fault: "hang", ms: 1_500, times: 1 }]);
    const began = Date.now();
    assert.equal(
      await said(await send(at, { email: person() }, {}, { query: "?wait" })),
      "200 stored",
    );
    assert.ok(Date.now() - began < 4_500, `${Date.now() - began} ms`);
    assert.deepEqual(await calls(at), ["accept", "outcome"]);
  });

  test("comes back after five seconds, and at once for a dead letter", async () => {
    const at = await relay({}, { timeScale: 1 });
    await at.faults([{ operation: WRITE, fault: "hang", ms: 20_000, times: 1 }]);
    let began = Date.now();
    assert.equal(
      await said(await send(at, { email: person() }, {}, { query: "?wait" })),
      "202 queued",
    );
    assert.ok(
      Date.now() - began >= 4_900 && Date.now() - began < 8_000,
      `${Date.now() - began} ms`,
    );
    const bad = person();
    await at.faults([{ operation: WRITE, key: bad, fault: "code", code: 1003 }]);
    began = Date.now();
    assert.equal(await said(await send(at, { email: bad }, {}, { query: "?wait" })), "202 queued");
    assert.ok(Date.now() - began < 4_000, `${Date.now() - began} ms`);
  });

  test("costs a suspect's relay nothing", async () => {
    const at = await relay({});
    await send(at, { email: person() });
    await calls(at);
    const began = Date.now();
    assert.equal(
      await said(await send(at, { email: person() }, { token: "forged" }, { query: "?wait" })),
      "202 queued",
    );
    assert.ok(Date.now() - began < 2_000);
    // Whether a rule lets the sender through is asked of every suspect; to wait costs nothing more.
    assert.deepEqual(await calls(at), ["pass/of", "accept"]);
  });

  test("has so many wait in one outbox; the next are answered at once", async () => {
    const at = await relay({}, { timeScale: 1 });
    await at.faults([{ operation: WRITE, fault: "hang", ms: 20_000, times: 1_000 }]);
    const began = Date.now();
    const times = await Promise.all(
      Array.from({ length: 300 }, async () => {
        assert.equal(
          await said(await send(at, { email: person() }, {}, { query: "?wait" })),
          "202 queued",
        );
        return Date.now() - began;
      }),
    );
    const waited = times.filter((time) => time >= 4_900).length;
    assert.ok(waited <= 256 && waited >= 200, `${waited} waited`);
  });
});
