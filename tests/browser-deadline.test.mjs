// A relay whose answer stops in the middle, in a real Chromium: one tab sends at a time, and the others go on all the same.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { arrived, enhanced, fillIn, launch, submit, visit, visitor } from "./browser.mjs";
import { stand, until } from "./stand.mjs";

let browser;
let here;
let silent;
before(async () => {
  [browser, here, silent] = await Promise.all([launch(), stand({ timeScale: 10 }), halfway()]);
});
after(() => Promise.allSettled([browser?.close(), here?.stop(), silent?.stop()]));

/** Answers each request with its head and half of a body. */
async function halfway() {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    request.resume();
    response
      .writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" })
      .write('{"v":1,"spec":{"fie');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    get asked() {
      return asked;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

const saved = (page) =>
  page.waitForSelector("form[data-fieldpost-state=saved]", { timeout: 20_000 });
/** Deadlines, ten times as fast. */
const hurried = () => {
  const { setTimeout } = window;
  window.setTimeout = (act, ms) => setTimeout(act, ms >= 30_000 ? ms / 10 : ms);
};
const POSTS = (route) =>
  route.request().method() === "POST" ? route.abort("connectionreset") : route.continue();

test("an answer that stops in the middle holds the other tabs up for a moment, not for ever", {
  timeout: 300_000,
}, async (t) => {
  const { page: first, context } = await visit(t, browser, here.page);
  await context.addInitScript(hurried);
  await first.reload();
  await enhanced(first);
  const [one, two] = [visitor("stalls@example.com"), visitor("goeson@example.com")];
  await first.route(here.form, POSTS);
  await fillIn(first, one);
  await submit(first);
  await saved(first);
  await first.unroute(here.form);
  await first.route(here.form, (route) => route.continue({ url: silent.url }));
  await until(() => silent.asked > 0, "the first tab to ask");

  const second = await context.newPage();
  await second.route(here.form, POSTS);
  await second.goto(here.page);
  await enhanced(second);
  await fillIn(second, two);
  await submit(second);
  await saved(second);
  await second.unroute(here.form);
  await arrived(here, two.email);
  await until(
    async () => (await here.leads()).some(({ email }) => email === one.email),
    "the first tab's lead, by whichever tab",
    60_000,
  );
});

test("the lead whose answer stops is saved, and the visitor is told so", {
  timeout: 300_000,
}, async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  await context.addInitScript(hurried);
  await page.reload();
  await enhanced(page);
  const lead = visitor("halfanswer@example.com");
  await page.route(here.form, (route) =>
    route.request().method() === "POST" ? route.continue({ url: silent.url }) : route.continue(),
  );
  await fillIn(page, lead);
  await submit(page);
  await saved(page);
  assert.equal(
    (await here.leads()).some(({ email }) => email === lead.email),
    false,
  );
  await page.unroute(here.form);
  await arrived(here, lead.email);
});
