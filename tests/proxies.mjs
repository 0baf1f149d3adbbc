// The relay behind what people put before it: a real nginx that ends TLS, and Vite's development server, with a real
// Chromium as the visitor. `make proxies`; part of `make test-all`, because it installs both.
//   node tests/proxies.mjs [part of a name …]
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "./certificate.mjs";
import { launch } from "./browser.mjs";
import { freePort, root, stand, until } from "./stand.mjs";

const VITE = "8.3.8";
const NGINX = ["/usr/sbin/nginx", "/usr/bin/nginx"].find(existsSync) ?? installed();
const folder = mkdtempSync(join(tmpdir(), "fieldpost-proxies-"));
const tools = process.env.PACKAGING_FOLDER ?? join(tmpdir(), "fieldpost-packaging");

function installed() {
  const install = "apt-get install --yes --no-install-recommends nginx";
  if (process.getuid?.() !== 0) {
    console.error(`proxies: nginx is missing; run: sudo ${install}`);
    process.exit(1);
  }
  for (const command of ["apt-get update --quiet", install]) {
    const done = spawnSync("sh", ["-c", command], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (done.status !== 0) process.exit(1);
  }
  return "/usr/sbin/nginx";
}

const html = (action) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A form</title>
  <script type="module" src="/fieldpost.js"></script>
  <form data-fieldpost action="${action}" method="post"><label>E-mail <input name="email" type="text"></label><button>Send</button></form>`;
const script = readFileSync(`${root}pkg/dist/fieldpost.js`);

/** The page as any static host serves it. */
async function servePage(action) {
  const server = createServer(({ url }, response) => {
    const [type, text] =
      url === "/fieldpost.js"
        ? ["text/javascript", script]
        : [
            "text/html; charset=utf-8",
            url === "/thanks.html" ? "<!doctype html><title>Thanks</title>" : html(action),
          ];
    response.writeHead(200, { "content-type": type });
    response.end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

selfSigned("localhost", join(folder, "key.pem"), join(folder, "cert.pem"));

/** nginx with one or more servers; each is its port and its locations. */
async function nginx(servers) {
  const own = mkdtempSync(join(folder, "nginx-"));
  const text = `worker_processes 1; daemon off; pid ${own}/pid; error_log ${own}/error.log;
    events { worker_connections 64; }
    http { access_log off; ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${own}/${name};`).join(" ")}
      ${servers.map(([port, locations]) => `server { listen 127.0.0.1:${port} ssl; server_name localhost; ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem; ${locations} }`).join("\n")}
    }`;
  writeFileSync(join(own, "nginx.conf"), text);
  const process = spawn(
    NGINX,
    ["-p", own, "-c", join(own, "nginx.conf"), "-e", join(own, "error.log")],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  await until(() => existsSync(join(own, "pid")), "nginx", 60_000);
  return () => process.kill();
}

/** Vite's development server, as a project has it. */
async function vite(port, target) {
  const own = mkdtempSync(join(folder, "vite-"));
  if (!existsSync(join(tools, "node_modules/vite/package.json"))) {
    mkdirSync(tools, { recursive: true });
    if (!existsSync(join(tools, "package.json")))
      writeFileSync(join(tools, "package.json"), '{"private":true,"type":"module"}\n');
    execFileSync(
      "npm",
      ["install", "--no-audit", "--no-fund", "--loglevel=error", `vite@${VITE}`],
      { cwd: tools, stdio: "inherit" },
    );
  }
  mkdirSync(join(own, "public"));
  writeFileSync(join(own, "index.html"), html("/leads/contact"));
  writeFileSync(join(own, "public/thanks.html"), "<!doctype html><title>Thanks</title>");
  writeFileSync(join(own, "public/fieldpost.js"), script);
  writeFileSync(
    join(own, "vite.config.mjs"),
    `export default { server: { host: "localhost", port: ${port}, strictPort: true, proxy: { "/leads": ${JSON.stringify(target)} } }, logLevel: "error" };`,
  );
  const process = spawn(
    join(tools, "node_modules/.bin/vite"),
    ["--config", join(own, "vite.config.mjs"), own],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  await until(
    () =>
      fetch(`http://localhost:${port}/thanks.html`).then(
        ({ ok }) => ok,
        () => false,
      ),
    "Vite",
    60_000,
  );
  return () => process.kill();
}

/** The lines for nginx that the page about deploying shows, for this relay. */
const shown = (relay) => {
  const page = readFileSync(`${root}docs/deploy.md`, "utf8");
  const [, lines] = /^```nginx\n([\s\S]*?)^```$/m.exec(page) ?? [];
  assert.ok(lines?.includes("http://127.0.0.1:8787"), "docs/deploy.md shows nginx's lines");
  return lines.replace("http://127.0.0.1:8787", relay);
};

const HOST = "proxy_set_header Host $host;";
const HTTP_HOST = "proxy_set_header Host $http_host;";
const NO_REFERRER = "add_header Referrer-Policy no-referrer;";
const onOrigin = (path, prefix, headers = "", page = "") => ({
  action: path,
  serve: (ports, page_, relay) => [
    [
      ports[0],
      `location / { proxy_pass ${page_}; ${page} } location ${path.replace(/leads\/contact$/, prefix)} { proxy_pass ${relay}${prefix === "" ? "/" : ""}; ${headers} }`,
    ],
  ],
});
const onHost = (headers) => ({
  serve: (ports, page, relay) => [
    [ports[0], `location / { proxy_pass ${page}; }`],
    [ports[1], `location / { proxy_pass ${relay}; ${headers} }`],
  ],
});

/** What stands before the relay. */
const WAYS = {
  "nginx on the page's origin": onOrigin("/leads/contact", "leads/"),
  "nginx on the page's origin, with $host": onOrigin("/leads/contact", "leads/", HOST),
  "nginx on the page's origin, with $http_host": onOrigin("/leads/contact", "leads/", HTTP_HOST),
  "nginx on the page's origin, below a path of its own": onOrigin("/relay/leads/contact", ""),
  "nginx on the page's origin, and a page without referrers": onOrigin(
    "/leads/contact",
    "leads/",
    "",
    NO_REFERRER,
  ),
  "nginx as docs/deploy.md has it": {
    action: "/leads/contact",
    serve: (ports, page, relay) => [
      [ports[0], `location / { proxy_pass ${page}; } ${shown(relay)}`],
    ],
  },
  "nginx for a host of the relay's own": onHost(""),
  "nginx for a host of the relay's own, with $host": onHost(HOST),
  "nginx for a host of the relay's own, with $http_host": onHost(HTTP_HOST),
  "Vite's proxy": { vite: (relay) => relay },
  "Vite's proxy, with changeOrigin": { vite: (relay) => ({ target: relay, changeOrigin: true }) },
  "Vite's proxy, without changeOrigin": {
    vite: (relay) => ({ target: relay, changeOrigin: false }),
  },
};

/** A visitor with JavaScript, and one without who has to correct something on the relay's own page. */
async function visited(browser, origin, at) {
  const context = (options) => browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const seen = [];
  const open = async (options) => {
    const page = await (await context(options)).newPage();
    page.setDefaultTimeout(60_000);
    page.on(
      "response",
      (response) =>
        response.request().method() === "POST" &&
        seen.push(`${response.status()} ${response.url()}`),
    );
    await page.goto(`${origin}/`);
    return page;
  };
  const scripted = await open();
  await scripted.waitForSelector("form[data-fieldpost-state=idle]");
  await scripted.fill("[name=email]", "scripted@example.org");
  await scripted.click("button");
  await scripted.waitForSelector("form[data-fieldpost-state=done]").catch((error) => {
    throw new Error(`${error.message}: ${seen.join(", ")}`);
  });
  const native = await open({ javaScriptEnabled: false });
  await native.fill("[name=email]", "native@@example.org");
  await native.click("button");
  await native.waitForSelector("form [aria-invalid=true]");
  await native.fill("[name=email]", "native@example.org");
  await native.click("form button");
  await native.waitForURL(`${origin}/thanks.html`).catch((error) => {
    throw new Error(`${error.message}: ${seen.join(", ")}`);
  });
  await Promise.all([scripted, native].map((page) => page.context().close()));
  await until(
    async () => (await at.leads()).length === 2,
    "both leads: neither waits for a person",
  );
}

const asked = process.argv.slice(2);
const browser = await launch();
let failed = 0;
try {
  for (const [name, way] of Object.entries(WAYS).filter(
    ([name]) => asked.length === 0 || asked.some((part) => name.includes(part)),
  )) {
    const ports = [await freePort(), await freePort()];
    const origin = `${way.vite ? "http" : "https"}://localhost:${ports[0]}`;
    const at = await stand({
      worker: `${root}tests/rows.worker.mjs`,
      bindings: {
        SECRETS: "the only secret of a test of what stands before a relay",
        PAGE_ORIGIN: origin,
      },
    });
    const page = await servePage(way.action ?? `https://localhost:${ports[1]}/leads/contact`);
    let stop;
    try {
      stop = await (way.vite
        ? vite(ports[0], way.vite(at.direct))
        : nginx(way.serve(ports, page.url, at.direct)));
      await visited(browser, origin, at);
      console.log(`ok   ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL ${name}: ${error.message}`);
    } finally {
      stop?.();
      page.stop();
      await at.stop();
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
assert.equal(failed, 0);
