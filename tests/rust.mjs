// Programs in Rust alone, on the crate's feature `web`: a form in Leptos, in a real Chromium, and a Worker on workerd. Each sends a
// lead through a real relay into the sandbox. Part of `make test-all`; cargo fetches the frameworks, which only the examples have.
//   node tests/rust.mjs [leptos] [cloudflare]
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { launch } from "./browser.mjs";
import { freePort, root, stand, until } from "./stand.mjs";
import { bundleWorker } from "../www/demo/relay.mjs";

const target = join(process.env.CARGO_TARGET_DIR ?? `${root}target`, "examples");
const asked = process.argv.slice(2);
const EXAMPLES = { leptos, cloudflare };

/** Compiles an example, and binds it to its script; gives the folder of both. */
function built(name) {
  const wasm = "wasm32-unknown-unknown";
  const example = `${root}examples/${name}`;
  execFileSync(
    "cargo",
    ["build", "--release", "--locked", "--quiet", "--target", wasm, "--target-dir", target],
    { cwd: example, stdio: ["ignore", "inherit", "inherit"] },
  );
  const out = join(target, name);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const file = `fieldpost${name === "leptos" ? "-" : "_"}${name}.wasm`;
  copyFileSync(join(target, wasm, "release", file), join(out, "program.wasm"));
  execFileSync(
    "cargo",
    ["run", "--quiet", "--locked", "-p", "xtask", "bind", join(out, "program.wasm"), out],
    { cwd: root, stdio: "inherit" },
  );
  return out;
}

/** The lead of an address at each of the three systems, as the sandbox has it. */
const arrived = (relay, email) =>
  until(async () => {
    const leads = (await relay.leads()).filter((lead) => lead.email?.toLowerCase() === email);
    return new Set(leads.map(({ system }) => system)).size === 3 && leads;
  }, `the lead of ${email}`);

/** A form in a page: told what is wrong as it is left, and thanked once the relay has the lead. */
async function leptos(folder) {
  const port = await freePort();
  const relay = await stand({ bindings: { PAGE_ORIGIN: `http://127.0.0.1:${port}` } });
  const page = readFileSync(`${root}examples/leptos/index.html`, "utf8").replace(
    '<link data-trunk rel="rust">',
    '<script type="module">import start from "./program.js"; await start({ module_or_path: "program_bg.wasm" });</script>',
  );
  const types = { js: "text/javascript", wasm: "application/wasm" };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://page");
    const type = types[pathname.split(".").at(-1)];
    response.writeHead(200, { "content-type": type ?? "text/html; charset=utf-8" });
    response.end(type ? readFileSync(join(folder, pathname)) : page);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    const problems = [];
    tab.on("pageerror", (error) => problems.push(String(error)));
    const ruled = tab.waitForResponse((response) => response.url().startsWith(relay.form));
    await tab.goto(`http://127.0.0.1:${port}/?relay=${relay.relay}`);
    assert.equal((await ruled).status(), 200);
    const says = async (name, typed, wanted) => {
      await tab.locator(`[name=${name}]`).fill(typed);
      await tab.locator(`[name=${name}]`).blur();
      await until(
        async () => wanted.test(await tab.locator(`#${name}-issue`).textContent()),
        `${name}: ${wanted}`,
      );
      assert.equal(
        await tab.locator(`[name=${name}]`).getAttribute("aria-invalid"),
        String(wanted.source !== "^$"),
      );
    };
    // What a page's module asks of its host, the engine around this one answers: domains, composed letters.
    await says("email", "ann@bü♥cher.example", /./);
    await says("email", "ann@", /./);
    await says("phone", "212 123 45", /./);
    await says("phone", "(212) 456-7890", /^$/);
    // Sent before all is there, it says what is missing.
    await tab.getByRole("button").click();
    await until(() => tab.locator("#lastName-issue").textContent(), "what is missing");
    await says("firstName", "Ze\u0301", /^$/);
    await says("lastName", "Lee", /^$/);
    await says("email", "Ann@Bücher.Example", /^$/);
    await tab.locator("[name=consent]").check();
    await tab.getByRole("button").click();
    await tab.getByText("Thank you.").waitFor();
    const [lead] = await arrived(relay, "ann@xn--bcher-kva.example");
    assert.deepEqual([lead.fields.firstName, lead.fields.phone], ["Zé", "+12124567890"]);
    // Nobody answers: it does not say that it has arrived.
    await tab.locator("[name=email]").fill("bob@acme.co");
    await tab.route(`${relay.form}*`, (route) => route.abort());
    await tab.getByRole("button").click();
    await tab.getByText("We cannot tell whether it arrived.").waitFor();
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
    await relay.stop();
  }
}

/** A Worker: refuses what the form's rules do, and hands on what they take. */
async function cloudflare(folder) {
  const relay = await stand();
  // What worker-build would write: the module, and an entry that starts it.
  writeFileSync(
    join(folder, "index.js"),
    'import start, * as worker from "./program.js"; import module from "./program_bg.wasm";\n' +
      "const started = start({ module_or_path: module });\n" +
      "export default { async fetch(request, env, context) { await started; return worker.fetch(request, env, context); } };\n",
  );
  const modules = await bundleWorker(join(folder, "index.js"), join(folder, "bundle"));
  const miniflare = new Miniflare({
    modulesRoot: join(folder, "bundle"),
    modules,
    cf: false,
    compatibilityDate: "2026-04-01",
    bindings: { RELAY: relay.relay },
  });
  try {
    const post = async (values) => {
      const response = await miniflare.dispatchFetch("http://worker.example/", {
        method: "POST",
        body: typeof values === "string" ? values : JSON.stringify(values),
      });
      return [response.status, await response.text()];
    };
    const ann = { firstName: "Ann", lastName: "Lee", email: "Ann@Bücher.Example", consent: "yes" };
    const [status, said] = await post({ ...ann, email: "ann@" });
    assert.deepEqual([status, Object.keys(JSON.parse(said))], [422, ["email"]]);
    assert.equal((await post("no JSON"))[0], 400);
    assert.deepEqual(await post(ann), [202, "{}"]);
    const leads = await arrived(relay, "ann@xn--bcher-kva.example");
    // The same values are the same lead.
    assert.deepEqual(await post(ann), [202, "{}"]);
    assert.equal((await relay.leads()).length, leads.length);
    assert.equal((await miniflare.dispatchFetch("http://worker.example/")).status, 405);
  } finally {
    await miniflare.dispose();
    await relay.stop();
  }
}

let failed = 0;
for (const [name, use] of Object.entries(EXAMPLES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const began = Date.now();
  try {
    const folder = built(name);
    const bytes = readFileSync(join(folder, "program_bg.wasm")).length;
    const compiled = Date.now();
    await use(folder);
    console.log(
      `ok ${name}: compiled in ${compiled - began} ms (${bytes} bytes of wasm), used in ${Date.now() - compiled} ms`,
    );
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.stack}`);
  }
}
process.exitCode = failed ? 1 : 0;
