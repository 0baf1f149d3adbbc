// React 19 and its `<form action={fn}>`, with the real react-dom: mounted by the client, and rendered on a server and hydrated.
// Part of `make test-all`, because it installs React (once, into REACT_FOLDER or a temporary folder).
//   node tests/react.mjs
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { launch } from "./browser.mjs";
import { fieldsOf, open, RELAY } from "./fixture.mjs";
import { root, until } from "./stand.mjs";

const VERSION = "19.3.1";
const folder = process.env.REACT_FOLDER ?? join(tmpdir(), "fieldpost-react");
mkdirSync(folder, { recursive: true });
const installed = join(folder, "node_modules/react-dom/package.json");
if (!existsSync(installed) || JSON.parse(readFileSync(installed, "utf8")).version !== VERSION) {
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}\n');
  execFileSync(
    "npm",
    [
      "install",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `react@${VERSION}`,
      `react-dom@${VERSION}`,
    ],
    { cwd: folder, stdio: "inherit" },
  );
}

/** The form as a component. `globalThis.action` is what its owner has put there. */
const CONTACT = `
  import { createElement as h } from "react";
  import { useFieldpost } from "fieldpost/react";
  export function Contact({ action, formAction }) {
    const { ref, state } = useFieldpost();
    return h("form", { ref, action, method: "post", "data-fieldpost": "", "data-seen": state },
      h("input", { name: "email", "aria-label": "E-mail" }),
      h("button", null, "Send"),
      formAction && h("button", { formAction, id: "own" }, "Own"));
  }
`;
const PROPS = `
  globalThis.called ??= [];
  const fn = (data) => { globalThis.called.push(data.get("email")); };
  const props = { fn: { action: fn }, url: { action: "${RELAY}" }, button: { action: "${RELAY}", formAction: fn } }[globalThis.how ?? "fn"];
`;

async function bundle(contents, options = {}) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}tests` },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    charset: "utf8",
    nodePaths: [join(folder, "node_modules")],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
    ...options,
  });
  return outputFiles[0].text;
}

const CLIENT = await bundle(
  `${CONTACT} import { createRoot } from "react-dom/client"; ${PROPS} createRoot(document.getElementById("root")).render(h(Contact, props));`,
);
const HYDRATE = await bundle(
  `${CONTACT} import { hydrateRoot } from "react-dom/client"; ${PROPS} hydrateRoot(document.getElementById("root"), h(Contact, props), { onRecoverableError: (error) => { throw error; } });`,
);
const AUTO = await bundle('import "fieldpost/form/auto";');
// The server renders in Node: what it makes is the page's text.
const server = join(folder, "server.mjs");
writeFileSync(
  server,
  await bundle(
    `${CONTACT} import { renderToString } from "react-dom/server"; ${PROPS.replace("globalThis.how", "process.env.HOW")} console.log(renderToString(h(Contact, props)));`,
    {
      format: "esm",
      platform: "node",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    },
  ),
);
const rendered = (how) =>
  execFileSync(process.execPath, [server], {
    encoding: "utf8",
    env: { ...process.env, HOW: how },
  }).trim();

const browser = await launch();
const fields = { email: { kind: "email", required: true } };
const SAID = /FieldpostError: The form's action is no relay/;

/** Opens a page; `steps` runs what it is told to in order. */
async function page(body) {
  const closing = [];
  const here = await open({ after: (act) => closing.push(act) }, browser, body, { fields });
  return { ...here, close: () => Promise.all(closing.map((act) => act())) };
}

const email = (page) => page.inputValue("[name=email]");
const called = (page) => page.evaluate(() => globalThis.called ?? []);

/** Filled and sent, the entries are still there, nothing pretends to have been sent, and the owner has been told. */
async function refuses({ page, seen }) {
  await until(() => seen.errors.some((one) => SAID.test(one)), "the owner to be told");
  await page.fill("[name=email]", "ann@example.org");
  await page.click("text=Send");
  await page.waitForSelector("form[data-fieldpost-state=failed]");
  await page.waitForTimeout(300);
  assert.equal(await email(page), "ann@example.org");
  assert.deepEqual(await called(page), []);
  assert.equal(seen.posts.length, 0);
  assert.match(
    await page.locator("[data-fieldpost-status]").innerText(),
    /Your entries are still here/,
  );
  assert.equal(seen.errors.filter((one) => SAID.test(one)).length, 1, "once");
}

async function sends({ page, seen }) {
  await page.waitForSelector("form[data-fieldpost-state=idle]");
  await page.fill("[name=email]", "ann@example.org");
  await page.click("text=Send");
  await page.waitForSelector("form[data-fieldpost-state=done]");
  assert.deepEqual(fieldsOf(seen.posts[0]), [["email", "ann@example.org"]]);
  assert.deepEqual(seen.errors, []);
}

const CASES = {
  async "action={fn}, mounted by the client"() {
    const here = await page('<div id="root"></div>');
    await here.page.evaluate(CLIENT);
    assert.match(await here.page.locator("form").getAttribute("action"), /^javascript:throw/);
    await refuses(here);
    return here;
  },
  async "action={fn}, rendered on a server and hydrated"() {
    const here = await page(`<div id="root">${rendered("fn")}</div>`);
    assert.match(await here.page.locator("form").getAttribute("action"), /^javascript:throw/);
    await here.page.evaluate(HYDRATE);
    await refuses(here);
    return here;
  },
  async "action={fn}, taken in by the tag before it is hydrated"() {
    const here = await page(`<div id="root">${rendered("fn")}</div>`);
    await here.page.evaluate(AUTO);
    await refuses(here);
    await here.page.evaluate(HYDRATE);
    await here.page.waitForTimeout(500);
    assert.deepEqual(
      [await email(here.page), await called(here.page)],
      ["ann@example.org", []],
      "nothing is replayed",
    );
    return here;
  },
  async "the relay's address, mounted by the client"() {
    const here = await page('<div id="root"></div>');
    await here.page.evaluate(`globalThis.how = "url"; ${CLIENT}`);
    await sends(here);
    return here;
  },
  async "the relay's address, rendered on a server and hydrated"() {
    const here = await page(`<div id="root">${rendered("url")}</div>`);
    await here.page.evaluate(`globalThis.how = "url"; ${HYDRATE}`);
    await sends(here);
    return here;
  },
  async "a button with a function of its own is the owner's"() {
    const here = await page('<div id="root"></div>');
    await here.page.evaluate(`globalThis.how = "button"; ${CLIENT}`);
    await here.page.waitForSelector("form[data-fieldpost-state=idle]");
    await here.page.fill("[name=email]", "ann@example.org");
    await here.page.click("#own");
    await until(async () => (await called(here.page)).length, "the function");
    assert.deepEqual(
      [await called(here.page), here.seen.posts.length, here.seen.errors],
      [["ann@example.org"], 0, []],
    );
    return here;
  },
};

let failed = 0;
for (const [name, act] of Object.entries(CASES)) {
  try {
    const here = await act();
    await here.close();
    console.log(`ok ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message}`);
  }
}
await browser.close();
console.log(
  `React ${VERSION}: ${Object.keys(CASES).length - failed} of ${Object.keys(CASES).length}`,
);
process.exitCode = failed ? 1 : 0;
