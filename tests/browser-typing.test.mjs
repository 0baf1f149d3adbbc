// Typing never costs a digit: the same fields as `engines.mjs` tries in three engines, and what else a page does with them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { attached, attachScript, open, RELAY } from "./fixture.mjs";
import { launch } from "./browser.mjs";
import { typing } from "./typing.mjs";

let browser;
let script;
before(async () => {
  [browser, script] = await Promise.all([launch(), attachScript()]);
});
after(() => browser?.close());

const phone = (attributes = "") =>
  `<form action="${RELAY}" method="post"><label>Phone <input name="phone" type="tel" ${attributes}></label><button>Send</button></form>`;
const fields = { phone: { kind: "phone" } };

test("a number of any length in a field of any length: no digit is lost that fits as it is typed", {
  timeout: 300_000,
}, async (t) => {
  const { page } = await open(t, browser, phone(), { fields, script });
  await attached(page);
  await typing({
    run: (act, ...args) => page.evaluate(`(${act}).apply(null, ${JSON.stringify(args)})`),
    type: (selector, text) => page.locator(selector).pressSequentially(text),
    key: (name) => page.keyboard.press(name),
  });
});

test("a field gets its own limit back, and one that the page sets later counts", async (t) => {
  const { page } = await open(t, browser, phone('maxlength="14"'), { fields, script });
  const before = await page.evaluate(() => document.body.innerHTML);
  await attached(page);
  const field = page.locator("[name=phone]");
  await field.pressSequentially("2124567890");
  assert.equal(await field.inputValue(), "(212) 456-7890");
  // The whole number stands there, and an extension still fits as it is typed.
  await field.pressSequentially("x123");
  assert.equal(await field.inputValue(), "2124567890x123");
  await field.fill("");
  await field.evaluate((one) => one.setAttribute("maxlength", "10"));
  await field.pressSequentially("2124567890");
  assert.equal(await field.inputValue(), "2124567890");
  await field.evaluate((one) => one.setAttribute("maxlength", "14"));
  await field.fill("2124567890");
  assert.equal(await field.inputValue(), "(212) 456-7890");
  await page.evaluate(() => globalThis.attachment.detach());
  assert.equal(await page.evaluate(() => document.body.innerHTML), before);
});

test("a field that is no text, or that a script of the page's own formats, keeps what is typed", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    `<form action="${RELAY}" method="post"><input name="a" type="number"><input name="b"><select name="c"><option>2124567890</option></select></form>`,
    {
      fields: { a: { kind: "phone" }, b: { kind: "phone" }, c: { kind: "phone" } },
      script,
    },
  );
  // A mask, as many pages have one: it writes the field anew whenever it hears of it.
  await page.evaluate(() => {
    document.querySelector("[name=b]").addEventListener("input", ({ target }) => {
      globalThis.turns = (globalThis.turns ?? 0) + 1;
      const digits = target.value.replace(/\D/g, "");
      target.value = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)]
        .filter(Boolean)
        .join(".");
    });
  });
  await attached(page);
  for (const name of ["a", "b"])
    await page.locator(`[name=${name}]`).pressSequentially("2124567890");
  await page.evaluate(() =>
    document.querySelector("select").dispatchEvent(new Event("input", { bubbles: true })),
  );
  assert.deepEqual(
    await page.evaluate(() =>
      [..."abc"].map((name) => document.querySelector(`[name=${name}]`).value),
    ),
    ["2124567890", "212.456.7890", "2124567890"],
  );
  assert.ok(
    (await page.evaluate(() => globalThis.turns)) <= 20,
    "once for each key, and once for us",
  );
  assert.deepEqual(seen.errors, []);
});
