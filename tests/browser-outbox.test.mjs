// Leads that cannot be sent at once: what the page calls saved arrives, once, whatever happens to the tab or the browser.
// LEADS multiplies: 1 here, more in `make test-all`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { arrived, enhanced, fillIn, launch, submit, thanked, visit, visitor } from "./browser.mjs";
import { attached, attachScript, open, press, RELAY, state } from "./fixture.mjs";
import { root, stand, until } from "./stand.mjs";

const LEADS = Number(process.env.LEADS ?? 1);

let browser;
let here;
let script;
before(async () => {
  [browser, here, script] = await Promise.all([launch(), stand({ timeScale: 10 }), attachScript()]);
});
after(() => Promise.allSettled([browser?.close(), here?.stop()]));

const saved = (page) => page.waitForSelector("form[data-fieldpost-state=saved]");

/** Each of these people is in each system, once. */
async function allArrived(emails, timeout = 240_000) {
  await until(
    async () => {
      const there = new Set(
        (await here.leads())
          .filter(({ system }) => system === "prospects")
          .map(({ email }) => email),
      );
      return emails.every((email) => there.has(email));
    },
    `${emails.length} leads`,
    timeout,
  ).catch(async (error) => {
    const leads = await here.leads();
    throw new Error(
      `${error.message}; there are ${emails.filter((email) => leads.some((lead) => lead.email === email)).length}`,
    );
  });
  await until(
    async () => (await here.ledger()).every(({ verdict }) => verdict !== "running"),
    "quiet",
  );
  const leads = await here.leads();
  for (const email of emails) {
    const per = {};
    for (const lead of leads)
      if (lead.email === email) per[lead.system] = (per[lead.system] ?? 0) + 1;
    assert.ok(
      Object.values(per).every((times) => times === 1),
      `${email}: ${JSON.stringify(per)}`,
    );
  }
}

test("without a connection the lead is saved; it goes out when there is one again", async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  const ann = visitor("offline@example.com");
  await fillIn(page, ann);
  await context.setOffline(true);
  await submit(page);
  await saved(page);
  await context.setOffline(false);
  await thanked(page);
  await arrived(here, ann.email);
  assert.equal(await page.evaluate(countWaiting), 0, "nothing of it is left here");
});

test("it goes out on the next visit, without a touch", async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  const bob = visitor("nextvisit@example.com");
  await fillIn(page, bob);
  await page.route(here.form, (route) => route.abort("connectionreset"));
  await submit(page);
  await saved(page);
  await page.close();
  const next = await context.newPage();
  await next.addInitScript(() =>
    addEventListener("fieldpost:delivered", ({ detail }) => {
      globalThis.delivered = detail;
    }),
  );
  await next.goto(here.page);
  await next.waitForFunction(() => globalThis.delivered);
  assert.deepEqual(await next.evaluate(() => globalThis.delivered), { state: "queued" });
  await arrived(here, bob.email);
});

const cors = { "access-control-allow-origin": "*" };
/** An answer as a relay gives it, of this version or of the one before. */
const said = (status, state, code, more = {}) => ({
  status,
  headers: { ...cors, ...more },
  contentType: "application/json",
  body: JSON.stringify({
    v: 1,
    id: null,
    state,
    issues: [{ field: "", code, severity: "error", message: "No." }],
  }),
});
const html = (status) => ({
  status,
  headers: cors,
  contentType: "text/html",
  body: "<!doctype html><title>Sorry</title><h1>Sorry</h1>",
});

/** What may stand between a saved lead and its relay. */
const TROUBLE = {
  "another version": said(400, "refused", "wire.version"),
  "an origin that is not in the list": said(403, "refused", "origin.forbidden"),
  "a form that is not there": said(404, "refused", "not_found"),
  "a method that is not taken": said(405, "refused", "method"),
  "a body that is too large": said(413, "refused", "body.size"),
  "a body that the relay cannot open": said(415, "refused", "body.type"),
  "a seal whose secret is gone": said(409, "retry", "seal.unknown", { "retry-after": "600" }),
  "too many from here": said(429, "retry", "address.limit", { "retry-after": "60" }),
  "a page of the host's: 500": html(500),
  "a portal's page: 200": html(200),
  "a firewall's page: 403": html(403),
  "an empty 502": { status: 502, headers: cors, body: "" },
  "values that the relay of before does not take": {
    ...said(422, "refused", "company"),
    body: JSON.stringify({
      v: 1,
      id: null,
      state: "refused",
      issues: [{ field: "company", code: "value.required", severity: "error", message: "No." }],
    }),
  },
};

/** Answers each lead so until the test ends it; counts them. */
async function trouble(page, url, answer) {
  const seen = {
    posts: 0,
    async end() {
      await page.unroute(url);
    },
  };
  await page.route(url, (route) => {
    if (route.request().method() !== "POST") return route.continue();
    seen.posts++;
    return answer ? route.fulfill(answer) : route.abort("connectionreset");
  });
  return seen;
}

/** Tries at once what waits, as when the connection is back. */
const nudge = (page) => page.evaluate(() => dispatchEvent(new Event("online")));

test("a saved lead outlives every trouble, and arrives once when it ends", {
  concurrency: 7,
}, async (t) => {
  const cases = Object.entries(TROUBLE).map(([what, answer], at) =>
    t.test(what, async (t) => {
      const { page, context } = await visit(t, browser, here.page);
      const ann = visitor(`trouble${at}@example.com`);
      await fillIn(page, ann);
      const broken = await trouble(context, here.form);
      await submit(page);
      await saved(page);
      await broken.end();
      // The page goes, as visitors do; the next visit meets the trouble.
      await page.close();
      const next = await context.newPage();
      const meets = await trouble(context, here.form, answer);
      await next.addInitScript(() =>
        addEventListener("fieldpost:delivered", ({ detail }) => {
          globalThis.delivered = detail;
        }),
      );
      await next.goto(here.page);
      await enhanced(next);
      await until(() => meets.posts > 0, "an attempt", 60_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(await next.evaluate(countWaiting), 1, "it is kept");
      await meets.end();
      await next.waitForFunction(() => globalThis.delivered, undefined, { timeout: 60_000 });
      await arrived(here, ann.email);
      assert.equal(await next.evaluate(countWaiting), 0);
    }),
  );
  await Promise.all(cases);
});

test("whatever is not about the values is not the visitor's to mend: the lead is saved, and goes out later", async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  const cem = visitor("refusedatonce@example.com");
  await fillIn(page, cem);
  const broken = await trouble(context, here.form, TROUBLE["an origin that is not in the list"]);
  await submit(page);
  await saved(page);
  await broken.end();
  await nudge(page);
  await thanked(page);
  await arrived(here, cem.email);
});

test("leads that nobody can take hold up none of the others", async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  const away = await trouble(context, here.form);
  for (const name of ["stuck1", "stuck2", "stuck3", "free"]) {
    // The first ones are no longer what the relay's key opens; they stand before the last in the store.
    if (name === "free") await page.evaluate(spoilAll);
    await fillIn(page, { ...visitor(`${name}@example.com`), company: "" });
    await submit(page);
    await saved(page);
  }
  await away.end();
  await page.close();
  const next = await context.newPage();
  await next.goto(here.page);
  await until(
    async () => (await here.leads()).some(({ email }) => email === "free@example.com"),
    "the one behind them",
    90_000,
  );
  assert.equal(await next.evaluate(countWaiting), 3);
});

test("values that a relay of before does not take are shown to a visitor who is there", async (t) => {
  const { page } = await visit(t, browser, here.page);
  await fillIn(page, visitor("refused@example.com"));
  await page.route(here.form, (route) =>
    route.request().method() === "POST" ? route.abort("connectionreset") : route.continue(),
  );
  await submit(page);
  await saved(page);
  await page.unroute(here.form);
  await page.route(here.form, (route) =>
    route.request().method() === "POST"
      ? route.fulfill({
          status: 422,
          headers: { "access-control-allow-origin": "*" },
          contentType: "application/json",
          body: JSON.stringify({
            v: 1,
            id: null,
            state: "refused",
            issues: [{ field: "email", code: "email.syntax", severity: "error", message: "No." }],
          }),
        })
      : route.continue(),
  );
  await page.waitForSelector("[name=email][aria-invalid=true]", { timeout: 20_000 });
  assert.equal(await page.evaluate(countWaiting), 0);
});

test("a field that is required meanwhile: the relay takes what was saved, for a person to look at", async (t) => {
  const there = await stand({
    worker: `${root}tests/sealed.worker.mjs`,
    bindings: { STRICT: "1" },
  });
  t.after(() => there.stop());
  const { page, context } = await visit(t, browser, "about:blank", { native: true });
  // What the page was told before the owner changed it.
  await context.route(there.form, async (route) => {
    if (route.request().method() === "POST") return route.continue();
    const response = await route.fetch();
    const told = await response.json();
    told.spec.fields.company.required = false;
    return route.fulfill({ response, json: told });
  });
  await page.goto(there.page);
  await enhanced(page);
  await fillIn(page, { ...visitor("meanwhile@example.com"), company: "" });
  await context.setOffline(true);
  await submit(page);
  await saved(page);
  await context.setOffline(false);
  await thanked(page);
  assert.equal(await page.evaluate(countWaiting), 0);
  const { leads } = await fetch(`${there.relay}/operator/attention`, {
    headers: { authorization: "Bearer demo-operator" },
  }).then((response) => response.json());
  assert.deepEqual(
    leads.map(({ issues, deliveries }) => [issues, deliveries[0].code]),
    [["company:value.required", "lead.invalid"]],
  );
});

test("after 24 hours it is given up, and the next visit tells of it", async (t) => {
  const { page } = await visit(t, browser, here.page);
  await fillIn(page, visitor("old@example.com"));
  await page.route(here.form, (route) => route.abort("connectionreset"));
  await submit(page);
  await saved(page);
  assert.equal(await page.evaluate(countWaiting), 1);
  const then = new Date();
  await page.clock.install({ time: Date.now() + 86_400_000 + 60_000 });
  await page.addInitScript(() =>
    addEventListener("fieldpost:lost", ({ detail }) => {
      globalThis.lost = detail;
    }),
  );
  // The relay may be gone for good: that is no reason to be silent.
  await page.reload();
  await page.clock.runFor(5_000).catch(() => {});
  await until(async () => (await page.evaluate(countWaiting)) === 0, "the outbox to be empty");
  const told = await page.locator("form [role=alert][data-fieldpost-lost]").innerText();
  assert.match(told, /^Your request of .+ did not arrive\. Please send it again\.$/);
  assert.ok(told.includes(String(then.getFullYear())), told);
  assert.ok(!/old|example|Ann|Hara/.test(told), "no value of it");
  const lost = await page.evaluate(() => globalThis.lost);
  assert.deepEqual(Object.keys(lost), ["saved"]);
  assert.ok(Math.abs(lost.saved - then) < 60_000);
  await page.reload();
  await page.clock.runFor(5_000).catch(() => {});
  assert.equal(await page.locator("[data-fieldpost-lost]").count(), 0, "it is told once");
  assert.equal(
    (await here.leads()).some(({ email }) => email === "old@example.com"),
    false,
  );
});

test("a page that is open all that time tells it, too, and does not go on saying that it will be sent", async (t) => {
  const { page } = await open(
    t,
    browser,
    `<form action="${RELAY}" method="post"><input name="a" value="1"><button>Send</button></form>`,
    { fields: { a: { kind: "text" } }, sealKey: await anyKey(), script, answer: () => null },
  );
  await page.clock.install();
  await attached(page);
  await press(page);
  await state(page, "saved");
  await page.clock.fastForward(86_400_000 + 60_000);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await state(page, "failed");
  assert.match(await page.locator("[data-fieldpost-lost]").innerText(), /^Your request of/);
  assert.match(await page.getByRole("status").innerText(), /^We cannot tell/);
  await page.evaluate(() => globalThis.attachment.detach());
  assert.equal(await page.locator("[data-fieldpost-lost]").count(), 0);
});

test("what the relay would not take for its size is not called saved", async (t) => {
  const sealKey = await anyKey();
  for (const [size, expected] of [
    [65_536, "saved"],
    [65_537, "failed"],
  ]) {
    const { page, seen } = await open(
      t,
      browser,
      `<form action="${RELAY}" method="post"><textarea name="a"></textarea><button>Send</button></form>`,
      { fields: { a: { kind: "text" } }, sealKey, script, answer: () => null },
    );
    await attached(page);
    // What the page adds is part of it: one lead tells how much that is.
    await page.evaluate(() => {
      document.querySelector("textarea").value = "x";
    });
    await press(page);
    await state(page, "saved");
    const own = seen.posts[0].raw.postData().length - 1;
    await page.evaluate((length) => {
      document.querySelector("textarea").value = "x".repeat(length);
      document.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }));
    }, size - own);
    await press(page);
    await state(page, expected);
    assert.ok(
      seen.posts.some(({ raw }) => raw.postData()?.length === size),
      "as it was meant",
    );
  }
});

// Every call of the store and of the seal, failing in each way it can.
const BREAKS = {
  "there is no indexedDB": () => Object.defineProperty(window, "indexedDB", { value: undefined }),
  "indexedDB may not be asked for": () =>
    Object.defineProperty(window, "indexedDB", {
      get() {
        throw new DOMException("", "SecurityError");
      },
    }),
  "open throws": () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("", "SecurityError");
    };
  },
  "open fails": () => {
    IDBFactory.prototype.open = () => ({
      set onerror(tell) {
        setTimeout(() => tell(new Event("error")));
      },
    });
  },
  "open is blocked": () => {
    IDBFactory.prototype.open = () => ({
      set onblocked(tell) {
        setTimeout(() => tell(new Event("blocked")));
      },
    });
  },
  "making the store throws": () => {
    IDBDatabase.prototype.createObjectStore = () => {
      throw new DOMException("", "ConstraintError");
    };
  },
  "transaction throws": () => {
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException("", "InvalidStateError");
    };
  },
  "objectStore throws": () => {
    IDBTransaction.prototype.objectStore = () => {
      throw new DOMException("", "NotFoundError");
    };
  },
  "put throws": () => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("", "DataCloneError");
    };
  },
  "the disk is full": () => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value) {
      const asked = put.call(this, value);
      this.transaction.abort();
      return asked;
    };
  },
  "put fails": () => {
    const { put, add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value) {
      put.call(this, value);
      return add.call(this, value);
    };
  },
  "there is no subtle crypto": () => Object.defineProperty(crypto, "subtle", { value: undefined }),
  "the keys cannot be made": () => {
    SubtleCrypto.prototype.generateKey = () =>
      Promise.reject(new DOMException("", "NotSupportedError"));
  },
  "encrypting fails": () => {
    SubtleCrypto.prototype.encrypt = () => Promise.reject(new DOMException("", "OperationError"));
  },
};

test("nothing is called saved that is not", async (t) => {
  const sealKey = await anyKey();
  for (const [name, broken] of Object.entries(BREAKS)) {
    await t.test(name, async (t) => {
      const { page, seen } = await open(
        t,
        browser,
        `<form action="${RELAY}" method="post"><input name="a" value="1"><button>Send</button></form>`,
        { fields: { a: { kind: "text" } }, sealKey, script, answer: () => null },
      );
      await page.evaluate(broken);
      await attached(page);
      await press(page);
      await state(page, "failed");
      assert.match(await page.getByRole("status").innerText(), /^We cannot tell/);
      assert.equal(seen.posts.length, 1);
    });
  }
  await t.test("but with all of them it is", async (t) => {
    const { page } = await open(
      t,
      browser,
      `<form action="${RELAY}" method="post"><input name="a" value="1"><button>Send</button></form>`,
      { fields: { a: { kind: "text" } }, sealKey, script, answer: () => null },
    );
    await attached(page);
    await press(page);
    await state(page, "saved");
  });
});

test("gone right after the submit: nothing of 1 byte to 60,000 is lost, and above that the visitor is asked", async (t) => {
  const relay = await listening(t);
  const context = await browser.newContext();
  t.after(() => context.close());
  const ready = async () => {
    const page = await context.newPage();
    await page.goto(relay.url);
    await page.evaluate(script);
    await attached(page);
    return page;
  };
  for (const size of [1, 1_000, 20_000, 45_000, 59_000]) {
    for (let turn = 0; turn < 2 * LEADS; turn++) {
      const page = await ready();
      const text = size === 1 ? String(turn % 10) : `${turn}.${"x".repeat(size)}`.slice(0, size);
      const before = relay.leads.length;
      await page.evaluate((text) => {
        document.querySelector("textarea").value = text;
        document.querySelector("form").requestSubmit();
        location.href = "about:blank";
      }, text);
      await until(() => relay.leads.length > before, `the lead of ${size} bytes`);
      assert.ok(relay.leads.at(-1).get("a") === text, `${size} bytes`);
      await page.waitForURL("about:blank");
      await page.close();
    }
  }
  const page = await ready();
  relay.hold = true;
  // A browser asks only those who have touched the page.
  await page.fill("textarea", "y");
  await page.evaluate(() => {
    document.querySelector("textarea").value = "x".repeat(62_000);
  });
  const asked = page.waitForEvent("dialog");
  await page.click("button");
  await page.waitForSelector("form[data-fieldpost-state=busy]");
  await page.evaluate(
    () =>
      void setTimeout(() => {
        location.href = "about:blank";
      }),
  );
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  relay.hold = false;
  await state(page, "done");
});

test("what was saved when the browser was killed arrives after it, and cannot be read in its profile", async (t) => {
  const profile = await mkdtemp(join(tmpdir(), "fieldpost-profile-"));
  t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const emails = [];
  const PLANTED = "planted.e-mail.of.a.visitor";
  const ROUNDS = Math.min(10, 2 * LEADS);
  for (let round = 0; round < ROUNDS; round++) {
    const killed = await spawned(profile);
    const page = await killed.context.newPage();
    await page.route(here.form, (route) =>
      route.request().method() === "POST" ? route.abort("connectionreset") : route.continue(),
    );
    // Only new ones count here; those of the last round wait for the end.
    await page.goto(here.page);
    await enhanced(page);
    // Chromium remembers by itself what people type into forms (`Web Data`), unless the page asks it not to.
    await page.evaluate(() =>
      document.querySelectorAll("input").forEach((input) => {
        input.autocomplete = "off";
      }),
    );
    for (let lead = 0; lead < 5 * Math.min(LEADS, 4); lead++) {
      const email = `${PLANTED}${round}x${lead}@example.com`;
      await fillIn(page, { ...visitor(email), company: "" });
      await submit(page);
      await saved(page);
      emails.push(email);
    }
    killed.kill();
    await killed.gone;
  }
  assert.deepEqual(await holding(profile, PLANTED), [], "while they wait");
  const last = await spawned(profile);
  const page = await last.context.newPage();
  await page.goto(here.page);
  await allArrived(emails);
  await until(async () => (await page.evaluate(countWaiting)) === 0, "the outbox to be empty");
  last.kill();
  await last.gone;
  assert.deepEqual(await holding(profile, PLANTED), [], "and after");
});

test("several tabs share the work, and when the one that is at it is closed another goes on", async (t) => {
  const TABS = Math.min(8, 2 + LEADS);
  const { page: first, context } = await visit(t, browser, here.page);
  const tabs = [first];
  while (tabs.length < TABS) {
    const tab = await context.newPage();
    await tab.goto(here.page);
    await enhanced(tab);
    tabs.push(tab);
  }
  await context.setOffline(true);
  const emails = [];
  for (const [at, tab] of tabs.entries()) {
    // A browser takes its time with what nobody looks at.
    await tab.bringToFront();
    for (let lead = 0; lead < Math.min(25, 4 * LEADS); lead++) {
      const email = `tab${at}x${lead}@example.com`;
      await fillIn(tab, { ...visitor(email), company: "" });
      await submit(tab);
      await saved(tab);
      emails.push(email);
    }
  }
  await context.setOffline(false);
  for (let kill = 0; kill < Math.min(10, 2 * LEADS); kill++) {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const leading = (
      await Promise.all(
        tabs.map((tab) =>
          tab.evaluate(
            async () => (await navigator.locks.query()).held.length && document.visibilityState,
          ),
        ),
      )
    ).findIndex(Boolean);
    const [gone] = tabs.splice(Math.max(leading, 0), 1);
    await gone.close();
    const tab = await context.newPage();
    await tab.goto(here.page);
    tabs.push(tab);
  }
  await allArrived(emails);
});

/** A key of nobody's relay. */
async function anyKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, [
    "deriveBits",
  ]);
  return crypto.subtle.exportKey("jwk", pair.publicKey);
}

/** Makes what waits here something that no relay can open, under keys that are the first. */
function spoilAll() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("fieldpost");
    opening.onerror = reject;
    opening.onsuccess = () => {
      const db = opening.result;
      const work = db.transaction("leads", "readwrite");
      const leads = work.objectStore("leads");
      const asked = leads.getAll();
      asked.onsuccess = () => {
        leads.clear();
        for (const [at, lead] of asked.result.entries())
          leads.put({
            ...lead,
            key: `0000000${at}${lead.key}`.slice(0, 32),
            sealed: lead.sealed.map((byte) => byte ^ 1),
          });
      };
      work.oncomplete = () => {
        db.close();
        resolve();
      };
    };
  });
}

/** How many leads wait in this browser. */
function countWaiting() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("fieldpost");
    opening.onerror = reject;
    opening.onsuccess = () => {
      const db = opening.result;
      if (!db.objectStoreNames.contains("leads")) return resolve(0);
      const asked = db.transaction("leads").objectStore("leads").count();
      asked.onsuccess = () => {
        db.close();
        resolve(asked.result);
      };
      return undefined;
    };
  });
}

/** A Chromium of its own that can be killed, with everything it started. */
async function spawned(profile) {
  const child = spawn(
    process.env.CHROMIUM ?? "/usr/bin/chromium",
    [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { detached: true, stdio: ["ignore", "ignore", "pipe"] },
  );
  const gone = once(child, "exit");
  const endpoint = await new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (text) => {
      const found = /ws:\/\/\S+/.exec((said += text))?.[0];
      if (found) resolve(found);
    });
    child.once("exit", () => reject(new Error(said)));
  });
  const connected = await chromium.connectOverCDP(endpoint);
  return {
    context: connected.contexts()[0],
    gone,
    kill: () => process.kill(-child.pid, "SIGKILL"),
  };
}

/** The files of a profile that hold a text, as UTF-8, UTF-16 or base64 wherever it begins in it. */
async function holding(folder, text) {
  const found = [];
  const spelled = [Buffer.from(text), Buffer.from(text, "utf16le")].flatMap((bytes) => [
    bytes,
    // Of what is in base64, only whole groups of three bytes look the same in every place.
    ...[0, 1, 2].map((skip) =>
      bytes.subarray(skip, bytes.length - ((bytes.length - skip) % 3)).toString("base64"),
    ),
  ]);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (spelled.some((one) => bytes.includes(one))) found.push(path);
  }
  return found;
}

/** A page with one field, and a relay that only writes down what it gets. */
async function listening(t, sealKey = null) {
  const relay = { leads: [], hold: false, broken: false, url: "" };
  const spec = () =>
    JSON.stringify({
      v: 1,
      spec: { fields: { a: { kind: "text" } } },
      token: "t",
      expires: Date.now() + 3_600_000,
      sealKey,
    });
  const answers = {
    "GET /": [
      "text/html",
      () =>
        '<!doctype html><html lang="en"><title>Test</title><form action="/lead" method="post"><textarea name="a" aria-label="A"></textarea><button>Send</button></form>',
    ],
    "GET /lead": ["application/json", spec],
    "POST /lead": ["application/json", () => '{"v":1,"id":"1","state":"queued","issues":[]}'],
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method === "POST")
      relay.leads.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    while (relay.hold) await new Promise((resolve) => setTimeout(resolve, 50));
    if (request.method === "POST" && relay.broken) return request.socket.destroy();
    const [type, body] = answers[`${request.method} ${request.url}`] ?? ["text/plain", () => ""];
    response.writeHead(200, { "content-type": type });
    return response.end(body());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  relay.url = `http://127.0.0.1:${server.address().port}/`;
  return relay;
}
