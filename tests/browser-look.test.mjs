// How the demo page and the relay's own page look: nothing jumps, nothing is cut off, and everybody can use them.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { enhanced, fillIn, launch, submit, thanked, visit, visitor } from "./browser.mjs";
import { stand } from "./stand.mjs";

let browser;
let here;
let axe;
/** Breaks the connection of the lead that is under way. */
let abort;

before(async () => {
  [browser, here, axe] = await Promise.all([
    launch(),
    stand(),
    readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  ]);
});

after(() => Promise.allSettled([browser?.close(), here?.stop()]));

/** What a visitor comes to see, one after the other, on a page that was just opened. */
const STATES = [
  { name: "empty", reach: async () => {} },
  {
    name: "issues",
    async reach(page) {
      await fillIn(page, { firstName: "Ann", lastName: "Lopez", email: "ann@", phone: "555" });
      await submit(page);
      await page.waitForSelector("[name=email][aria-invalid]:focus");
    },
  },
  {
    name: "suggestion",
    async reach(page) {
      await fillIn(page, { email: "ann@gmial.com" });
      await page.press("[name=email]", "Tab");
      await page.waitForSelector("[data-fieldpost-suggestion]");
    },
  },
  {
    name: "busy",
    async reach(page) {
      await fillIn(page, visitor("unlucky@example.com"));
      await page.route(
        here.form,
        (route) =>
          new Promise(() => {
            abort = () => route.abort("connectionreset");
          }),
      );
      await submit(page);
      await page.waitForSelector("form[data-fieldpost-state=busy]");
    },
  },
  {
    name: "saved",
    async reach(page) {
      abort();
      await page.waitForSelector("form[data-fieldpost-state=saved]");
    },
  },
  {
    name: "failed",
    async reach(page) {
      await page.evaluate(() =>
        Object.defineProperty(window, "indexedDB", {
          configurable: true,
          get() {
            throw new DOMException("", "SecurityError");
          },
        }),
      );
      await submit(page);
      await page.waitForSelector("form[data-fieldpost-state=busy]");
      abort();
      await page.waitForSelector("form[data-fieldpost-state=failed]");
      await page.unroute(here.form);
    },
  },
  {
    name: "done",
    async reach(page) {
      await fillIn(page, visitor("lucky@example.com"));
      await submit(page);
      await thanked(page);
    },
  },
  {
    name: "the relay's page",
    async reach(page) {
      await page.goto(here.page);
      await fillIn(page, { ...visitor("native@example"), phone: "12" });
      // As if attach were not there.
      await page.evaluate(() =>
        HTMLFormElement.prototype.submit.call(document.querySelector("form")),
      );
      await page.waitForURL(here.form);
    },
  },
  { name: "the thank-you page", reach: (page) => page.goto(`${here.page}/thanks.html`) },
];

for (const colorScheme of ["light", "dark"]) {
  test(`no state breaks WCAG 2.2 AA, ${colorScheme}`, async (t) => {
    const { page } = await visit(t, browser, here.page, { colorScheme });
    for (const { name, reach } of STATES) {
      await reach(page);
      if (process.env.PICTURES)
        await page.screenshot({
          path: `${process.env.PICTURES}/${colorScheme}-${name.replace(/\W+/g, "-")}.png`,
          fullPage: true,
        });
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate(() =>
        globalThis.axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
          rules: { "target-size": { enabled: true } },
        }),
      );
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => ({ id, html, failureSummary })),
      );
      assert.deepEqual(found, [], name);
      for (const rule of ["color-contrast", "html-has-lang"])
        assert.ok(
          passes.some(({ id }) => id === rule),
          `${name}: axe looked at ${rule}`,
        );
    }
  });
}

for (const width of [320, 1920]) {
  test(`no state scrolls sideways at ${width} px`, async (t) => {
    const { page } = await visit(t, browser, here.page, { viewport: { width, height: 900 } });
    for (const { name, reach } of STATES) {
      await reach(page);
      const [content, view] = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        innerWidth,
      ]);
      assert.equal(content, view, name);
    }
  });
}

test("nothing moves on a desktop: not while the page loads, nor with issues, nor with the thanks", async (t) => {
  const { page, context } = await visit(t, browser, "about:blank", { native: true });
  await context.addInitScript(() => {
    globalThis.shifts = [];
    const unexpected = (list) => list.getEntries().filter(({ hadRecentInput }) => !hadRecentInput);
    new PerformanceObserver((list) =>
      globalThis.shifts.push(...unexpected(list).map(({ value }) => value)),
    ).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(here.page);
  // A shift right after an input is not counted there, so places are compared too.
  const places = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("form input, form button.send, #day")].map(
        (one) => one.getBoundingClientRect().top + scrollY,
      ),
    );
  const before = await places();
  await enhanced(page);
  assert.deepEqual(await places(), before, "enhanced");

  await submit(page);
  await page.waitForSelector("[name=firstName][aria-invalid]:focus");
  assert.equal(await page.locator("[data-fieldpost-severity=error]").count(), 4);
  assert.deepEqual(await places(), before, "nothing filled in");

  for (const name of ["issues", "suggestion"]) {
    await STATES.find((state) => state.name === name).reach(page);
    assert.deepEqual(await places(), before, name);
  }

  await fillIn(page, visitor("still@example.com"));
  await submit(page);
  await thanked(page);
  assert.equal(
    (await places()).at(-1),
    before.at(-1),
    "with the thanks, what follows the form stays",
  );
  assert.deepEqual(await page.evaluate(() => globalThis.shifts), []);
});
