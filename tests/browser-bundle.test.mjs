// What a bundler makes of the package, on pages that are less kind to it: without UTF-8, under a policy without WebAssembly,
// and with a module of the application's own.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A program as one classic script. */
async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}tests` },
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    charset: "utf8",
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/** Serves it on a page, and gives what it has said once it has said something. */
async function said(t, script, { html = "text/html", type = "text/javascript", policy = "" } = {}) {
  const files = {
    "/": [
      html,
      `<!doctype html><form action="/leads/contact" method="post"><input name="email"><input name="when"></form><script src="main.js"></script>`,
    ],
    "/main.js": [type, script],
    "/fieldpost.wasm": [
      "application/wasm",
      await readFile(`${root}pkg/wasm/lean/fieldpost_bg.wasm`),
    ],
    "/leads/contact": [
      "application/json",
      JSON.stringify({
        v: 1,
        spec: { fields: { email: { kind: "email", required: true }, when: { kind: "date" } } },
        token: "t",
        expires: Date.now() + 3_600_000,
        sealKey: null,
      }),
    ],
  };
  const server = createServer(({ url }, response) => {
    const [type, body] = files[url] ?? ["text/plain", ""];
    response.writeHead(files[url] ? 200 : 404, {
      "content-type": type,
      ...(policy && { "content-security-policy": policy }),
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  t.after(async () => {
    await page.close();
    server.close();
    server.closeAllConnections();
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.said !== undefined);
  return page.evaluate(() => [document.characterSet, globalThis.said]);
}

const CHECKS = `
  import "fieldpost/build";
  import { checkEmail, form, load, payload } from "fieldpost";
  load({ advice: true }).then(
    () => {
      const report = form({ fields: { when: { kind: "date" } } }).check({ when: "2026-01-02" });
      globalThis.said = [checkEmail("ann@gmial.com").issues[0].suggestion, report.values.when, payload("pardot.prospect.create", { email: "a@b.co" }).method];
    },
    (error) => { globalThis.said = [error.code ?? String(error)]; },
  );
`;

for (const [how, options, set] of [
  ["a page that says no charset", {}, "windows-1252"],
  ["a page in Latin 1", { html: "text/html; charset=iso-8859-1" }, "windows-1252"],
  [
    "a server that says so of the script",
    { html: "text/html; charset=utf-8", type: "text/javascript; charset=iso-8859-1" },
    "UTF-8",
  ],
])
  test(`all three modules survive ${how}`, async (t) => {
    const script = await bundled(CHECKS);
    assert.match(script, /[\x80-\xff]/, "it is not all ASCII, or there is nothing to survive");
    assert.deepEqual(await said(t, script, options), [
      set,
      ["ann@gmail.com", "2026-01-02", "POST"],
    ]);
  });

test("a policy without WebAssembly has a code of its own", async (t) => {
  const script = await bundled(CHECKS);
  const options = { html: "text/html; charset=utf-8", policy: "script-src 'self'" };
  assert.deepEqual((await said(t, script, options))[1], ["wasm.blocked"]);
  // What is no module is not the policy's fault.
  const wrong = await bundled(
    'import { load } from "fieldpost"; load(new Uint8Array(8)).catch((error) => { globalThis.said = error.name; });',
  );
  assert.equal((await said(t, wrong, { html: "text/html; charset=utf-8" }))[1], "CompileError");
});

test("fieldpost/form/slim takes the application's module, and brings none", async (t) => {
  const attaching = (form, load) =>
    `import { attach } from "fieldpost/${form}"; import { load } from "fieldpost${load}";
     const attachment = attach(document.forms[0], { load: () => load(fetch("/fieldpost.wasm")) });
     attachment.ready().then((is) => {
       document.forms[0].email.value = "ann@";
       globalThis.said = [is, attachment.check(["email"])];
     });`;
  const [slim, whole] = [
    await bundled(attaching("form/slim", "/slim")),
    await bundled(attaching("form", "")),
  ];
  assert.ok(slim.length < whole.length - 30_000, `${slim.length} of ${whole.length} letters`);
  assert.deepEqual((await said(t, slim, { html: "text/html; charset=utf-8" }))[1], [true, false]);
});
