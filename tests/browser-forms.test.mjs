// Forms that people have written for themselves: attached, they send what the browser would have sent.
// The collection is not part of this repository; FIELDPOST_CASES names its folder.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";

const folder = process.env.FIELDPOST_CASES;
const PAGE = "https://page.example/form";
const RELAY = "https://relay.example/leads/form";

let browser;
let script;

before(async () => {
  if (!folder) return;
  const { outputFiles } = await build({
    stdin: {
      contents: 'import { attach } from "fieldpost/form"; globalThis.attach = attach;',
      resolveDir: `${root}tests`,
    },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    charset: "utf8",
  });
  script = outputFiles[0].text;
  browser = await launch();
});
after(() => browser?.close());

/** Fills every field that a visitor can fill, each by what it is. */
function fillEverything() {
  const form = document.querySelector("form");
  const chosen = new Set();
  for (const control of form.elements) {
    const { type, name } = control;
    if (/^(submit|button|reset|hidden|file|fieldset|image)$/.test(type) || control.readOnly)
      continue;
    if (type === "radio" || type === "checkbox") {
      // Of radios the first, of boxes all.
      if (type === "radio" && chosen.has(name)) continue;
      chosen.add(name);
      control.checked = true;
    } else if (control.tagName === "SELECT") {
      for (const option of control.options)
        if (option.value && !option.disabled) option.selected = true;
    } else if (type === "email") control.value = "ann@example.org";
    else if (type === "tel") control.value = "(212) 456-7890";
    else if (type === "url") control.value = "https://example.org/";
    else if (type === "number") control.value = control.min || "7";
    else if (type === "date") control.value = "2026-11-21";
    else if (control.tagName === "TEXTAREA") control.value = "Two\nlines & “quotes”";
    else control.value = "Ann";
    if (control.maxLength > 0) control.value = control.value.slice(0, control.maxLength);
  }
}

/** The template language of the collection's sites: what the server would have filled in. */
const rendered = (html) => html.replace(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}|\{#[\s\S]*?#\}/g, "");

const html = (form) =>
  `<!doctype html><html lang="en"><title>Form</title><body>${rendered(form.html)}</body></html>`;

async function open(t, form, spec) {
  const context = await browser.newContext();
  t.after(() => context.close());
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const seen = { posts: [], errors: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  await page.route("**/*", (route) => {
    const request = route.request();
    if (request.url() === PAGE)
      return route.fulfill({ contentType: "text/html; charset=utf-8", body: html(form) });
    if (request.method() === "POST") {
      seen.posts.push({
        body: request.postData() ?? "",
        type: request.headers()["content-type"] ?? "",
      });
      return route.fulfill({
        status: 202,
        headers: { "access-control-allow-origin": "*" },
        contentType: "application/json",
        body: '{"v":1,"id":"1","state":"queued","issues":[]}',
      });
    }
    if (request.url() === RELAY) {
      return route.fulfill({
        headers: { "access-control-allow-origin": "*" },
        contentType: "application/json",
        body: JSON.stringify({
          v: 1,
          spec,
          token: "t",
          expires: Date.now() + 3_600_000,
          sealKey: null,
        }),
      });
    }
    return route.fulfill({ status: 404, body: "" });
  });
  await page.goto(PAGE);
  await page.evaluate((relay) => {
    const form = document.querySelector("form");
    form.setAttribute("action", relay);
    form.setAttribute("method", "post");
    form.removeAttribute("enctype");
    form.removeAttribute("target");
    // The owners' own scripts are not there, and one of them would submit by itself.
    form.removeAttribute("onsubmit");
  }, RELAY);
  return { page, seen };
}

const pairs = (body) => [...new URLSearchParams(body)].filter(([name]) => !name.startsWith("_fp_"));

/** A submit as a person makes it: the button that the form has, or Enter. */
function press(page) {
  return page.evaluate(() => {
    const form = document.querySelector("form");
    const button = [...form.elements].find(
      ({ type, disabled }) => (type === "submit" || type === "image") && !disabled,
    );
    form.requestSubmit(button);
  });
}

const forms = folder ? JSON.parse(await readFile(`${folder}/forms.json`, "utf8")) : [];

test("the collection is there", { skip: !folder && "FIELDPOST_CASES names no folder" }, () =>
  assert.ok(forms.length >= 39),
);

for (const [at, form] of forms.entries()) {
  test(`${at + 1}: ${form.source}`, async (t) => {
    const names = form.fields.map(({ name }) => rendered(name ?? "")).filter(Boolean);
    const kind = (name) => (names.indexOf(name) === names.lastIndexOf(name) ? "hidden" : "labels");
    const spec = { fields: Object.fromEntries(names.map((name) => [name, { kind: kind(name) }])) };

    const native = await open(t, form, spec);
    await native.page.evaluate(fillEverything);
    const invalid = await native.page.evaluate(() =>
      [...document.querySelector("form").elements]
        .filter((one) => one.matches(":invalid:not(fieldset)"))
        .map((one) => one.type),
    );
    // A required file and the like: the native submit goes past it for the comparison of the rest.
    await native.page.evaluate(() => {
      document.querySelector("form").noValidate = true;
    });
    await press(native.page);
    await native.page.waitForLoadState();
    for (let turn = 0; turn < 50 && !native.seen.posts.length; turn++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(native.seen.posts.length, 1, "the browser submits it");

    const ours = await open(t, form, spec);
    await ours.page.evaluate(script);
    const before = await ours.page.evaluate(() => document.body.outerHTML);
    assert.equal(
      await ours.page.evaluate(() =>
        (globalThis.attached = attach(document.querySelector("form"))).ready(),
      ),
      true,
    );
    // Nothing filled in: whatever is required is said beside its field, and nothing goes out.
    const required = await ours.page.evaluate(() =>
      document.querySelector("form").matches(":invalid"),
    );
    if (required) {
      await press(ours.page);
      await ours.page.waitForSelector("form[data-fieldpost-state=idle]");
      assert.equal(ours.seen.posts.length, 0);
      const shown = await ours.page.evaluate(() => ({
        messages: document.querySelectorAll("[data-fieldpost-severity]").length,
        said: document.querySelector("[data-fieldpost-status]").textContent,
        // A message nobody can see beside a field that nobody can see is no message.
        orphans: [...document.querySelectorAll("[aria-invalid=true]")].filter(
          (one) =>
            !document.getElementById(one.getAttribute("aria-describedby")?.split(" ").at(-1)),
        ).length,
      }));
      assert.ok(shown.said, "the live region says something");
      assert.equal(shown.orphans, 0, "each wrong field is described");
    }
    await ours.page.evaluate(fillEverything);
    await press(ours.page);
    if (invalid.length) {
      await ours.page.waitForSelector("form[data-fieldpost-state=idle]");
      assert.ok(
        await ours.page.evaluate(
          () => document.querySelector("[data-fieldpost-status]").textContent,
        ),
        `${invalid} stops it`,
      );
      await ours.page.evaluate(() => {
        for (const one of document.querySelector("form").elements) one.required = false;
      });
      await press(ours.page);
    }
    for (let turn = 0; turn < 100 && !ours.seen.posts.length; turn++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const state = await ours.page.evaluate(() => [
      document.querySelector("form").dataset.fieldpostState,
      document.querySelector("[data-fieldpost-status]")?.textContent,
    ]);
    assert.equal(ours.seen.posts.length, 1, `it goes out: ${state}`);
    assert.deepEqual(
      pairs(ours.seen.posts[0].body),
      pairs(native.seen.posts[0].body),
      "the same values",
    );
    assert.match(ours.seen.posts[0].type, /^application\/x-www-form-urlencoded/);
    await ours.page.waitForSelector("form[data-fieldpost-state=done]", { state: "attached" });
    await ours.page.evaluate(() => globalThis.attached.detach());
    // Filling in changes properties, not markup; taking the required away for the second turn does.
    if (!invalid.length)
      assert.equal(
        await ours.page.evaluate(() => document.body.outerHTML),
        before,
        "detached, it is as it was",
      );
    assert.deepEqual(
      ours.seen.errors.filter((one) => !native.seen.errors.includes(one)),
      [],
    );
  });
}
