// The page that `init` writes, without a build, step by step: opened as a file it checks; with the relay out of reach from the
// first moment it keeps the lead; loaded again it shows what waits; and once the relay is there, the lead arrives, once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { parseEnv } from "node:util";
import { bundleWorker, startRelay } from "../www/demo/relay.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";
import { launch } from "./browser.mjs";
import { freePort, root, sandboxBinary, until } from "./stand.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
};
const folder = mkdtempSync(join(tmpdir(), "fieldpost-shipped-"));
const home = join(folder, "leads");
const pages = join(home, "public");
let browser;
let modules;
before(async () => {
  execFileSync(
    process.execPath,
    [`${root}packages/cli/dist/main.js`, "init", home, "--system", "marketo", "--yes"],
    { stdio: "ignore" },
  );
  mkdirSync(join(home, "node_modules"));
  symlinkSync(`${root}pkg`, join(home, "node_modules/fieldpost"));
  modules = await bundleWorker(join(home, "src/relay.js"), join(home, "out"));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The files of the page on a host of its own, for a relay at this port; `change` makes another page of it. */
async function host(t, port, change = (html) => html) {
  const server = createServer((request, response) => {
    const name = request.url === "/" ? "index.html" : request.url.slice(1);
    try {
      const text = readFileSync(join(pages, name), "utf8").replaceAll(
        "127.0.0.1:8789",
        `127.0.0.1:${port}`,
      );
      response.writeHead(200, { "content-type": TYPES[extname(name)] });
      response.end(name.endsWith(".html") ? change(text) : text);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://localhost:${server.address().port}`;
}

async function open(t, url) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('form[data-fieldpost-state="idle"]').waitFor({ timeout: 20_000 });
  return page;
}

async function fill(page, email = "ann@acme.co") {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("You may contact me").check();
}

const saved = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("fieldpost");
        opening.onupgradeneeded = () => opening.transaction.abort();
        opening.onerror = () => resolve(0);
        opening.onsuccess = () => {
          const counting = opening.result.transaction("leads").objectStore("leads").count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );

for (const way of ["in the page", "in a file beside it"]) {
  test(`the relay is out of reach from the first moment, rules ${way}: the lead is kept, shown, and arrives once`, async (t) => {
    const port = await freePort();
    const url = await host(t, port, (html) =>
      way === "in the page"
        ? html
        : html
            .replace(/<script type="application\/json"[\s\S]*?<\/script>/, "")
            .replace(
              'data-fieldpost-rules="#fieldpost-rules"',
              'data-fieldpost-rules="fieldpost.json"',
            ),
    );
    const page = await open(t, url);
    // It checks by the rules that came with it.
    await fill(page, "ann@acme");
    await page.getByRole("button", { name: "Send" }).click();
    assert.equal(await page.getByLabel("E-mail").getAttribute("aria-invalid"), "true");
    await fill(page);
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator('form[data-fieldpost-state="saved"]').waitFor({ timeout: 20_000 });
    assert.equal(await saved(page), 1);

    await page.reload();
    const note = page.locator("[data-fieldpost-waiting]");
    await note.waitFor();
    assert.equal(await note.getAttribute("data-fieldpost-waiting"), "saved");
    assert.match(await note.innerText(), /^Your request of .*20\d\d.* is saved on this device/);
    assert.doesNotMatch(await note.innerText(), /ann|acme/);

    const sandbox = await startSandbox(sandboxBinary, 0);
    t.after(sandbox.stop);
    const bindings = parseEnv(readFileSync(join(home, ".dev.vars"), "utf8"));
    const here = new URL(sandbox.url).host;
    const relay = await startRelay({
      modules,
      outdir: join(home, "out"),
      port,
      storage: mkdtempSync(join(folder, "storage-")),
      bindings: {
        ...Object.fromEntries(
          Object.entries(bindings).map(([key, value]) => [
            key,
            value.replace("127.0.0.1:8790", here),
          ]),
        ),
        PAGE_ORIGINS: url,
      },
    });
    t.after(relay.stop);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator('[data-fieldpost-waiting="queued"]').waitFor({ timeout: 60_000 });
    assert.equal(await saved(page), 0);
    await until(async () => {
      const leads = await (await fetch(`${sandbox.url}/_sandbox/leads`)).json();
      assert.ok(leads.length <= 1);
      return leads.length === 1 && leads[0].email === "ann@acme.co";
    }, "the lead");
    // The relay is asked for a token of today, and the form goes on.
    await page.reload();
    await page.locator('form[data-fieldpost-state="idle"]').waitFor();
    assert.equal(await note.count(), 0);
  });
}

test("a relay that never answers holds up neither the form nor the lead", async (t) => {
  const sockets = new Set();
  const silent = createSocket((socket) => sockets.add(socket.on("error", () => undefined)));
  await new Promise((resolve) => silent.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const page = await open(t, await host(t, silent.address().port));
  await fill(page);
  await page.getByRole("button", { name: "Send" }).click();
  // Long before anybody gives the relay up.
  await until(async () => (await saved(page)) === 1, "the lead on the disk", 15_000);
});

test("rules of another relay are none: the browser sends the form", async (t) => {
  const port = await freePort();
  const url = await host(t, port, (html) =>
    html.replace(`${port}/leads/contact":`, `${port}/leads/other":`),
  );
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  await page.getByLabel("E-mail").focus();
  await page.waitForTimeout(1_000);
  assert.equal(await page.locator("form[data-fieldpost-state]").count(), 0);
});

test("opened as a file it checks and shows", async (t) => {
  // Where nobody answers: whose relay runs at the usual port is not this test's affair.
  const port = await freePort();
  const file = join(pages, "as-a-file.html");
  writeFileSync(
    file,
    readFileSync(join(pages, "index.html"), "utf8").replaceAll(
      "127.0.0.1:8789",
      `127.0.0.1:${port}`,
    ),
  );
  const page = await open(t, pathToFileURL(file).href);
  await page.getByLabel("E-mail").fill("ann@acme");
  await page.getByRole("button", { name: "Send" }).click();
  assert.equal(await page.getByLabel("E-mail").getAttribute("aria-invalid"), "true");
  assert.match(await page.locator("[data-fieldpost-status]").innerText(), /E-mail/);
  // Its styles are there, too: the trap is out of sight.
  assert.ok(
    (await page.locator("[data-fieldpost-trap]").boundingBox()).x < 0,
    "people see the field for robots",
  );
});
