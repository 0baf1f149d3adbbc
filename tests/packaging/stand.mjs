// What every part of the packaging tests stands on: the tarball as it is packed, in a folder of its own beside its tools, in
// their newest versions; a page that sends a lead; a program that does.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import { launch } from "../browser.mjs";
import { root, until } from "../stand.mjs";

const RELAY = "http://127.0.0.1:8789/leads/contact";
const TOP = process.env.PACKAGING_FOLDER ?? join(tmpdir(), "fieldpost-packaging");
mkdirSync(TOP, { recursive: true });

const run = promisify(execFile);

/** Runs a program; says what it has said where it fails. */
export async function call(program, args, options = {}) {
  try {
    const { stdout } = await run(program, args, {
      encoding: "utf8",
      timeout: 300_000,
      maxBuffer: 1 << 26,
      ...options,
      env: {
        ...process.env,
        NEXT_TELEMETRY_DISABLED: "1",
        ASTRO_TELEMETRY_DISABLED: "1",
        NUXT_TELEMETRY_DISABLED: "1",
        WRANGLER_SEND_METRICS: "false",
        CI: "1",
        ...options.env,
      },
    });
    return stdout;
  } catch (error) {
    throw new Error(
      `${program.split("/").at(-1)} ${args.join(" ")}: ${`${error.stderr}\n${error.stdout}`.trim().slice(-1_500) || error.message}`,
    );
  }
}

/** The oldest Node that the newest tools run on; ours goes further back. */
const [LEAST, NODE] = [22, `node-${process.platform}-${process.arch}`];

/** Where this Node is too old for the tools, the program begins once more under one that npm has. */
export async function underNewNode() {
  if (Number.parseInt(process.versions.node, 10) >= LEAST) return;
  const folder = join(TOP, `.node-${LEAST}`);
  const program = join(folder, `node_modules/${NODE}/bin/node`);
  if (!existsSync(program))
    await call("npm", [
      "install",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      `${NODE}@${LEAST}`,
    ]);
  const { status } = spawnSync(program, process.argv.slice(1), {
    stdio: "inherit",
    env: { ...process.env, PATH: `${dirname(program)}:${process.env.PATH}` },
  });
  process.exit(status ?? 1);
}

/** The tarball is what is tested: never the folder it was made of. */
const [{ filename }] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--pack-destination", TOP, `${root}pkg`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
);
export const tarball = join(TOP, filename);

/** A part's folder: its tools, which stay there for the next run, and the package, which is unpacked anew. */
export async function workshop(name, tools) {
  const folder = join(TOP, name);
  if (process.env.FRESH) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const at = (path) => join(folder, path);
  if (!existsSync(at("package.json")))
    writeFileSync(at("package.json"), '{"private":true,"type":"module"}\n');
  const version = (tool) =>
    JSON.parse(readFileSync(at(`node_modules/${tool}/package.json`), "utf8")).version;
  const missing = tools.filter(
    (tool) => !existsSync(at(`node_modules/${nameOf(tool)}/package.json`)),
  );
  if (missing.length)
    await call(
      "npm",
      ["install", "--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps", ...missing],
      { cwd: folder, timeout: 900_000 },
    );
  rmSync(at("node_modules/fieldpost"), { recursive: true, force: true });
  mkdirSync(at("node_modules/fieldpost"), { recursive: true });
  execFileSync("tar", [
    "-xzf",
    tarball,
    "--strip-components=1",
    "-C",
    at("node_modules/fieldpost"),
  ]);
  const source = (path, text) => {
    mkdirSync(join(at(path), ".."), { recursive: true });
    writeFileSync(at(path), text);
    return at(path);
  };
  return {
    folder,
    at,
    version,
    source,
    bin: (tool) => at(`node_modules/.bin/${tool}`),
    read: (path) => readFileSync(at(path), "utf8"),
    call: (program, args, options = {}) => call(program, args, { cwd: folder, ...options }),
    /** An example as its owner has it: a copy, beside the tools. */
    example(example, copy = "site") {
      const to = at(copy);
      rmSync(to, { recursive: true, force: true });
      cpSync(`${root}www/examples/${example}`, to, { recursive: true });
      if (!existsSync(join(to, "node_modules")))
        symlinkSync(at("node_modules"), join(to, "node_modules"));
      return to;
    },
  };
}

/** A tool without the version that is asked of it. */
export const nameOf = (tool) => tool.replace(/(.)@.*$/, "$1");

let browser;

/** Ends the browser. */
export const close = () => browser?.close();

/** Serves a folder, and sends a lead from the page in it; what the relay would get is what counts. */
export async function submits(
  site,
  { start = "/index.html", type = "text/html; charset=utf-8" } = {},
) {
  const types = {
    ".html": type,
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
      "content-type": types[extname(path)] ?? type,
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

/** What a server's bundle must say, once it has loaded the package, checked and built: one line. */
export const ANSWER = "12 Ann@example.org GET";

/** The module that says it, when it is asked. */
export const SERVER = `
  import { checkPhone, form, load, payload } from "fieldpost";
  export async function answer() {
    await load();
    const report = form({ fields: { email: { kind: "email", required: true } } }).check({ email: " Ann@Example.ORG" });
    return [checkPhone("(212) 456-7890 x12").ext, report.values.email, payload("pardot.prospect.read", { id: 12 }).method].join(" ");
  }
`;

/** The same as a program. */
export const PROGRAM = `${SERVER}\n  answer().then((said) => console.log(said));\n`;

/** Runs a bundle, a file or a folder's, far from the package, as it is deployed. */
export async function runs(bundle, start = "", type = "module", program = process.execPath) {
  const away = join(TOP, `away-${process.pid}`);
  rmSync(away, { recursive: true, force: true });
  const to = join(away, start ? "app" : bundle.split("/").at(-1));
  cpSync(bundle, to, { recursive: true });
  writeFileSync(join(away, "package.json"), JSON.stringify({ type }));
  try {
    return (await call(program, [join(to, start)], { cwd: away })).trim();
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
}

/** A page whose one script a bundler makes of `main.js`, as a module or as a classic script. */
export function page({ example }, script, kind = "module") {
  const site = example("html");
  writeFileSync(join(site, "main.js"), 'import "fieldpost/form/auto";\n');
  writeFileSync(join(site, "form.css"), "");
  const html = readFileSync(join(site, "index.html"), "utf8")
    .replace(
      'type="module" src="fieldpost.js"',
      `${kind === "module" ? 'type="module"' : "defer"} src="${script}"`,
    )
    .replace(/<link.*\n/, "");
  writeFileSync(
    join(site, "index.html"),
    kind === "module"
      ? html
      : html
          .replace(/<meta charset.*\n/i, "")
          // webpack and Rspack load what comes later by the address of a script, which this would have to allow.
          .replace("; require-trusted-types-for 'script'; trusted-types 'none'", ""),
  );
  return site;
}

/** A program that checks, builds a payload and sends it to a server of its own: what every runtime must do. */
const SENDING = `
  import { checkPhone, form, load, payload, request, send } from "fieldpost";
  await load();
  if (checkPhone("(212) 456-7890 x12").ext !== "12") throw new Error("checkPhone");
  const report = form({ fields: { email: { kind: "email", required: true } } }).check({ email: " Ann@Example.ORG" });
  if (report.values.email !== "Ann@example.org") throw new Error(JSON.stringify(report));
  const relay = { system: "relay", baseUrl: "http://127.0.0.1:PORT", allowHost: "127.0.0.1:PORT" };
  const response = await send(request("relay.lead.submit", { form: "contact", values: report.values }, relay));
  console.log(payload("relay.lead.submit", { form: "contact", values: report.values }).method, (await response.json()).state);
`;

/** Starts it as the part says, and looks at what has arrived. */
export async function program({ source }, start) {
  const leads = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    leads.push(body);
    response.writeHead(202, { "content-type": "application/json" });
    response.end('{"v":1,"id":"1","state":"queued","issues":[]}');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const file = source("program.mjs", SENDING.replaceAll("PORT", server.address().port));
    assert.equal((await start(file)).trim(), "POST queued");
    assert.match(leads[0], /email=Ann%40example\.org/);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** A port that nobody has. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** Starts a server, waits until it answers, looks at what it answers, and ends it. */
export async function serving(program, args, options, look) {
  const port = await freePort();
  let said = "";
  const server = spawn(program, args(port), {
    ...options,
    detached: true,
    env: {
      ...process.env,
      PORT: port,
      HOST: "127.0.0.1",
      NITRO_PORT: port,
      NEXT_TELEMETRY_DISABLED: "1",
      WRANGLER_SEND_METRICS: "false",
    },
  });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => (said += text));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await until(() => fetch(origin).catch(() => false), "the server", 60_000);
    await look(origin);
  } catch (error) {
    throw new Error(`${error.message}\n${said.slice(-1_500)}`);
  } finally {
    // Its own children, too.
    process.kill(-server.pid);
  }
}
