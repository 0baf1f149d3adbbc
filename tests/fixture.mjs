// A page made for one test, with a relay that says what the test wants: for what the demo page does not have.
import { build } from "esbuild";
import { root } from "./stand.mjs";

export const PAGE = "https://page.example/";
export const RELAY = "https://relay.example/leads/form";

/**
 * What a page's own module would be: the given lines, bundled.
 * @param {string} contents
 */
export async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}tests` },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    charset: "utf8",
  });
  return String(outputFiles[0]?.text);
}

export const attachScript = () =>
  bundle('import { attach } from "fieldpost/form"; globalThis.attach = attach;');

const cors = { "access-control-allow-origin": "*" };
export const queued = { v: 1, id: "1", state: "queued", issues: [] };

/** @typedef {{ status?: number, [name: string]: unknown }} Answer */
/** @typedef {URLSearchParams & { raw: import("playwright-core").Request }} Post */

/**
 * Opens `body` as a page. `fields` is the relay's spec; `answer` gives what the relay answers to a lead, or nothing for
 * a connection that breaks. `seen.posts` are the leads as the relay gets them.
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {string} body
 * @param {import("playwright-core").BrowserContextOptions & {
 *   fields?: object, answer?: (nth: number) => Answer | undefined | Promise<Answer | undefined>, script?: string, url?: string,
 *   sealKey?: JsonWebKey | null, head?: string,
 * }} given
 */
export async function open(
  t,
  browser,
  body,
  {
    fields = {},
    answer = () => /** @type {Answer} */ (queued),
    script,
    url = PAGE,
    sealKey = null,
    head = "",
    ...options
  } = {},
) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const seen = {
    posts: /** @type {Post[]} */ ([]),
    asked: 0,
    errors: /** @type {string[]} */ ([]),
  };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(message.text());
  });
  await context.route(/example\//, async (route) => {
    const request = route.request();
    if (request.url() === RELAY && request.method() === "POST") {
      seen.posts.push(
        Object.assign(new URLSearchParams(request.postData() ?? ""), { raw: request }),
      );
      const said = await answer(seen.posts.length);
      if (!said) return route.abort("connectionreset");
      return route.fulfill({
        status: said.status ?? 202,
        headers: cors,
        contentType: "application/json",
        body: JSON.stringify(said),
      });
    }
    if (request.url() === RELAY) {
      seen.asked++;
      return route.fulfill({
        headers: cors,
        contentType: "application/json",
        body: JSON.stringify({
          v: 1,
          spec: { fields },
          token: `t${seen.asked}`,
          expires: Date.now() + 3_600_000,
          sealKey,
        }),
      });
    }
    return route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!doctype html><html lang="en"><head><title>Test</title>${head}</head><body>${body}</body></html>`,
    });
  });
  await page.goto(url);
  if (script) await page.evaluate(script);
  return { page, context, seen };
}

/** @typedef {{ attachment: any, attach: (form: Element | null, given: unknown) => { ready(): unknown } }} Attached */

/**
 * Attaches the page's first form, and waits until it is ready.
 * @param {import("playwright-core").Page} page
 * @param {unknown} [options]
 */
export const attached = (page, options) =>
  page.evaluate((given) => {
    const own = /** @type {Attached} */ (/** @type {unknown} */ (globalThis));
    own.attachment = own.attach(document.querySelector("form"), given);
    return own.attachment.ready();
  }, options);

/**
 * The lead without what the page adds.
 * @param {URLSearchParams} post
 */
export const fieldsOf = (post) => [...post].filter(([name]) => !name.startsWith("_fp_"));

/** @param {import("playwright-core").Page} page */
export const press = (page) => page.evaluate(() => document.querySelector("form")?.requestSubmit());
/**
 * @param {import("playwright-core").Page} page
 * @param {string} wanted
 */
export const state = (page, wanted) =>
  page.waitForSelector(`form[data-fieldpost-state=${wanted}]`, { state: "attached" });
