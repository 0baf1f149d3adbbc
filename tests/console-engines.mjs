// The console in Chromium, Firefox and WebKitGTK on a relay with 100,000 leads in 8 outboxes: whatever a person does there, by clicks.
// In Chromium how long a list and a search take, beside the same question as bare SQL, and what the pages weigh. Part of `make test-all`:
//   node tests/console-engines.mjs [chromium] [firefox] [webkit]        LEADS, SHARDS: fewer; FIELDPOST_TIMES=assert: times fail
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { brotliCompressSync } from "node:zlib";
import { engines } from "./engine-client.mjs";
import { ask, body, root, stand, until } from "./stand.mjs";

const SHARDS = Number(process.env.SHARDS ?? 8);
const LEADS = Number(process.env.LEADS ?? 100_000);
const ASSERTS = process.env.FIELDPOST_TIMES === "assert";
const [LIST, SEARCH, TIMES] = [300, 100, 15];
/** What a page may weigh as it travels, in bytes. */
const HEAVIEST = 60 * 1024;
const asked = process.argv.slice(2).filter((name) => name in engines);
const names = asked.length ? asked : Object.keys(engines);
const MARKETO = "marketo.lead.submitForm";
const CODE = 1003;

const told = [];
const receiver = createServer((request, response) => {
  request.setEncoding("utf8");
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    told.push(text);
    response.end("ok");
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const host = `127.0.0.1:${receiver.address().port}`;
const at = await stand({
  worker: `${root}tests/console.worker.mjs`,
  timeScale: 2,
  silent: true,
  bindings: {
    SHARDS: String(SHARDS),
    PARDOT: "yes",
    STORAGE_KEY: "a key of what the outboxes store",
    RETENTION: JSON.stringify({ values: 7 }),
    ALERTS: JSON.stringify({
      channels: { chat: { kind: "slack", url: `http://${host}/`, allowHost: host } },
    }),
  },
});
const AUTH = { authorization: "Bearer demo-operator" };
const post = async (path, said) =>
  (
    await ask(`${at.relay}/${path}`, {
      method: "POST",
      headers: AUTH,
      body: JSON.stringify(said),
    })
  ).json();
const leadOf = async (id) =>
  (await ask(`${at.relay}/operator/lead?id=${id}`, { headers: AUTH })).json();
const settled = (id, state) =>
  until(async () => (await leadOf(id)).state === state, `${id}: ${state}`);
const tokenOf = async () =>
  (await (await fetch(at.form, { headers: { origin: at.page } })).json()).token;

let people = 0;
async function send(own = {}) {
  const n = ++people;
  const email = `engines${n}.${process.pid}@example.org`;
  const phone = `(212) 456-${String(1_000 + n).padStart(4, "0")}`;
  const answer = await fetch(at.form, {
    method: "POST",
    body: body(
      { firstName: "Ann", lastName: "Lee", email, phone, terms: "yes" },
      { key: crypto.randomUUID(), ...own },
    ),
    headers: { accept: "application/json", origin: at.page },
  });
  const { id } = await answer.json();
  return { id, email, phone };
}
async function delivered() {
  const lead = await send();
  await settled(lead.id, "delivered");
  return lead;
}
async function refused() {
  await at.faults([{ operation: MARKETO, fault: "code", code: CODE, times: 1 }]);
  const lead = await send();
  await settled(lead.id, "dead");
  await at.clear();
  return lead;
}
/** Leads that are held, and have nothing in common with others but the token that all of them used. */
async function held(count) {
  const token = await tokenOf();
  await send({ token });
  const leads = [];
  for (let n = 0; n < count; n++) leads.push(await send({ token }));
  for (const { id } of leads) await settled(id, "review");
  return leads;
}

/** A person before a page: they see texts and names, and have a pointer and keys. */
function person(page) {
  /** Marks what has this name, of the question that is open or of the page; says whether somebody can reach it: it is shown, and stands still. */
  const mark = (kind, name) =>
    page.run(
      (kind, name) => {
        for (const one of document.querySelectorAll("[data-meant]"))
          one.removeAttribute("data-meant");
        const nameOf = (one) =>
          (
            one.getAttribute("aria-label") ??
            (one.labels?.length
              ? [...one.labels].map((label) => label.textContent).join(" ")
              : one.textContent)
          ).trim();
        const all = [
          ...(document.querySelector("dialog[open]") ?? document).querySelectorAll(kind),
        ].filter((one) => !one.disabled && one.getClientRects().length > 0);
        const found =
          all.find((one) => nameOf(one) === name) ??
          all.find((one) => nameOf(one).startsWith(name));
        found?.setAttribute("data-meant", "");
        found?.scrollIntoView({ block: "nearest" });
        const { x, y } = found?.getBoundingClientRect() ?? {};
        const before = globalThis.stood;
        globalThis.stood = [found, x, y];
        return found !== undefined && before?.every((one, n) => one === globalThis.stood[n]);
      },
      kind,
      name,
    );
  const meant = (kind, name) => until(() => mark(kind, name), `${kind} “${name}”`, 20_000);
  const own = {
    async press(name, kind = "button, a, input[type=checkbox], summary") {
      await meant(kind, name);
      await page.point("[data-meant]");
    },
    /** Types in the place of what stands there. */
    async type(name, text) {
      await meant("input", name);
      await page.run(() => {
        const field = document.querySelector("[data-meant]");
        field.value = "";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
      if (text) await page.type("[data-meant]", text);
      await until(
        () => page.run((text) => document.querySelector("[data-meant]")?.value === text, text),
        `${name} to say ${text}`,
      );
    },
    /** A list that a browser opens outside of the page, and a day: what is chosen there is set. */
    async choose(name, value) {
      await meant("select, input", name);
      await page.run((value) => {
        const field = document.querySelector("[data-meant]");
        field.value = value;
        for (const type of ["input", "change"])
          field.dispatchEvent(new Event(type, { bubbles: true }));
      }, value);
    },
    text: () => page.run(() => document.body.innerText),
    sees: (text, patience = 30_000) =>
      until(async () => (await own.text()).includes(text), `“${text}” to be seen`, patience).catch(
        async (error) => {
          error.message += `; there is: ${(await own.text()).slice(0, 1_500)}`;
          throw error;
        },
      ),
    sign: async () => {
      await page.goto(`${at.relay}/operator`);
      await own.type("Your key", "demo-operator");
      await own.press("Sign in");
      await own.sees("leads accepted today");
    },
    async values() {
      if ((await own.text()).includes("Hide values")) return;
      await own.press("Show values");
      // Who has given the key is not asked for it again.
      const isAsked = () => page.run(() => !!document.querySelector("dialog[open]"));
      await until(
        async () => (await isAsked()) || (await own.text()).includes("Hide values"),
        "values, or a question",
      );
      if (await isAsked()) {
        await own.type("Key for values", "demo-operator-values");
        await own.press("Show values");
      }
      await own.sees("Hide values");
    },
    /** Opens the page of one lead as somebody who has its id. */
    async lead({ id }) {
      await own.press("Leads");
      await own.sees("newest first");
      await own.type("E-mail, phone or id", id);
      await own.press("Search");
      await until(
        () =>
          page.run((id) => {
            const [link, other] = document.querySelectorAll("tbody a");
            link?.setAttribute("data-lead", "");
            return link?.hash === `#/lead/${id}` && other === undefined;
          }, id),
        `the lead ${id} in the list`,
        30_000,
      );
      await own.press("", "[data-lead]");
      await own.sees(`Lead ${id}`);
    },
  };
  return own;
}

const FLOWS = [
  {
    name: "signs in, after a wrong key, and sees the day and a month",
    async act(page, she) {
      await page.goto(`${at.relay}/operator`);
      await she.type("Your key", "no key of the relay's");
      await she.press("Sign in");
      await she.sees("That is none of the relay's keys.");
      await she.type("Your key", "demo-operator");
      await she.press("Sign in");
      await she.sees("leads accepted today");
      await she.choose("Show", "30");
      await she.sees("The last 30 days");
      await she.sees("95 of 100 within");
    },
  },
  {
    name: "finds a lead by e-mail, phone and id, and many by what they have in common, page after page",
    async act(page, she) {
      const lead = await delivered();
      await she.press("Leads");
      for (const text of [lead.email, lead.phone, lead.id]) {
        await she.type("E-mail, phone or id", text);
        await she.press("Search");
        await until(
          () =>
            page.run(
              (id) =>
                [...document.querySelectorAll("tbody a")].map((one) => one.hash).join() ===
                `#/lead/${id}`,
              lead.id,
            ),
          `the lead by ${text}`,
        );
        assert.ok(!(await page.url()).includes("example.org"), "no value in an address");
      }
      await she.type("E-mail, phone or id", "");
      await she.press("Search");
      for (const [name, value] of [
        ["State", "dead"],
        ["Form", "contact"],
        ["Account", "marketo"],
        ["Code", `marketo.${CODE}`],
        ["From", "2020-01-01"],
        ["To", "2040-01-01"],
      ])
        await she.choose(name, value);
      await she.sees("and more, the newest first.");
      const ids = () =>
        page.run(() => [...document.querySelectorAll("tbody a")].map((one) => one.hash));
      await until(
        async () => (await she.text()).match(/Refused by a system/g)?.length > 49,
        "rows",
      );
      assert.equal((await ids()).length, 50);
      await she.press("Show more");
      await until(async () => (await ids()).length === 100, "the next page");
      assert.equal(new Set(await ids()).size, 100);
    },
  },
  {
    name: "reads a lead's story with its values and the record's link, once the key for values is given",
    async act(page, she) {
      const lead = await delivered();
      await she.lead(lead);
      assert.ok(!(await she.text()).includes(lead.email), "no value before");
      await she.values();
      await she.sees(lead.email);
      await she.sees("You may call me back.");
      await she.sees("prospects.prospect.upsert, stored");
      assert.ok(
        await page.run(() => !!document.querySelector("a[href^='https://crm.example.org/']")),
        "the record's link",
      );
      await she.press("Hide values");
      await until(async () => !(await she.text()).includes(lead.email), "values to go");
    },
  },
  {
    name: "sends a lead on and takes it back, corrects it by the form's rules, discards one and erases one",
    async act(page, she) {
      const [one, two, three] = [await refused(), await refused(), await refused()];
      await she.values();
      await she.lead(one);
      await she.press("Send again");
      await she.press("Send on");
      await she.press("Undo");
      await until(async () => !(await she.text()).includes("Undo"), "what was due to be gone");
      assert.equal((await leadOf(one.id)).state, "dead");
      await she.press("Send again");
      await she.press("Send on");
      await she.sees("1 lead sent on.");
      await settled(one.id, "delivered");
      await she.press("Close");
      await she.lead(two);
      await she.press("Correct and send again");
      await she.type("E-mail", "no address");
      await she.press("Save and send");
      await until(() => page.run(() => !!document.querySelector("#v-email-issues")), "the issue");
      await she.type("E-mail", `mended-${two.email}`);
      await she.press("Save and send");
      await she.sees("Corrected, and sent on.");
      await settled(two.id, "delivered");
      const four = await refused();
      await she.lead(four);
      await she.press("Discard");
      await she.type("Reason", "ann@example.org asked");
      await she.press("Discard");
      await she.sees("names no person");
      await she.type("Reason", "Robots");
      await she.press("Discard");
      await she.sees("1 lead discarded.");
      assert.equal((await leadOf(four.id)).state, "discarded");
      await she.press("Close");
      await she.lead(three);
      await she.press("Erase");
      await she.press("Erase for good");
      await she.sees("Erased. What a system has already got stays there");
      assert.equal((await leadOf(three.id)).state, "erased");
    },
  },
  {
    name: "corrects a lead that was delivered from what is kept of it",
    async act(_, she) {
      const lead = await delivered();
      await she.values();
      await she.lead(lead);
      await she.press("Correct and send again");
      await she.type("First name", "Bea");
      await she.press("Save and send");
      await she.sees("Corrected, and sent on.");
      await settled(lead.id, "delivered");
      const own = (await at.leads()).filter(({ email }) => email === lead.email);
      assert.equal(own.length, 3);
      for (const { system, fields } of own) assert.match(JSON.stringify(fields), /"Bea"/, system);
    },
  },
  {
    name: "rules about what is held: one, some, all that match; with a way back; and lets a sender through",
    async act(page, she) {
      const leads = await held(5);
      const code = (await leadOf(leads[0].id)).review;
      await she.press("Hide values").catch(() => {});
      await she.press("Review");
      await she.sees(code);
      await page.run((code) => {
        const group = [...document.querySelectorAll("code")].find(
          (one) => one.textContent === code,
        );
        group.closest("li").querySelector("a").setAttribute("data-group", "");
      }, code);
      await she.press("", "[data-group]");
      await she.sees("5 leads that are held");
      await she.press(`Release ${leads[0].id}`);
      await she.press("Release 1");
      await she.press("Undo");
      await until(async () => !(await she.text()).includes("Undo"), "what was due to be gone");
      assert.equal((await leadOf(leads[0].id)).state, "review");
      await she.press(`Release ${leads[0].id}`);
      await she.press("Release 1");
      await she.sees("1 lead sent on.");
      await settled(leads[0].id, "delivered");
      await she.press("Close");
      await she.sees("4 leads that are held");
      for (const { id } of leads.slice(1, 3)) await she.press(`Choose ${id}`);
      await she.press("Discard 2");
      await she.type("Reason", "Robots");
      await she.press("Discard 2");
      await she.sees("2 leads discarded.");
      await she.press("Close");
      await she.sees("2 leads that are held");
      await she.press("Release all 2");
      await she.press("Release 2");
      await she.sees("2 leads sent on.");
      for (const { id } of leads.slice(3)) await settled(id, "delivered");
      await she.press("Close");
      await she.press("People");
      await she.press("Let a sender through");
      await she.type("E-mail or domain", "passed.example");
      await she.press("Let through");
      await she.sees("@passed.example");
      await she.press("Remove");
      await until(async () => !(await she.text()).includes("@passed.example"), "the sender to go");
    },
  },
  {
    name: "takes leads out in each format",
    async act(page, she) {
      // Enough for a file, and not the whole of 100,000.
      await she.values();
      await she.press("Export");
      await she.choose("Which", "done");
      for (const [name, format] of [
        ["leads.xlsx", "json"],
        ["import.csv", "import"],
        ["leads.csv", "csv"],
        ["leads.json", "json"],
      ]) {
        await page.run(() => performance.clearResourceTimings());
        await she.press(`Save ${name}`);
        // What a browser makes of a file it does not say to the page: that it came whole, and that nothing went wrong with it.
        await until(
          () =>
            page.run(
              (name, format) =>
                performance
                  .getEntriesByType("resource")
                  .some(
                    (one) =>
                      one.name.includes(`export?format=${format}`) && one.decodedBodySize > 200,
                  ) &&
                [...document.querySelectorAll("button")].some(
                  (one) => one.textContent === `Save ${name}` && !one.disabled,
                ),
              name,
              format,
            ),
          name,
        );
        assert.ok(!(await page.run(() => !!document.querySelector("main .bad"))), name);
      }
    },
  },
  {
    name: "checks the set-up, sends a test lead, deletes what it has made, and tries an alert",
    async act(_, she) {
      await she.press("Set-up");
      await she.press("Check accounts and mappings");
      await she.sees("contact to marketo", 60_000);
      await she.press("Send a test lead through Open day");
      await she.type("E-mail", "no address");
      await she.press("Send the test");
      await she.sees("no lead was sent");
      const email = `tried${++people}.${process.pid}@example.org`;
      await she.type("E-mail", email);
      await she.type("Phone", "");
      await she.press("Send the test");
      await she.sees("This is a test");
      await until(
        async () => (await at.leads()).filter((one) => one.email === email).length === 3,
        "the test in each system",
      );
      await she.press("Leads");
      await she.sees("Test");
      await she.type("E-mail, phone or id", email);
      await she.press("Search");
      await she.sees("1 lead, the newest first.");
      const [{ id }] = (await post("operator/search", { text: email })).leads;
      await settled(id, "delivered");
      await she.lead({ id });
      await she.sees("prospects: the system has no way to delete it");
      await she.press("Delete the record in pardot");
      await she.press("Delete it");
      await she.sees("Deleted in pardot.");
      assert.equal((await at.leads()).filter((one) => one.email === email).length, 2);
      const before = told.length;
      await she.press("Set-up");
      await she.press("Send a test alert to chat");
      await she.sees("The test has arrived there.");
      assert.equal(told.length, before + 1);
      assert.ok(!told.join().includes("example.org"), "no value in an alert");
    },
  },
  {
    name: "sees who did what, and signs out",
    async act(page, she) {
      await she.press("People");
      await she.sees("Who saw or changed what");
      await until(async () => /correct/.test(await she.text()), "the audit");
      await she.press("Sign out");
      await she.sees("Your key");
      await page.goto(`${at.relay}/operator`);
      await she.sees("Your key");
    },
  },
];

/** How long a list and a search take as the page asks for them, beside the bare question. */
async function timed(page, she, lead) {
  const rows = [];
  const asks = async (act, seen) => {
    await page.run(() => performance.clearResourceTimings());
    await act();
    await seen();
    return until(
      () =>
        page.run(
          () =>
            performance
              .getEntriesByType("resource")
              .filter(
                ({ name, responseEnd }) => name.endsWith("/operator/search") && responseEnd > 0,
              )
              .at(-1)?.duration,
        ),
      "the answer",
    );
  };
  const bare = async (query) => {
    const began = performance.now();
    await post("test/sql", { query });
    return performance.now() - began;
  };
  const row = async (name, bar, query, act, seen) => {
    const [own, beside] = [[], []];
    for (let n = 0; n < TIMES; n++) {
      own.push(await asks(act, seen));
      beside.push(await bare(query));
    }
    const median = (all) => all.sort((one, other) => one - other)[TIMES >> 1];
    rows.push({ name, bar, median: median(own), longest: Math.max(...own), bare: median(beside) });
  };
  await she.press("Leads");
  await she.type("E-mail, phone or id", "");
  await row(
    "list",
    LIST,
    "SELECT leads.*, (SELECT group_concat(phase) FROM deliveries WHERE lead = leads.id) FROM leads ORDER BY id DESC LIMIT 50",
    () => she.press("Search"),
    () => she.sees("50 leads, and more"),
  );
  const KNOWN =
    "SELECT lead FROM known_persons WHERE hash = 'e:x' UNION SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL AND instr(persons_keyed, 'e:x') > 0";
  for (const text of [lead.email, lead.phone]) {
    await she.type("E-mail, phone or id", text);
    await row(
      `search ${text === lead.email ? "an e-mail" : "a phone"}`,
      SEARCH,
      KNOWN,
      () => she.press("Search"),
      () => she.sees("1 lead, the newest first."),
    );
  }
  return rows;
}

/** What each page weighs as Cloudflare sends it. */
async function weights() {
  const weight = async (path) => {
    const answer = await fetch(`${at.relay}/${path}`);
    assert.equal(answer.status, 200, path);
    return brotliCompressSync(Buffer.from(await answer.arrayBuffer())).byteLength;
  };
  const [html, script, style, sheet] = await Promise.all(
    ["operator", "operator/page.js", "operator/page.css", "operator/sheet.js"].map(weight),
  );
  return { page: html + script + style, sheet };
}

let failed = 0;
const say = (line) => console.log(line);
try {
  const each = Math.ceil(LEADS / SHARDS);
  await delivered();
  const began = performance.now();
  await post("test/many", { count: each, first: Date.now() - 30 * 24 * 3_600_000 });
  await (await ask(`${at.relay}/operator/today`, { headers: AUTH })).json();
  say(
    `${each * SHARDS} leads in ${SHARDS} outboxes after ${Math.round(performance.now() - began)} ms`,
  );
  const { page: weighs, sheet } = await weights();
  say(
    `the console ${weighs} B brotli, with its spreadsheets ${sheet} B more (at most ${HEAVIEST})`,
  );
  assert.ok(weighs + sheet <= HEAVIEST);
  for (const name of names) {
    const page = await engines[name]();
    const she = person(page);
    say(await page.version());
    try {
      for (const [n, { name: flow, act }] of FLOWS.entries()) {
        if (process.env.FLOW && n > 0 && !flow.includes(process.env.FLOW)) continue;
        const start = performance.now();
        try {
          await act(page, she);
          say(`  ok ${flow} (${((performance.now() - start) / 1_000).toFixed(1)} s)`);
        } catch (error) {
          failed++;
          say(`  NOT ${flow}: ${error.stack}; at ${await page.url()}`);
          if (process.env.SHOTS) await page.picture(`${process.env.SHOTS}/${name}-${n}.png`);
          await at.clear();
          await she.sign().catch(() => {});
        }
      }
      if (name === "chromium" && !process.env.FLOW) {
        const lead = await delivered();
        await she.sign();
        for (const { name: what, bar, median, longest, bare } of await timed(page, she, lead)) {
          say(
            `  ${what}: ${median.toFixed(0)} ms (longest ${longest.toFixed(0)}, bare SQL ${bare.toFixed(0)}, at most ${bar})`,
          );
          if (ASSERTS) assert.ok(median <= bar, `${what}: ${median} ms`);
        }
      }
    } finally {
      await page.close();
    }
  }
} finally {
  await at.stop();
  receiver.closeAllConnections();
  receiver.close();
}
if (failed > 0) {
  console.error(`${failed} flows failed`);
  process.exitCode = 1;
}
