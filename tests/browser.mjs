// The demo page in a real Chromium: one browser a suite, a fresh context a test.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { root, until } from "./stand.mjs";

const LABELS = ["Scheduling board", "Customer texts"];
let numbers = 7890;

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ method: string, url: string, status: number, headers: Record<string, string>, body: Promise<string> }} Seen */
/** @typedef {{ system: string, email?: string, id: string, verdict: string, key: string, body: any }} Row */

/**
 * What one visitor enters. Each has a number of their own: the prospects API takes one number for one person.
 * @param {string} email
 */
export const visitor = (email) => ({
  firstName: "Ann",
  lastName: "O’Hara",
  email,
  phone: `(212) 456-${numbers++}`,
  company: 'Harbor "Plumbing" & Sons',
  labels: LABELS,
  consent: true,
});

/** Marketo's cookie, as its script writes it. */
export const MARKETO_COOKIE = "id:123-ABC-456&token:_mch-morningboard.example-1700000000000-12345";

/**
 * The files of a page with a form, by their names, as a user's bundler makes them: `main.js`, and what comes later.
 * @param {import("esbuild").BuildOptions} own
 */
export async function scriptsOfForm(own = {}) {
  const { outputFiles } = await build({
    stdin: {
      contents: 'import { attach } from "fieldpost/form"; attach(document.querySelector("form"));',
      resolveDir: `${root}tests`,
    },
    bundle: true,
    splitting: true,
    outdir: "/out",
    entryNames: "main",
    write: false,
    format: "esm",
    platform: "browser",
    charset: "utf8",
    ...own,
  });
  return new Map((outputFiles ?? []).map(({ path, text }) => [basename(path), text]));
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    timeout: 120_000,
    args: [
      // Chromium has no sandbox for root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a page in a context that ends with the test, and writes down what passes between it and the world.
 * `native: true` does not wait for the form to be enhanced.
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions & { cookie?: string, native?: boolean }} how
 */
export async function visit(t, browser, url, { cookie, native = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(60_000);
  if (cookie) await context.addCookies([{ name: "_mkto_trk", value: cookie, url }]);
  const page = await context.newPage();
  const seen = {
    posts: 0,
    answers: /** @type {Seen[]} */ ([]),
    complaints: /** @type {string[]} */ ([]),
  };
  page.on("request", (request) => {
    if (request.method() === "POST") seen.posts++;
  });
  page.on("response", (response) => {
    // A redirect has no body.
    const body = response.body().then(String, () => "");
    seen.answers.push({
      method: response.request().method(),
      url: response.url(),
      status: response.status(),
      headers: response.headers(),
      body,
    });
  });
  // Chromium keeps some broken policies to itself.
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      console.error(`policy: ${effectiveDirective} ${blockedURI}`),
    );
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  await page.goto(url);
  if (!native) await enhanced(page);
  return { page, context, seen };
}

/** attach names its state once the rules, the token and the wasm are there. */
export const enhanced = (/** @type {Page} */ page) =>
  page.waitForSelector("form[data-fieldpost-state]");

/**
 * @param {Page} page
 * @param {Record<string, string | boolean | string[]>} values
 */
export async function fillIn(page, values) {
  for (const [name, value] of Object.entries(values)) {
    if (Array.isArray(value))
      for (const one of value) await page.check(`[name=${name}][value="${one}"]`);
    else if (typeof value === "boolean") await page.setChecked(`[name=${name}]`, value);
    else await page.fill(`[name=${name}]`, value);
  }
}

/**
 * What the visitor reads beside a field, by way of the field's own `aria-describedby`.
 * @param {Page} page
 * @param {string} name
 */
export async function issueOf(page, name) {
  const field = page.locator(`[name=${name}]`).first();
  const id = await field.getAttribute("aria-describedby");
  return id && (await page.locator(`[id="${id}"]`).innerText());
}

export const submit = (/** @type {Page} */ page) => page.click("form button.send");

/**
 * The enhanced form has done its work: the thanks are in sight, and have the focus.
 * @param {Page} page
 */
export async function thanked(page) {
  await page.waitForSelector("[data-fieldpost-done]:focus");
  return page.locator("[data-fieldpost-done]").innerText();
}

const WRITTEN = new Set(["created", "updated", "unchanged"]);

/**
 * Waits until each of the three systems has written this e-mail so many times and nothing is under way any more. Gives
 * the writes and the people of each system.
 * @param {import("./stand.mjs").Stand} stand
 * @param {string} email
 */
export async function arrived(stand, email, times = 1) {
  /** @type {Grouped} */
  let writes = grouped([]);
  /** @type {Grouped} */
  let leads = grouped([]);
  await until(async () => {
    /** @type {Row[]} */
    const calls = await stand.ledger();
    /** @type {Row[]} */
    const people = await stand.leads();
    leads = grouped(people.filter((lead) => lead.email === email));
    const ids = Object.values(leads)
      .flat()
      .map(({ id }) => id);
    writes = grouped(
      calls.filter(
        ({ verdict, key, id }) => WRITTEN.has(verdict) && (key === email || ids.includes(id)),
      ),
    );
    return (
      calls.every(({ verdict }) => verdict !== "running") &&
      SYSTEMS.every((system) => writes[system].length >= times)
    );
  }, `${email} in all three systems`);
  assert.deepEqual(counts(writes), { marketo: times, pardot: times, prospects: times }, "writes");
  assert.deepEqual(counts(leads), { marketo: 1, pardot: 1, prospects: 1 }, "people");
  return { writes, leads };
}

/** @type {import("./relays.mjs").System[]} */
export const SYSTEMS = ["marketo", "pardot", "prospects"];
/** @typedef {Record<import("./relays.mjs").System, Row[]>} Grouped */

function grouped(/** @type {Row[]} */ rows) {
  const groups = SYSTEMS.map((system) => [system, rows.filter((row) => row.system === system)]);
  return /** @type {Grouped} */ (Object.fromEntries(groups));
}
const counts = (/** @type {Grouped} */ groups) =>
  Object.fromEntries(SYSTEMS.map((system) => [system, groups[system].length]));

/**
 * What each system is sent for a visitor. Consent, the trap and what was left empty are not in it.
 * @param {ReturnType<typeof visitor>} entered
 * @param {object} [visitorData]
 */
export function bodies({ firstName, lastName, email, phone: typed, company, labels }, visitorData) {
  const phone = `+1${typed.replace(/\D/g, "")}`;
  const list = labels.join(", ");
  return {
    marketo: {
      formId: 1029,
      input: [
        {
          leadFormFields: { email, firstName, lastName, phone, company, labels: list },
          visitorData,
        },
      ],
    },
    pardot: {
      email,
      first_name: firstName,
      last_name: lastName,
      phone,
      company,
      Interests: list,
      format: "json",
    },
    prospects: {
      email,
      firstName,
      lastName,
      phone,
      company,
      labels,
      newSourceName: "Website",
      update: true,
    },
  };
}
