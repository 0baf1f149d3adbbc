// The same page where nothing of Fieldpost can run in it: the browser submits, and the relay's answers are pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  arrived,
  bodies,
  fillIn,
  issueOf,
  launch,
  submit,
  SYSTEMS,
  visit,
  visitor,
} from "./browser.mjs";
import { stand, until } from "./stand.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const WAYS = [
  { name: "without JavaScript", wasm: true, javaScriptEnabled: false },
  { name: "where the page's policy forbids WebAssembly", wasm: false, javaScriptEnabled: true },
];

for (const { name, wasm, javaScriptEnabled } of WAYS) {
  test(name, async (t) => {
    const here = await stand({ wasm, timeScale: 10 });
    t.after(() => here.stop());

    const open = async (t) => {
      const visited = await visit(t, browser, here.page, { javaScriptEnabled, native: true });
      if (!wasm) {
        // attach is there and has tried to take the form over.
        await until(
          () => visited.seen.complaints.includes("policy: script-src wasm-eval"),
          "the browser's complaint",
        );
      }
      return visited;
    };
    const posted = (seen) =>
      seen.answers.filter(({ method }) => method === "POST").map(({ status }) => status);

    await t.test(
      "a good lead gets the thank-you page and reaches each system once, however often it is sent",
      async (t) => {
        const ann = visitor("ann@example.com");
        const { page, seen } = await open(t);
        for (let times = 0; times < 2; times++) {
          await page.goto(here.page);
          await fillIn(page, ann);
          assert.equal(await page.locator("form[data-fieldpost-state]").count(), 0);
          await submit(page);
          await page.waitForURL(`${here.page}/thanks.html`);
          assert.equal(await page.locator("h1").innerText(), "We have your request.");
        }
        assert.deepEqual(posted(seen), [303, 303]);

        const { writes } = await arrived(here, ann.email);
        const userAgentString = await page.evaluate(() => navigator.userAgent);
        const expected = bodies(ann, { leadClientIpAddress: "127.0.0.1", userAgentString });
        for (const system of SYSTEMS)
          assert.deepEqual(writes[system][0].body, expected[system], system);
      },
    );

    await t.test(
      "wrong fields come back on the relay's page with what was typed, and one corrected lead is stored",
      async (t) => {
        const bob = visitor("bob@example.com");
        const { page, seen } = await open(t);
        // The browser takes both.
        await fillIn(page, { ...bob, email: "bob@example", phone: "12" });
        await submit(page);
        await page.waitForURL(here.form);
        assert.deepEqual(posted(seen), [422]);

        assert.equal(await issueOf(page, "email"), "The part after the @ is not a mail domain.");
        assert.equal(await issueOf(page, "phone"), "Please enter the area code and seven digits.");
        for (const field of ["firstName", "lastName", "company"]) {
          assert.equal(await page.inputValue(`[name=${field}]`), bob[field]);
          assert.equal(await issueOf(page, field), null);
        }
        assert.equal(await page.inputValue("[name=email]"), "bob@example");
        assert.equal(await page.inputValue("[name=phone]"), "12");
        assert.equal(await page.inputValue("[name=labels]"), bob.labels.join(", "));
        assert.equal(await page.isChecked("[name=consent]"), true);

        await fillIn(page, { email: bob.email, phone: bob.phone });
        await page.getByRole("button", { name: "Send again" }).click();
        await page.waitForURL(`${here.page}/thanks.html`);
        assert.deepEqual(posted(seen), [422, 303]);
        const { writes } = await arrived(here, bob.email);
        assert.deepEqual(writes.prospects[0].body, bodies(bob).prospects);
        assert.equal(
          (await here.leads()).filter(({ email }) => email.startsWith("bob@")).length,
          SYSTEMS.length,
          "the refused one went nowhere",
        );
      },
    );
  });
}
