// A page made for one test, with a relay that says what the test wants: for what the demo page does not have.
import { build } from "esbuild";
import { root } from "./stand.mjs";

export const PAGE = "https://page.example/";
export const RELAY = "https://relay.example/leads/form";

/** What a page's own module would be: the given lines, bundled. */
export async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}tests` },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    charset: "utf8",
  });
  return outputFiles[0].text;
}

export const attachScript = () =>
  bundle('import { attach } from "fieldpost/form"; globalThis.attach = attach;');

const cors = { "access-control-allow-origin": "*" };
export const queued = { v: 1, id: "1", state: "queued", issues: [] };

/**
 * Opens `body` as a page. `fields` is the relay's spec; `answer` gives what the relay answers to a lead, or nothing for
 * a connection that breaks. `seen.posts` are the leads as the relay gets them.
 */
export async function open(
  t,
  browser,
  body,
  {
    fields = {},
    answer = () => queued,
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
  const seen = { posts: [], asked: 0, errors: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
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

/** Attaches the page's first form, and waits until it is ready. */
export const attached = (page, options) =>
  page.evaluate(
    (given) =>
      (globalThis.attachment = globalThis.attach(document.querySelector("form"), given)).ready(),
    options,
  );

/** The lead without what the page adds. */
export const fieldsOf = (post) => [...post].filter(([name]) => !name.startsWith("_fp_"));

export const press = (page) => page.evaluate(() => document.querySelector("form").requestSubmit());
export const state = (page, wanted) =>
  page.waitForSelector(`form[data-fieldpost-state=${wanted}]`, { state: "attached" });
