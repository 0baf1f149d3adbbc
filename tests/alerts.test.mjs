// Who is told when something is wrong, on real workerd and by a real receiver: once for an incident, signed, with what follows in one
// message; again after a crash, never not at all; never with what a visitor typed; and no lead waits for it.
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { body, root, stand, until } from "./stand.mjs";

const SECRETS = [1, 2].map((n) => `whsec_${Buffer.alloc(32, n).toString("base64")}`);
const MARKETO = "marketo.lead.submitForm";
/** An hour of the relay's is 40 s. */
const timeScale = 90;

/** All that came, newest last: `{ path, headers, text }`. */
const heard = [];
/** What a path answers: a status, or nothing for ever. */
const answers = {};
const held = [];
const receiver = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const path = request.url.slice(1);
    heard.push({ path, headers: request.headers, text: Buffer.concat(parts).toString() });
    const { status = 200, headers = {} } = answers[path] ?? {};
    if (status === 0) return held.push(response);
    response.writeHead(status, headers);
    response.end("ok");
  });
});
const of = (path) => heard.filter((one) => one.path === path);
const incidents = (one) => JSON.parse(one.text).data.incidents;
const told = (state, code) =>
  of("hook").filter((one) =>
    incidents(one).some((own) => own.state === state && own.code === `alert.${code}`),
  );

let at;
let people = 0;
before(async () => {
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  at = await stand({
    worker: `${root}tests/alerts.worker.mjs`,
    timeScale,
    bindings: {
      RECEIVER: `http://127.0.0.1:${receiver.address().port}`,
      ALERT_SECRETS: JSON.stringify(SECRETS),
      MAIL_KEY: "mail-key-canary",
    },
  });
});
after(async () => {
  await at?.stop();
  receiver.closeAllConnections();
  receiver.close();
});

const AUTH = { authorization: "Bearer demo-operator" };
const ask = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { ...init, headers: { ...AUTH, ...init.headers } });
const read = async (path) => (await ask(path)).json();
const tell = (path, said) => ask(path, { method: "POST", body: JSON.stringify(said) });

/** What a person enters: each of a kind that is nowhere else. */
const PERSON = {
  firstName: "Zyxcanaryann",
  lastName: "Qwvcanarylee",
  company: "Canary Wharf Plumbing 4417",
};
const CANARIES = [...Object.values(PERSON), "canary.example.org", "613555", "canary-page"];

async function send(own = {}) {
  const n = ++people;
  const response = await fetch(at.form, {
    method: "POST",
    body: body(
      {
        ...PERSON,
        email: `person${n}@canary.example.org`,
        phone: `(613) 555-01${String(n % 100).padStart(2, "0")}`,
      },
      { key: crypto.randomUUID(), page: "https://canary-page.example/", ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  return { status: response.status, id: (await response.json()).id };
}

/** The relay looks once in a minute of its own. */
const LOOK = 60_000 / timeScale;

/** Nothing is wrong, and everybody has been told so: for three looks, since a lead that is still on its way may end as a dead one. */
async function calm() {
  await at.clear();
  let looks = 0;
  await until(
    async () => {
      for (const phase of ["dead", "review"])
        await tell("discard", { phase, reason: "the next test" });
      const { alerts } = await read("setup");
      const isCalm =
        alerts.incidents.length === 0 && alerts.channels.every(({ failing }) => !failing);
      looks = isCalm ? looks + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      return looks === 3;
    },
    "calm",
    60_000,
  );
}

beforeEach(async () => {
  for (const path of Object.keys(answers)) delete answers[path];
  for (const response of held.splice(0)) response.end();
  await calm();
  heard.length = 0;
});

describe("an incident", () => {
  test("is told once, on every channel, in each provider's own form, and so is its end", async () => {
    await at.faults([
      { operation: MARKETO, fault: "code", code: 1003, message: PERSON.company, times: 100 },
    ]);
    await send();
    await send();
    for (const path of ["hook", "chat", "resend", "postmark", "sendgrid"])
      await until(() => of(path).length > 0, path);
    // A minute of the relay's is 0.7 s: nobody is told twice.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal(told("opened", "dead").length, 1);
    const [one] = incidents(told("opened", "dead")[0]);
    assert.deepEqual(
      [one.account, one.form, one.why, one.ended],
      ["marketo", "contact", "", null],
      JSON.stringify(one),
    );
    assert.ok(one.message.length > 20 && one.count >= 1);

    const [resend] = of("resend");
    assert.equal(resend.headers.authorization, "Bearer mail-key-canary");
    const mail = JSON.parse(resend.text);
    assert.deepEqual([mail.from, mail.to], ["relay@example.com", ["ann@example.com"]]);
    assert.match(mail.subject, /^Fieldpost: 1 new$/);
    assert.match(mail.text, /account marketo, form contact/);
    assert.match(mail.text, /Console: https:\/\/leads\.example\.com\/operator/);
    assert.match(resend.headers["idempotency-key"], /^[0-9a-f-]{36}$/);
    const [postmark] = of("postmark");
    assert.equal(postmark.headers["x-postmark-server-token"], "mail-key-canary");
    assert.equal(JSON.parse(postmark.text).TextBody, mail.text);
    const [sendgrid] = of("sendgrid");
    assert.deepEqual(JSON.parse(sendgrid.text).personalizations, [
      { to: [{ email: "ann@example.com" }] },
    ]);
    assert.equal(JSON.parse(of("chat")[0].text).unfurl_links, false);

    heard.length = 0;
    await at.clear();
    await tell("replay", { phase: "dead" });
    await until(() => told("recovered", "dead").length > 0, "the end of it", 30_000);
    assert.ok(incidents(told("recovered", "dead")[0])[0].ended);
  });

  test("is signed so that Standard Webhooks' own code takes it, and nothing else passes", async () => {
    await send({ token: "forged" });
    await send({ token: "forged" });
    const [{ headers, text }] = await until(() => {
      const all = told("opened", "review");
      return all.length > 0 && all;
    }, "the review");
    for (const secret of SECRETS) {
      const { data } = new Webhook(secret).verify(text, headers);
      assert.equal(data.incidents[0].code, "alert.review");
    }
    const wrong = [
      [text.replace("review", "queue"), headers],
      [text, { ...headers, "webhook-id": "another" }],
      [text, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 1) }],
      [text, { ...headers, "webhook-signature": "v1,AAAA" }],
    ];
    for (const [body, own] of wrong)
      assert.throws(() => new Webhook(SECRETS[0]).verify(body, own), JSON.stringify(own));
    assert.throws(() =>
      new Webhook(`whsec_${Buffer.alloc(32, 3).toString("base64")}`).verify(text, headers),
    );
    // As docs/alerts.md shows it.
    const {
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": signatures,
    } = headers;
    const key = Buffer.from(SECRETS[0].slice("whsec_".length), "base64");
    const mac = createHmac("sha256", key).update(`${id}.${time}.${text}`).digest();
    assert.ok(
      signatures.split(" ").some((one) => {
        const given = Buffer.from(one.slice("v1,".length), "base64");
        return given.length === mac.length && timingSafeEqual(given, mac);
      }),
    );
    assert.ok(Math.abs(Date.now() / 1000 - Number(time)) < 300);
  });

  test("of an account is told with the code of what to mend, and a used-up quota as what it is", async () => {
    await at.faults([{ operation: MARKETO, fault: "code", code: 607, times: 1_000 }]);
    await send();
    await until(() => told("opened", "quota").length > 0, "the quota");
    await at.clear();
    await at.faults([
      { operation: "auth.token", fault: "status", status: 401, body: { error: "invalid_client" } },
    ]);
    await at.expireTokens();
    await send();
    const [one] = await until(() => {
      const all = told("opened", "account");
      return all.length > 0 && all;
    }, "the account");
    const own = incidents(one).find(({ code }) => code === "alert.account");
    assert.match(own.why, /^[a-z]+\.[a-z0-9_.]+$/);
  });
});

describe("a channel that does not take it", () => {
  test("is tried again under one id, shown, counted and holds up no lead and no other channel", async () => {
    answers.hook = { status: 500 };
    answers.chat = { status: 0 };
    await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 100 }]);
    await send();
    // What is so may change in between; of the same it is the same message.
    const again = () =>
      told("opened", "dead")
        .map((one) =>
          of("hook").filter((other) => other.text.includes(JSON.stringify(incidents(one)))),
        )
        .find((all) => all.length > 1);
    const same = await until(again, "a second try", 60_000);
    assert.equal(new Set(same.map(({ headers }) => headers["webhook-id"])).size, 1);
    const { channels } = (await read("setup")).alerts;
    const hook = channels.find(({ name }) => name === "hook");
    assert.deepEqual([hook.code, hook.failing > 0, hook.tries > 0], ["http.5xx", true, true]);
    assert.match(
      await (await ask("metrics")).text(),
      /fieldpost_alert_channel_failing\{channel="hook"\} 1[\s\S]*fieldpost_incidents_open\{code="alert.dead"\} 1/,
    );
    const began = Date.now();
    const { status } = await send();
    assert.equal(status, 202);
    assert.ok(Date.now() - began < 2_000, "a lead waits for no channel");
    await until(() => of("resend").length > 0, "the others", 40_000);
    heard.length = 0;
    delete answers.hook;
    await until(() => told("opened", "dead").length > 0, "it arrives at last", 60_000);
  });

  test("is followed nowhere else", async () => {
    answers.hook = { status: 302, headers: { location: "/elsewhere" } };
    await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 100 }]);
    await send();
    await until(() => of("hook").length > 0, "a try");
    await until(
      async () => (await read("setup")).alerts.channels[0].code === "http.redirect",
      "its answer",
    );
    assert.equal(of("elsewhere").length, 0);
  });
});

describe("a crash", () => {
  test("between telling and noting tells again, under the same id", async () => {
    answers.hook = { status: 0 };
    await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 100 }]);
    await send();
    await until(() => of("hook").length > 0, "the first try");
    await at.killRelay();
    delete answers.hook;
    await at.startRelay();
    await until(() => of("hook").length > 1, "the second one", 30_000);
    assert.equal(new Set(of("hook").map(({ headers }) => headers["webhook-id"])).size, 1);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.equal(of("hook").length, 2);
  });
});

describe("who is at the console", () => {
  test("sends a test, and hears what came of it", async () => {
    const good = await tell("alert", { channel: "hook" });
    assert.deepEqual([good.status, await good.json()], [200, { sent: true, code: null }]);
    assert.ok(of("hook").some(({ text }) => JSON.parse(text).type === "fieldpost.test"));
    answers.chat = { status: 404 };
    const bad = await (await tell("alert", { channel: "chat" })).json();
    assert.deepEqual([bad.sent, bad.code], [false, "http.404"]);
    assert.equal(of("chat").filter(({ text }) => text.includes("this is a test")).length, 1);
    const none = await tell("alert", { channel: "none" });
    assert.deepEqual([none.status, (await none.json()).code], [400, "alert.which"]);
    const { lines } = await read("audit");
    assert.ok(lines.some(({ what, about }) => what === "alert" && about.includes("hook")));
    const { alerts } = await read("setup");
    assert.doesNotMatch(JSON.stringify(alerts), /127\.0\.0\.1|whsec|canary/);
  });
});

test("no alert has what a visitor typed, whatever the systems say", async () => {
  const echo = `${PERSON.firstName} ${PERSON.company} person@canary.example.org 6135550101`;
  await at.faults([
    { operation: MARKETO, fault: "code", code: 1003, message: echo, times: 3 },
    {
      system: "prospects",
      fault: "status",
      status: 422,
      body: { message: echo, error: echo, code: echo, errors: [{ code: echo, message: echo }] },
      times: 100,
    },
  ]);
  for (let n = 0; n < 4; n++) await send();
  for (let n = 0; n < 3; n++) await send({ token: `1.${PERSON.firstName}.x.y` });
  await until(
    () => told("opened", "dead").length > 0 && told("opened", "review").length > 0,
    "alerts",
    30_000,
  );
  await until(() => of("sendgrid").length > 0 && of("chat").length > 0, "the others");
  const all = JSON.stringify(heard).toLowerCase();
  assert.ok(all.length > 2_000);
  assert.deepEqual(
    CANARIES.filter((canary) => all.includes(canary.toLowerCase())),
    [],
  );
});
