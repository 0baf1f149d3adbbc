// The packed tarball in the tools that people use: each builds, loads and submits. Part of `make test-all`, because it
// installs them all (some 600 MB, once, into PACKAGING_FOLDER or a temporary folder).
//   node tests/packaging.mjs [part …]     parts are the names below
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { Miniflare } from "miniflare";
import { launch } from "./browser.mjs";
import { WRANGLER } from "./commands.mjs";
import { bundleWorker } from "../www/demo/relay.mjs";
import { root, until } from "./stand.mjs";

const TOOLS = {
  vite: "8.3.8",
  webpack: "5.112.2",
  "webpack-cli": "7.3.1",
  next: "16.4.6",
  react: "19.3.1",
  "react-dom": "19.3.1",
  vue: "3.5.45",
  svelte: "5.57.3",
  "@sveltejs/vite-plugin-svelte": "7.3.1",
  "@vitejs/plugin-vue": "6.0.11",
  "@vitejs/plugin-react": "6.3.0",
  astro: "5.18.2",
  publint: "0.3.25",
  "@arethetypeswrong/cli": "0.18.5",
  bun: "1.4.5",
  deno: "2.9.6",
  "fast-check": "4.10.2",
  wrangler: "4.86.0",
};
const TYPESCRIPTS = ["5.2.2", "5.5.4", "5.9.3"];
const RELAY = "http://127.0.0.1:8789/leads/contact";

const folder = process.env.PACKAGING_FOLDER ?? join(tmpdir(), "fieldpost-packaging");
const work = join(folder, "work");
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

const run = promisify(execFile);
const bin = (name) => join(folder, "node_modules/.bin", name);
const call = async (program, args, options = {}) => {
  try {
    const { stdout } = await run(program, args, {
      cwd: work,
      encoding: "utf8",
      timeout: 240_000,
      maxBuffer: 1 << 26,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", CI: "1" },
      ...options,
    });
    return stdout;
  } catch (error) {
    throw new Error(
      `${program.split("/").at(-1)} ${args.join(" ")}: ${(error.stderr || error.stdout || error.message).trim().slice(-1_500)}`,
    );
  }
};

// The tarball is what is tested: never the folder it was made of.
const [{ filename }] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--pack-destination", work, `${root}pkg`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
);
const tarball = join(work, filename);
if (!existsSync(join(folder, "package.json")))
  writeFileSync(join(folder, "package.json"), '{"private":true,"type":"module"}\n');
const there = (name) => existsSync(join(folder, "node_modules", name, "package.json"));
const missing = Object.entries(TOOLS)
  .filter(([name]) => !there(name))
  .map(([name, version]) => `${name}@${version}`);
if (missing.length)
  await call("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...missing], {
    cwd: folder,
    timeout: 900_000,
  });
rmSync(join(folder, "node_modules/fieldpost"), { recursive: true, force: true });
mkdirSync(join(folder, "node_modules/fieldpost"), { recursive: true });
execFileSync("tar", [
  "-xzf",
  tarball,
  "--strip-components=1",
  "-C",
  join(folder, "node_modules/fieldpost"),
]);

let browser;

/** Serves a folder, and sends a lead from the page in it; what the relay would get is what counts. */
async function submits(site, { start = "/index.html" } = {}) {
  const types = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".wasm": "application/wasm",
    ".txt": "text/plain",
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const file =
      typeof site === "string"
        ? await readFile(join(site, path === "/" ? start : path)).catch(() => undefined)
        : await site(request);
    response.writeHead(file ? 200 : 404, {
      "content-type": types[extname(path)] ?? "text/html; charset=utf-8",
    });
    response.end(file);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser ??= await launch();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on(
      "console",
      (message) =>
        message.type() === "error" &&
        !/404|favicon/.test(message.text()) &&
        problems.push(message.text()),
    );
    const leads = [];
    await page.route(`${RELAY}*`, (route) => {
      const post = route.request().method() === "POST";
      if (post) leads.push(new URLSearchParams(route.request().postData()));
      const fields = {
        firstName: { kind: "name" },
        lastName: { kind: "name" },
        email: { kind: "email", required: true },
        phone: { kind: "phone" },
        consent: { kind: "consent", required: true },
      };
      const body = post
        ? { v: 1, id: "1", state: "queued", issues: [] }
        : { v: 1, spec: { fields }, token: "t", expires: Date.now() + 3_600_000, sealKey: null };
      return route.fulfill({
        headers: { "access-control-allow-origin": "*" },
        contentType: "application/json",
        body: JSON.stringify(body),
      });
    });
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForSelector("form[data-fieldpost-state=idle]", { timeout: 15_000 });
    await page.fill("[name=firstName]", "Ann");
    await page.fill("[name=lastName]", "Lopez");
    await page.locator("[name=phone]").pressSequentially("2124567890");
    assert.equal(
      await page.inputValue("[name=phone]"),
      "(212) 456-7890",
      "formatted, and the framework has kept it",
    );
    await page.fill("[name=email]", "ann@");
    await page.check("[name=consent]");
    await page.click("form button:not([type=button])");
    await page.waitForSelector("[name=email][aria-invalid=true]");
    await page.fill("[name=email]", "ann@example.org");
    await page.click("form button:not([type=button])");
    await until(() => leads.length, "the lead", 60_000);
    assert.deepEqual(
      ["email", "phone", "_fp_token"].map((name) => leads[0].get(name)),
      ["ann@example.org", "(212) 456-7890", "t"],
    );
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
    server.close();
    server.closeAllConnections();
  }
}

/** An example as its owner has it: a copy, beside the tools. */
function example(name) {
  const copy = join(work, name);
  cpSync(`${root}www/examples/${name}`, copy, { recursive: true });
  if (!existsSync(join(copy, "node_modules")))
    symlinkSync(join(folder, "node_modules"), join(copy, "node_modules"));
  return copy;
}

const vite = (name) => async () => {
  const copy = example(name);
  await call(bin("vite"), ["build"], { cwd: copy });
  await submits(join(copy, "dist"));
};

/** A program that checks a number, builds a payload and sends it to a server of its own: what every runtime must do. */
const PROGRAM = `
  import { checkPhone, form, load, payload, read, request, send } from "fieldpost";
  await load();
  if (checkPhone("(212) 456-7890 x12").ext !== "12") throw new Error("checkPhone");
  const report = form({ fields: { email: { kind: "email", required: true } } }).check({ email: " Ann@Example.ORG" });
  if (report.values.email !== "Ann@example.org") throw new Error(JSON.stringify(report));
  const relay = { system: "relay", baseUrl: "http://127.0.0.1:PORT", allowHost: "127.0.0.1:PORT" };
  const response = await send(request("relay.lead.submit", { form: "contact", values: report.values }, relay));
  console.log(payload("relay.lead.submit", { form: "contact", values: report.values }).method, (await response.json()).state);
`;

async function program(name, start) {
  const leads = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    leads.push(body);
    response.writeHead(202, { "content-type": "application/json" });
    response.end('{"v":1,"id":"1","state":"queued","issues":[]}');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const file = join(folder, `program-${name}.mjs`);
  writeFileSync(file, PROGRAM.replaceAll("PORT", server.address().port));
  try {
    assert.equal((await start(file)).trim(), "POST queued");
    assert.match(leads[0], /email=Ann%40example\.org/);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(file);
  }
}

const PARTS = {
  async publint() {
    await call(bin("publint"), ["--strict", join(folder, "node_modules/fieldpost")]);
  },
  async types() {
    // Everything is ESM: under CommonJS resolution a file imports it dynamically or by require(esm), as Node says.
    await call(bin("attw"), [
      tarball,
      "--profile",
      "esm-only",
      "--exclude-entrypoints",
      "fieldpost.wasm",
      "form.css",
    ]);
    const source = join(work, "types");
    mkdirSync(source, { recursive: true });
    symlinkSync(join(folder, "node_modules"), join(source, "node_modules"));
    writeFileSync(
      join(source, "main.ts"),
      `import { checkEmail, form, load, type Report } from "fieldpost";
       import { attach, texts, type SubmitDetail } from "fieldpost/form";
       import "fieldpost/form/auto";
       import { conditions } from "fieldpost/conditions";
       import { dataLayer, gtag } from "fieldpost/analytics";
       import { defineElement } from "fieldpost/element";
       import { prefill } from "fieldpost/prefill";
       import { profile } from "fieldpost/profile";
       import { progress } from "fieldpost/progress";
       import { useFieldpost } from "fieldpost/react";
       import { steps } from "fieldpost/steps";
       import { touch } from "fieldpost/touch";
       import { turnstile } from "fieldpost/turnstile";
       import { debug } from "fieldpost/debug";
       import { relay } from "fieldpost/worker";
       const attachment = attach(document.createElement("form"), { messages: { check: "x", email: { "email.syntax": "y" } }, language: (code, issue) => issue?.field });
       addEventListener("fieldpost:submit", (event) => (event as CustomEvent<SubmitDetail>).detail.set("a", "b"));
       const report: Report = form({ fields: { email: { kind: "email" } } }).check(new FormData());
       export { checkEmail, conditions, dataLayer, debug, defineElement, gtag, load, prefill, profile, progress, relay, report, texts, touch, turnstile, useFieldpost };
       export const at: number = steps(attachment).step;`,
    );
    for (const version of TYPESCRIPTS) {
      const at = join(folder, `typescript-${version}`);
      if (!existsSync(at))
        await call("npm", [
          "install",
          "--prefix",
          at,
          "--no-audit",
          "--no-fund",
          "--loglevel=error",
          `typescript@${version}`,
        ]);
      for (const [module, resolution] of [
        ["nodenext", "nodenext"],
        ["esnext", "bundler"],
      ]) {
        const lib = ["ES2022", "DOM", "DOM.Iterable"];
        writeFileSync(
          join(source, "tsconfig.json"),
          JSON.stringify({
            compilerOptions: {
              noEmit: true,
              strict: true,
              skipLibCheck: false,
              exactOptionalPropertyTypes: true,
              types: [],
              target: "ES2022",
              module,
              moduleResolution: resolution,
              lib,
            },
            files: ["main.ts"],
          }),
        );
        await call(process.execPath, [
          join(at, "node_modules/typescript/bin/tsc"),
          "--project",
          source,
        ]);
      }
    }
  },
  async tag() {
    const copy = example("html");
    for (const file of ["fieldpost.js", "form/form.css"])
      cpSync(join(folder, "node_modules/fieldpost/dist", file), join(copy, file.split("/").at(-1)));
    await submits(copy);
  },
  async esbuild() {
    const copy = example("html");
    writeFileSync(join(copy, "main.js"), 'import "fieldpost/form/auto";');
    await esbuild({
      entryPoints: [join(copy, "main.js")],
      outfile: join(copy, "fieldpost.js"),
      bundle: true,
      minify: true,
      format: "esm",
      logLevel: "silent",
    });
    writeFileSync(join(copy, "form.css"), "");
    await submits(copy);
  },
  async webpack() {
    const copy = join(work, "webpack");
    mkdirSync(copy, { recursive: true });
    symlinkSync(join(folder, "node_modules"), join(copy, "node_modules"));
    writeFileSync(
      join(copy, "main.js"),
      'import { attach } from "fieldpost/form"; attach(document.querySelector("form"));',
    );
    writeFileSync(
      join(copy, "index.html"),
      readFileSync(`${root}www/examples/html/index.html`, "utf8")
        .replace('type="module" src="fieldpost.js"', 'defer src="dist/main.js"')
        .replace(/<link.*\n/, ""),
    );
    await call(bin("webpack"), ["--mode", "production", "--entry", "./main.js"], { cwd: copy });
    await submits(copy);
  },
  react: vite("react"),
  vue: vite("vue"),
  svelte: vite("svelte"),
  async astro() {
    const copy = example("astro");
    await call(bin("astro"), ["build"], { cwd: copy });
    await submits(join(copy, "dist"));
  },
  async next() {
    // Turbopack follows no link out of the folder it is told of.
    const copy = join(folder, "next-example");
    rmSync(copy, { recursive: true, force: true });
    cpSync(`${root}www/examples/next`, copy, { recursive: true });
    writeFileSync(
      join(copy, "next.config.js"),
      `export default { output: "export", turbopack: { root: ${JSON.stringify(folder)} } };\n`,
    );
    await call(bin("next"), ["build"], { cwd: copy });
    await submits(join(copy, "out"));
  },
  async worker() {
    const outdir = join(work, "worker-out");
    const modules = await bundleWorker(`${root}www/examples/worker/page.js`, outdir);
    const page = readFileSync(`${root}www/examples/html/index.html`, "utf8");
    const miniflare = new Miniflare({
      modules,
      modulesRoot: outdir,
      cf: false,
      compatibilityDate: "2026-04-01",
      bindings: { RELAY: "http://relay.example" },
      serviceBindings: {
        ASSETS: () =>
          new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }),
      },
      outboundService: () => Response.json({ token: "1.abc.def" }),
    });
    try {
      const response = await miniflare.dispatchFetch("http://page.example/");
      assert.equal(response.headers.get("cache-control"), "private, no-store");
      assert.match(
        await response.text(),
        /<form data-fieldpost[^>]*><input type="hidden" name="_fp_token" value="1\.abc\.def">/,
      );
    } finally {
      await miniflare.dispose();
    }
  },
  node: () => program("node", (file) => call(process.execPath, [file], { cwd: folder })),
  deno: () =>
    program("deno", (file) =>
      call(
        bin("deno"),
        [
          "run",
          "--quiet",
          "--allow-net",
          "--allow-read",
          "--allow-env",
          "--node-modules-dir=manual",
          file,
        ],
        { cwd: folder },
      ),
    ),
  bun: () => program("bun", (file) => call(bin("bun"), ["run", file], { cwd: folder })),
  async workerd() {
    const source = join(folder, "workerd-main.mjs");
    writeFileSync(
      source,
      'import { checkPhone, load } from "fieldpost"; export { Gate, Outbox } from "fieldpost/worker"; export default { async fetch() { await load(); return new Response(checkPhone("212 456 7890").value); } };',
    );
    const outdir = join(work, "workerd-out");
    const modules = await bundleWorker(source, outdir);
    const miniflare = new Miniflare({
      modules,
      modulesRoot: outdir,
      cf: false,
      compatibilityDate: "2026-04-01",
    });
    try {
      assert.equal(await (await miniflare.dispatchFetch("http://x/")).text(), "+12124567890");
    } finally {
      await miniflare.dispose();
    }
  },
  async wrangler() {
    // The template as somebody copies it, with the package as it is packed: bundled as `wrangler deploy` would send it.
    const site = join(work, "leads");
    cpSync(`${root}www/examples/relay`, site, { recursive: true });
    symlinkSync(join(folder, "node_modules"), join(site, "node_modules"));
    const said = await call(
      bin("wrangler"),
      ["deploy", "--dry-run", "--outdir", join(work, "leads-out")],
      { cwd: site, env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" } },
    );
    for (const binding of ["OUTBOX (Outbox)", "GATE (Gate)", "PAGE_ORIGIN"])
      assert.ok(said.includes(binding), said);
    assert.ok(
      readdirSync(join(work, "leads-out")).some((name) => name.endsWith(".wasm")),
      "no wasm beside it",
    );
    // What the pages ask of it, as far as it goes without an account.
    for (const command of WRANGLER) {
      const help = await call(bin("wrangler"), [...command.split(" "), "--help"], {
        env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false" },
      });
      assert.ok(help.includes(`wrangler ${command}`), `wrangler has no ${command}`);
    }
  },
  async ssr() {
    // Importing touches neither DOM, network nor wasm: every entry, on a runtime without any of them.
    const { exports } = JSON.parse(
      readFileSync(join(folder, "node_modules/fieldpost/package.json"), "utf8"),
    );
    const entries = Object.keys(exports)
      .filter((name) => !/\.(css|wasm|json)$/.test(name))
      .map((name) => name.replace(/^\./, "fieldpost"));
    const file = join(folder, "ssr.mjs");
    writeFileSync(
      file,
      `globalThis.fetch = () => { throw new Error("fetch"); }; WebAssembly.compile = WebAssembly.Module = () => { throw new Error("wasm"); };\n${entries.map((name) => `await import("${name}");`).join("\n")}\nconsole.log("fine");`,
    );
    assert.equal((await call(process.execPath, [file], { cwd: folder })).trim(), "fine");
  },
  async prototype() {
    // Whatever names and values come, nothing of the shim writes where all objects look.
    const file = join(folder, "prototype.mjs");
    writeFileSync(
      file,
      `import fc from "fast-check"; import { form, load, payload } from "fieldpost"; import { texts } from "fieldpost/form";
       await load();
       const before = Reflect.ownKeys(Object.prototype).map(String).join();
       const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a", "email"), fc.string({ maxLength: 12 }));
       const value = fc.oneof(fc.string({ maxLength: 30 }), fc.constant(null), fc.boolean(), fc.integer(), fc.array(fc.string(), { maxLength: 3 }), fc.dictionary(name, fc.string(), { maxKeys: 3 }));
       const contact = form({ fields: JSON.parse('{"__proto__":{"kind":"text"},"constructor":{"kind":"labels"},"a":{"kind":"text"},"email":{"kind":"email"}}') });
       fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
         const report = contact.check(pairs);
         if (Object.getPrototypeOf(report.values) !== Object.prototype) throw new Error("prototype");
         try { payload("relay.lead.submit", { form: "contact", values: report.values }); } catch (error) { if (!error.code) throw error; }
         if (Reflect.ownKeys(Object.prototype).map(String).join() !== before || Object.hasOwn(texts, "undefined")) throw new Error("Object.prototype");
       }), { numRuns: 100_000 });
       console.log("clean");`,
    );
    assert.equal((await call(process.execPath, [file], { cwd: folder })).trim(), "clean");
  },
  async twice() {
    // Two packs of the same sources are the same bytes, and so is what tsc and esbuild make.
    const digest = () =>
      execFileSync("sh", ["-c", "find dist -type f ! -name .built | sort | xargs sha256sum"], {
        cwd: `${root}pkg`,
        encoding: "utf8",
      });
    const before = digest();
    execFileSync(process.execPath, [`${root}pkg/build.mjs`], { stdio: "ignore" });
    assert.equal(digest(), before);
    assert.ok(readdirSync(work).includes(filename));
  },
};

const asked = process.argv.slice(2);
let failed = 0;
for (const [name, part] of Object.entries(PARTS)) {
  if (asked.length && !asked.includes(name)) continue;
  const began = Date.now();
  try {
    await part();
    console.log(`ok ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message}`);
  }
}
await browser?.close();

// The parts that have a file of their own.
const { close, workshop } = await import("./packaging/stand.mjs");
for (const file of readdirSync(`${root}tests/packaging`)) {
  const name = file.replace(/\.mjs$/, "");
  if (name === "stand" || (asked.length && !asked.includes(name))) continue;
  const began = Date.now();
  try {
    const part = await import(`./packaging/${file}`);
    await part.default(await workshop(name, part.tools));
    console.log(`ok ${name} (${Date.now() - began} ms)`);
  } catch (error) {
    failed++;
    console.log(`not ok ${name}: ${error.message}`);
  }
}
await close();
process.exitCode = failed ? 1 : 0;
