// Who attacks the people at the console: script in whatever is stored, a page of another origin, a stolen key, a session that is over.
// In Chromium on real workerd. Nothing runs, no value is seen, nothing changes; and no visitor's value stands in alerts, log, metrics or
// addresses, whatever people do at the console.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const spec = JSON.parse(readFileSync(`${root}docs/operator.openapi.json`, "utf8"));
const SCRIPT = `"'><img src=x onerror="globalThis.ran=1"><script>globalThis.ran=1</script><svg onload="globalThis.ran=1"></svg>`;
const OPERATORS = {
  anna: { key: "anna-key-anna-key-anna-key", rights: ["view", "operate", "values"] },
  bert: { key: "bert-key-bert-key-bert-key", rights: ["view"] },
};
const MARKETO = "marketo.lead.submitForm";
/** Whatever a visitor of this suite types has one of these. */
const CANARIES = ["canary", "4567890", "456-7890"];

const told = [];
let answers = 500;
const receiver = createServer((request, response) => {
  request.setEncoding("utf8");
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    told.push(text);
    response.writeHead(answers).end("ok");
  });
});
const write = { out: process.stdout.write, err: process.stderr.write };
let heard = "";
let bindings;
let at;
let browser;
before(async () => {
  for (const [name, of] of [
    ["stdout", write.out],
    ["stderr", write.err],
  ])
    process[name].write = (chunk, ...rest) => {
      heard += Buffer.from(chunk).toString();
      return of.call(process[name], chunk, ...rest);
    };
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${receiver.address().port}`;
  bindings = {
    SHARDS: "2",
    HOSTILE: SCRIPT,
    OPERATORS: JSON.stringify(OPERATORS),
    ALERTS: JSON.stringify({
      channels: { chat: { kind: "slack", url: `http://${host}/`, allowHost: host } },
    }),
  };
  [at, browser] = await Promise.all([
    stand({ worker: `${root}tests/console.worker.mjs`, bindings, timeScale: 30 }),
    launch(),
  ]);
});
after(async () => {
  process.stdout.write = write.out;
  process.stderr.write = write.err;
  await Promise.allSettled([browser?.close(), at?.stop()]);
  receiver.closeAllConnections();
  receiver.close();
});

const AUTH = { authorization: "Bearer demo-operator" };
const operator = (path, init = {}) =>
  fetch(`${at.relay}/operator/${path}`, { headers: AUTH, ...init });
const read = async (path) => (await operator(path)).json();
const rows = async (path, query, bindings = []) =>
  (
    await (
      await fetch(`${at.relay}/test/${path}`, {
        method: "POST",
        body: JSON.stringify({ query, bindings }),
      })
    ).json()
  ).flat();

let people = 0;
async function send(own = {}) {
  const email = `visitor${++people}@canary.example.org`;
  const answer = await fetch(at.form, {
    method: "POST",
    body: body(
      {
        firstName: "Canaryann",
        lastName: "Canarylee",
        email,
        phone: "(212) 456-7890",
        notes: "canary notes",
        terms: "yes",
      },
      { key: crypto.randomUUID(), page: "https://canary.example/offer", ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  return { id: (await answer.json()).id, email };
}
const stateOf = async (id) => (await read(`lead?id=${id}`)).state;
const settled = (id, state) => until(async () => (await stateOf(id)) === state, `${id}: ${state}`);
async function refused() {
  await at.faults([{ operation: MARKETO, fault: "code", code: 1003, times: 1 }]);
  const lead = await send();
  await settled(lead.id, "dead");
  await at.clear();
  return lead;
}

const asked = [];
/** Somebody at the console, and all that a browser says of it. */
async function opened(t, key = OPERATORS.anna.key) {
  const context = await browser.newContext();
  t.after(() => context.close());
  await context.addInitScript(() => {
    globalThis.violations = [];
    addEventListener("securitypolicyviolation", (event) =>
      globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(`${at.relay}/operator`);
  await page.fill("#key", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("text=leads accepted today");
  return { page, context };
}

/** What a page's own document says of scripts: what ran, what was stopped, and what could run. */
const dangers = (page) =>
  page.evaluate(() => ({
    ran: globalThis.ran ?? 0,
    violations: globalThis.violations,
    elements: [...document.querySelectorAll("*")].flatMap((one) =>
      ["IMG", "IFRAME", "OBJECT", "EMBED"].includes(one.tagName) ||
      (one.tagName === "SCRIPT" && one.getAttribute("src") !== "/operator/page.js") ||
      one.getAttributeNames().some((name) => name.startsWith("on")) ||
      /^\s*javascript:/i.test(one.getAttribute("href") ?? "")
        ? [one.outerHTML.slice(0, 200)]
        : [],
    ),
  }));
const SAFE = { ran: 0, violations: [], elements: [] };

test("script in every text that is stored is text on every page", {
  timeout: 240_000,
}, async (t) => {
  const leads = [await refused(), await send({ token: "forged" }), await send(), await send()];
  for (const { id } of leads.slice(2)) await settled(id, "delivered");
  const values = JSON.stringify({
    firstName: SCRIPT,
    lastName: SCRIPT,
    email: SCRIPT,
    phone: SCRIPT,
    notes: SCRIPT,
    [SCRIPT]: [SCRIPT, { [SCRIPT]: SCRIPT }],
  });
  const visitor = JSON.stringify({
    consents: new URLSearchParams({
      "x.purpose": SCRIPT,
      "x.text": SCRIPT,
      [`${SCRIPT}.text`]: SCRIPT,
    }).toString(),
    ...Object.fromEntries(
      ["page", "query", "referrer", "first", "last", "cookie", "ip", "userAgent", SCRIPT].map(
        (name) => [name, SCRIPT],
      ),
    ),
  });
  // Whoever wrote it, and wherever: each column of the rows that people read.
  await rows(
    "sql",
    "UPDATE leads SET lead = ?, visitor = ?, issues = ?, raw = 0 WHERE finished IS NULL",
    [values, visitor, `${encodeURIComponent(SCRIPT)}:${encodeURIComponent(SCRIPT)}`],
  );
  await rows("sql", "UPDATE leads SET review = ? WHERE review IS NOT NULL", [SCRIPT]);
  const attempts = `\n${JSON.stringify([Date.now(), 5, SCRIPT, SCRIPT, SCRIPT, SCRIPT])}`;
  const state = JSON.stringify({
    outcome: { kind: "stored", id: SCRIPT, issues: [{ field: SCRIPT, code: SCRIPT }] },
  });
  await rows(
    "sql",
    "UPDATE deliveries SET code = ?1, warning = ?1, reason = ?1, attempts = ?2, state = ?3 WHERE phase IN ('dead', 'review', 'done')",
    [SCRIPT, attempts, state],
  );
  await rows("sql", "UPDATE leads SET test = 1, form = ? WHERE id = ?", [SCRIPT, leads[3].id]);
  await rows("sql", "INSERT INTO hours VALUES (unixepoch() / 3600, 'accepted', ?1, ?1, 5)", [
    SCRIPT,
  ]);
  await rows("desk", "INSERT INTO audit (at, who, what, about) VALUES (?, ?2, ?2, ?2)", [
    Date.now(),
    SCRIPT,
  ]);
  await rows(
    "desk",
    "INSERT INTO passes (id, form, kind, sender, until, made, who) VALUES ('x', ?1, 'domain', ?1, ?2, ?2, ?1)",
    [SCRIPT, Date.now() + 1e9],
  );
  const { page } = await opened(t);
  await page.getByRole("button", { name: "Show values" }).click();
  await page.waitForSelector("text=Hide values");
  const seen = async (where, isThere) => {
    await until(async () => isThere(await page.innerText("main")), `the text at ${where}`);
    assert.deepEqual(await dangers(page), SAFE, where);
  };
  const shown = (text) => text.includes(SCRIPT);
  for (const [view, isThere] of [
    ["today", shown],
    ["leads", shown],
    ["review", shown],
    ["setup", shown],
    ["people", (text) => text.split(SCRIPT).length > 4],
    ["export", (text) => text.includes("import.csv")],
  ]) {
    await page.goto(`${at.relay}/operator#/${view}`);
    await seen(view, isThere);
  }
  for (const { id } of leads) {
    await page.goto(`${at.relay}/operator#/lead/${id}`);
    await page.waitForSelector(`text=Lead ${id}`);
    await seen(`lead ${id}`, (text) => text.split(SCRIPT).length > 3);
  }
  await page.goto(`${at.relay}/operator#/lead/${leads[0].id}`);
  await page.getByRole("button", { name: "Correct and send again" }).click();
  await page.waitForSelector("dialog[open]");
  assert.deepEqual(await dangers(page), SAFE, "the dialog");
  // Whoever judges can see: the same text as markup is found, and stopped by the policy.
  await page.evaluate((text) => document.body.insertAdjacentHTML("beforeend", text), SCRIPT);
  await until(async () => (await dangers(page)).violations.length > 0, "the policy's word");
  const found = await dangers(page);
  assert.equal(found.ran, 0);
  assert.ok(found.elements.length >= 3);
  await rows("sql", "UPDATE deliveries SET phase = 'discarded' WHERE phase IN ('dead', 'review')");
  await rows("sql", "UPDATE leads SET finished = 1 WHERE finished IS NULL");
});

/** What must not change: where leads stand, and who did what. */
const standing = async () =>
  JSON.stringify([
    // What is finished may be forgotten meanwhile: the texts that were put there say nothing of its time.
    await rows(
      "sql",
      "SELECT id, phase, code FROM deliveries WHERE phase NOT IN ('done', 'discarded') ORDER BY id",
    ),
    await rows("desk", "SELECT count(*) AS n FROM audit"),
    await rows("desk", "SELECT id FROM passes ORDER BY id"),
  ]);
const CALLS = Object.entries(spec.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: path.slice("/operator/".length),
    needs: methods[method].description,
  })),
);
const saidOf = ({ id, email }) => ({
  id,
  ids: [id],
  email,
  phase: "review",
  reason: "no",
  form: "contact",
  sender: "evil.example",
  days: 1,
  values: { firstName: "Evil", email: "evil@canary.example.org" },
});

test("a page of another origin reads nothing and changes nothing with a person's session", {
  timeout: 120_000,
}, async (t) => {
  const lead = await send({ token: "forged" });
  const { context } = await opened(t);
  const before = await standing();
  const evil = await context.newPage();
  await evil.goto(at.page);
  assert.notEqual(new URL(at.page).origin, new URL(at.relay).origin);
  const cookies = await context.cookies(at.page);
  assert.ok(cookies.length > 0, "the browser sends the cookie there, too: ports are one site");
  const tried = await evil.evaluate(
    async ({ relay, calls, said }) => {
      const came = [];
      for (const { method, path } of calls) {
        const init = {
          method,
          credentials: "include",
          ...(method !== "GET" && { body: JSON.stringify(said) }),
        };
        for (const more of [
          {},
          { mode: "no-cors" },
          { headers: { "fieldpost-console": "1", "fieldpost-values": "1" } },
        ]) {
          if (more.mode === "no-cors" && method === "DELETE") continue;
          try {
            const answer = await fetch(`${relay}/operator/${path}`, { ...init, ...more });
            const text = await answer.text();
            if (answer.type !== "opaque" || text !== "")
              came.push(`${method} ${path} ${answer.status} ${text.slice(0, 200)}`);
          } catch {}
        }
        if (method === "POST")
          navigator.sendBeacon(`${relay}/operator/${path}`, JSON.stringify(said));
      }
      // What needs no call: a frame, an image, a script, a form.
      const loaded = (element) =>
        new Promise((resolve) => {
          element.onload = () => resolve("loaded");
          element.onerror = () => resolve("failed");
          document.body.append(element);
          setTimeout(() => resolve("nothing"), 3_000);
        });
      const frame = Object.assign(document.createElement("iframe"), { src: `${relay}/operator` });
      await loaded(frame);
      let inside = "";
      try {
        inside = frame.contentDocument?.body?.innerText ?? "";
      } catch {}
      const script = await loaded(
        Object.assign(document.createElement("script"), { src: `${relay}/operator/today` }),
      );
      for (const path of ["discard", "erase", "test"]) {
        const form = document.createElement("form");
        Object.assign(form, {
          method: "POST",
          action: `${relay}/operator/${path}`,
          enctype: "text/plain",
          target: "_blank",
        });
        const field = Object.assign(document.createElement("input"), {
          name: JSON.stringify(said).slice(0, -1),
          value: "}",
        });
        form.append(field);
        document.body.append(form);
        form.submit();
      }
      return { came, inside, script };
    },
    { relay: at.relay, calls: CALLS, said: saidOf(lead) },
  );
  assert.deepEqual(tried.came, []);
  assert.equal(tried.inside, "");
  assert.notEqual(tried.script, "loaded");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(await standing(), before);
  assert.equal(await stateOf(lead.id), "review");
});

/** Asks every call of the description as somebody, and gives what came. */
async function everything(headers, lead) {
  const came = [];
  for (const call of CALLS) {
    if (call.path === "session" && call.method !== "GET") continue;
    const { method, path } = call;
    for (const more of [{}, { "fieldpost-values": "1" }]) {
      const answer = await fetch(`${at.relay}/operator/${path}?id=${lead.id}&phase=review`, {
        method,
        headers: { ...headers, ...more },
        ...(method === "POST" && { body: JSON.stringify(saidOf(lead)) }),
      });
      came.push({
        ...call,
        values: "fieldpost-values" in more,
        status: answer.status,
        text: await answer.text(),
      });
    }
  }
  return came;
}
const valuesIn = (text) => CANARIES.filter((one) => text.toLowerCase().includes(one));

test("a stolen key that may look sees no value and changes nothing", {
  timeout: 120_000,
}, async () => {
  const lead = await send({ token: "forged" });
  const before = await standing();
  const came = await everything({ authorization: `Bearer ${OPERATORS.bert.key}` }, lead);
  for (const { method, path, needs, values, status, text } of came) {
    const where = `${method} ${path}${values ? " with values" : ""}: ${text.slice(0, 200)}`;
    if (/operate|values/.test(needs) || values) assert.equal(status, 403, where);
    assert.deepEqual(valuesIn(text), [], where);
  }
  assert.ok(
    came.some(({ status, text }) => status === 200 && text.includes(lead.id)),
    "it may look",
  );
  assert.equal(await standing(), before);
});

test("a session is worth nothing after sign-out, its end, or its key's", {
  timeout: 180_000,
}, async (t) => {
  const lead = await send({ token: "forged" });
  const cookieOf = async (context) =>
    (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const over = async (what, cookie, page) => {
    const before = await standing();
    for (const { method, path, status, text } of await everything(
      { cookie, "fieldpost-console": "1" },
      lead,
    )) {
      assert.equal(status, 401, `${what}: ${method} ${path}`);
      assert.deepEqual(valuesIn(text), [], what);
    }
    assert.equal(await standing(), before, what);
    // And whoever sits there is asked for the key again, and sees no lead meanwhile.
    await page.evaluate(() => {
      location.hash = "#/leads";
    });
    await page.waitForSelector("#key");
    assert.deepEqual(valuesIn(await page.innerText("body")), [], what);
  };
  const first = await opened(t);
  const kept = await cookieOf(first.context);
  await first.page.getByRole("button", { name: /Sign out/ }).click();
  await first.page.waitForSelector("#key");
  await over("after sign-out", kept, first.page);

  const second = await opened(t);
  await second.page.getByRole("button", { name: "Show values" }).click();
  await second.page.click("nav >> text=Leads");
  await second.page.waitForSelector(`text=${lead.email}`);
  const cookie = await cookieOf(second.context);
  assert.equal(
    (await fetch(`${at.relay}/operator/today`, { headers: { cookie, "fieldpost-console": "1" } }))
      .status,
    200,
  );
  // Its end is in a second, by the clock.
  await rows("desk", "UPDATE sessions SET until = ?", [Date.now() + 1_000]);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  await second.page.click("nav >> text=Review");
  await second.page.waitForSelector("#key");
  await over("after its end", cookie, second.page);

  const third = await opened(t);
  const revoked = await cookieOf(third.context);
  await at.killRelay();
  const { anna: _, ...left } = OPERATORS;
  await at.startRelay({ bindings: { ...bindings, OPERATORS: JSON.stringify(left) } });
  await third.page.click("nav >> text=Leads");
  await third.page.waitForSelector("#key");
  await over("after its key's end", revoked, third.page);
  await at.killRelay();
  await at.startRelay({ bindings });
});

test("alerts are shown: that none arrives, and that they do again", {
  timeout: 180_000,
}, async (t) => {
  const lead = await refused();
  await until(() => told.length > 0, "an alert");
  const { page } = await opened(t);
  await page.waitForSelector("text=Alerts do not arrive at chat.");
  await page.click("nav >> text=Set-up");
  await page.waitForSelector("text=Nothing has arrived there for");
  assert.deepEqual(await dangers(page), SAFE);
  await page.getByRole("button", { name: "Send a test alert to chat" }).click();
  await page.waitForSelector("text=It did not arrive");
  answers = 200;
  await page.getByRole("button", { name: "Send a test alert to chat" }).click();
  await page.waitForSelector("text=The test has arrived there.");
  await until(
    async () => (await read("today?days=1")).alerts.channels[0].failing === 0,
    "an alert that arrives",
  );
  await page.click("nav >> text=Today");
  await page.waitForSelector("text=leads accepted today");
  await page.waitForSelector("text=Alerts do not arrive", { state: "detached" });
  await page.click("nav >> text=Set-up");
  await page.waitForSelector("text=The last alert arrived");
  assert.ok(
    told.some((text) => text.includes("A system refused leads")),
    told.at(-1),
  );
  assert.equal(await stateOf(lead.id), "dead");
});

test("whatever people do, no visitor's value stands in alerts, log, metrics, audit or addresses", {
  timeout: 180_000,
}, async (t) => {
  const [one, two, three] = [await refused(), await refused(), await send({ token: "forged" })];
  const { page } = await opened(t);
  await page.getByRole("button", { name: "Show values" }).click();
  await page.click("nav >> text=Leads");
  for (const text of [one.email, "(212) 456-7890", one.id]) {
    await page.getByLabel("E-mail, phone or id").fill(text);
    await page.keyboard.press("Enter");
    await page.waitForSelector(`tbody a[href="#/lead/${one.id}"]`);
  }
  await page.click(`tbody a[href="#/lead/${one.id}"]`);
  await page.getByRole("button", { name: "Correct and send again" }).click();
  await page.fill("#v-email", `mended-${one.email}`);
  await page.getByRole("button", { name: "Save and send" }).click();
  await page.waitForSelector("text=Corrected, and sent on.");
  await page.goto(`${at.relay}/operator#/lead/${two.id}`);
  await page.getByRole("button", { name: "Erase" }).click();
  await page.getByRole("button", { name: "Erase for good" }).click();
  await page.waitForSelector("text=Erased. What a system");
  await page.click("nav >> text=People");
  await page.getByRole("button", { name: "Let a sender through…" }).click();
  await page.fill("#sender", three.email);
  await page.getByRole("button", { name: "Let through", exact: true }).click();
  await page.waitForSelector("text=an e-mail, of");
  await page.click("nav >> text=Export");
  await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save leads.json" }).click(),
  ]);
  await page.click("nav >> text=Set-up");
  await page.getByRole("button", { name: /Send a test lead through Open day/ }).click();
  await page.fill("#v-email", "tested@canary.example.org");
  await page.fill("#v-firstName", "Canarytest");
  await page.getByRole("button", { name: "Send the test", exact: true }).click();
  await page.waitForSelector("text=This is a test");
  const texts = {
    alerts: told.join("\n"),
    log: heard,
    metrics: await (await operator("metrics")).text(),
    audit: JSON.stringify(await read("audit")),
    status: JSON.stringify(await read("status")),
    addresses: asked.join("\n"),
  };
  for (const [where, text] of Object.entries(texts)) {
    assert.ok(text.length > 200, `${where}: hardly anything to search`);
    assert.deepEqual(valuesIn(text), [], where);
  }
  assert.match(texts.log, /"corrected"/);
  assert.match(texts.log, /"tested"/);
  assert.match(texts.audit, /"correct"/);
});
