// The demo's flows in Chromium, Firefox and WebKitGTK. Part of `make test-all`:
//   apt-get install --no-install-recommends chromium firefox-esr webkit2gtk-driver xvfb
//   node tests/engines.mjs [chromium] [firefox] [webkit]        FLOW=digit: only the flows whose name has this word
// Each line says what was seen to work; what cannot be asked of an engine's driver is said, not counted.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { engines } from "./engine-client.mjs";
import { stand, until } from "./stand.mjs";
import { typing } from "./typing.mjs";
import { verdictPage } from "./verdict-page.mjs";

const PICTURES = process.env.PICTURES;
const asked = process.argv.slice(2).filter((name) => name in engines);
const names = asked.length ? asked : Object.keys(engines);
let people = 0;

const enhanced = (page) =>
  until(
    () => page.run(() => !!document.querySelector("form[data-fieldpost-state]")),
    "the form to be enhanced",
    15_000,
  );
const stateIs = (page, wanted) =>
  until(
    () =>
      page.run(
        (wanted) => document.querySelector("form")?.dataset.fieldpostState === wanted,
        wanted,
      ),
    `state ${wanted}`,
    30_000,
  );
const thanked = (page) =>
  until(
    () =>
      page.run(
        () =>
          document.activeElement?.matches("[data-fieldpost-done]") &&
          document.activeElement.innerText,
      ),
    "the thanks",
    30_000,
  );

/** Fills by script: how an engine's driver types is not what is tried here, but for the fields that listen to typing. */
const fill = (page, values) =>
  page.run((values) => {
    for (const [name, value] of Object.entries(values)) {
      const field = document.querySelector(`[name=${name}]`);
      if (value === true) field.click();
      else {
        field.value = value;
        for (const type of ["input", "change"])
          field.dispatchEvent(new Event(type, { bubbles: true }));
      }
    }
  }, values);

const person = () => ({
  firstName: "Ann",
  lastName: "O’Hara",
  email: `engine${++people}.${process.pid}@example.com`,
  consent: true,
});
const arrived = (here, email) =>
  until(
    async () => (await here.leads()).filter((lead) => lead.email === email).length >= 3,
    `${email} in three systems`,
    30_000,
  ).then(async () =>
    assert.equal(
      (await here.leads()).filter((lead) => lead.email === email).length,
      3,
      "once in each",
    ),
  );

/** `native`: here the browser submits, and a page of its own says thanks. `begin` serves another page than the demo's. */
const FLOWS = [
  {
    name: "the verdict of each case, and of 1,000 generated forms, is Node's",
    begin: verdictPage,
    async act(page) {
      const { count, differences } = JSON.parse(
        await until(() => page.run(() => document.body?.textContent), "what is found", 120_000),
      );
      assert.ok(count > 2_000, `only ${count} were checked`);
      assert.deepEqual(differences.slice(0, 1), []);
    },
  },
  {
    name: "issues, a suggestion taken, a lead stored",
    async act(page, here, picture) {
      await enhanced(page);
      await picture("empty");
      await fill(page, { email: "ann@" });
      await page.click("form button.send");
      await until(
        () => page.run(() => document.activeElement?.name === "firstName"),
        "the focus on the first issue",
      );
      assert.equal(
        await page.run(() => document.querySelector("[name=email]").getAttribute("aria-invalid")),
        "true",
      );
      await picture("issues");
      const ann = person();
      await fill(page, { ...ann, email: ann.email.replace("example.com", "gmial.com") });
      await until(
        () => page.run(() => !!document.querySelector("[data-fieldpost-suggestion]")),
        "the suggestion",
      );
      await picture("suggestion");
      await page.click("[data-fieldpost-suggestion]");
      ann.email = ann.email.replace("example.com", "gmail.com");
      assert.equal(await page.run(() => document.querySelector("[name=email]").value), ann.email);
      await page.click("form button.send");
      assert.match(await thanked(page), /We have your request/);
      await picture("done");
      await arrived(here, ann.email);
    },
  },
  {
    name: "a phone number formatted by typing, the caret kept",
    async act(page) {
      await enhanced(page);
      await page.type("[name=phone]", "2124567890");
      assert.equal(
        await page.run(() => document.querySelector("[name=phone]").value),
        "(212) 456-7890",
      );
      await page.run(() => document.querySelector("[name=phone]").setSelectionRange(8, 8));
      await page.key("Backspace");
      assert.deepEqual(
        await page.run(() => [
          document.querySelector("[name=phone]").value,
          document.querySelector("[name=phone]").selectionStart,
        ]),
        ["(212) 467-890", 7],
      );
    },
  },
  {
    name: "a number in a field of any length: no digit lost that fits as it is typed",
    async act(page) {
      await enhanced(page);
      await typing(page);
    },
  },
  {
    name: "the relay down: saved, and delivered once it is back",
    async act(page, here, picture) {
      await enhanced(page);
      const bob = person();
      await fill(page, bob);
      await here.killRelay();
      await page.click("form button.send");
      await stateIs(page, "saved");
      await picture("saved");
      await here.startRelay();
      await thanked(page);
      await arrived(here, bob.email);
    },
  },
  {
    name: "storage blocked: no word of saved, and the lead goes out when sent again",
    options: { storage: false },
    async act(page, here, picture, engine) {
      await enhanced(page);
      const cleo = person();
      await fill(page, cleo);
      if (engine === "webkit")
        await page.run(
          () =>
            void Object.defineProperty(window, "indexedDB", {
              configurable: true,
              get() {
                throw new DOMException("", "SecurityError");
              },
            }),
        );
      await here.killRelay();
      await page.click("form button.send");
      await stateIs(page, "failed");
      await picture("failed");
      await here.startRelay();
      await page.click("form button.send");
      await thanked(page);
      await arrived(here, cleo.email);
    },
  },
  // High enough for the whole form: without JavaScript nothing scrolls a field into view.
  { name: "JavaScript off", options: { javaScript: false, height: 1_500 }, native: true },
  { name: "WebAssembly forbidden", wasm: false, native: true },
  {
    name: "a phone-sized screen, dark, right to left",
    options: { width: 390, height: 844, dark: true },
    async act(page, here, picture) {
      await enhanced(page);
      await page.run(() => {
        document.documentElement.dir = "rtl";
      });
      await page.click("form button.send");
      await until(
        () => page.run(() => document.querySelectorAll("[aria-invalid=true]").length >= 4),
        "the issues",
      );
      const [content, view] = await page.run(() => [
        document.documentElement.scrollWidth,
        window.innerWidth,
      ]);
      assert.ok(content <= view, `${content} px in ${view} px`);
      await picture("small-dark-rtl");
      const dora = person();
      await fill(page, dora);
      await page.click("form button.send");
      await thanked(page);
      await arrived(here, dora.email);
    },
  },
];

/** As a person fills it in, with keys: without JavaScript a driver cannot do it otherwise in every engine. */
async function native(page, here, scripts) {
  const eve = person();
  // Long enough for attach to have taken the form over, were it there.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  if (scripts)
    assert.equal(
      await page.run(() => !!document.querySelector("form[data-fieldpost-state]")),
      false,
    );
  for (const [name, value] of Object.entries(eve)) {
    if (value === true) await page.click(`[name=${name}]`);
    else await page.type(`[name=${name}]`, value);
  }
  await page.click("form button.send");
  await until(async () => (await page.url()).endsWith("/thanks.html"), "the thank-you page");
  await arrived(here, eve.email);
}

/** A driver that no longer answers ends its flow, not the run. */
const late = () =>
  new Promise((_, reject) =>
    setTimeout(() => reject(new Error("no end in 15 minutes")), 900_000).unref(),
  );

const flows = FLOWS.filter(({ name }) => name.includes(process.env.FLOW ?? ""));
let failed = 0;
if (PICTURES) await mkdir(PICTURES, { recursive: true });
for (const engine of names) {
  for (const { name, act, options, wasm = true, native: plain, begin = stand } of flows) {
    const began = Date.now();
    let page;
    let here;
    try {
      here = await begin({ wasm });
      page = await engines[engine](options);
      if (name === flows[0].name) console.log(await page.version());
      await page.goto(here.page);
      const picture = (state) =>
        PICTURES ? page.picture(`${PICTURES}/${engine}-${state}.png`) : undefined;
      const flow = plain
        ? native(page, here, options?.javaScript !== false)
        : act(page, here, picture, engine);
      await Promise.race([flow, late()]);
      console.log(`ok ${engine}: ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed++;
      console.log(`not ok ${engine}: ${name}: ${error.message.split("\n")[0]}`);
    } finally {
      await page?.close().catch(() => undefined);
      await here?.stop();
    }
  }
}
console.log(`${names.length * flows.length - failed} of ${names.length * flows.length} flows pass`);
process.exitCode = failed ? 1 : 0;
