// One tag and no build, under the strictest policy: the file as it is published, with its checksum, from any host.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { root, until } from "./stand.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

const file = (path) => readFile(`${root}pkg/dist/${path}`);

/** A page, and a relay of another origin; both only say what is needed. */
async function serve(t, { policy, integrity, script, thanks = false, ...options }) {
  const seen = { leads: [], accepts: [], methods: [] };
  const listen = async (answer) => {
    const server = createServer((request, response) => void answer(request, response));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${server.address().port}`;
  };
  const relay = await listen(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.methods.push(request.method);
    if (request.method === "POST") {
      seen.leads.push(new URLSearchParams(Buffer.concat(chunks).toString()));
      seen.accepts.push(request.headers.accept);
    }
    const native = request.headers.accept?.includes("text/html");
    if (native && thanks && request.method === "POST") {
      response.writeHead(303, { location: `${page}/thanks` });
      response.end();
      return;
    }
    response.writeHead(200, {
      "content-type": native ? "text/html" : "application/json",
      "access-control-allow-origin": "*",
    });
    if (native) response.end("<!doctype html><title>Thanks</title><h1>Thanks</h1>");
    else if (request.method === "POST")
      response.end('{"v":1,"id":"1","state":"queued","issues":[]}');
    else
      response.end(
        JSON.stringify({
          v: 1,
          spec: { fields: { email: { kind: "email", required: true } } },
          token: "t",
          expires: Date.now() + 3_600_000,
          sealKey: null,
        }),
      );
  });
  const page = await listen(async (request, response) => {
    if (request.url === "/fieldpost.js") {
      response.writeHead(200, {
        "content-type": "text/javascript",
        "access-control-allow-origin": "*",
      });
      response.end(script);
      return;
    }
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.replaceAll("<relay>", relay),
    });
    if (request.url === "/thanks") {
      response.end("<!doctype html><title>Thanks</title><h1>Thanks</h1>");
      return;
    }
    response.end(`<!doctype html><html lang="en"><title>One tag</title>
      <script type="module" src="/fieldpost.js" ${integrity ? `integrity="${integrity}" crossorigin` : ""}></script>
      <form data-fieldpost action="${relay}/leads/contact" method="post"><label>E-mail <input name="email" type="email" required></label><button>Send</button></form>`);
  });
  const context = await browser.newContext(options);
  t.after(() => context.close());
  context.setDefaultTimeout(60_000);
  const tab = await context.newPage();
  const complaints = [];
  await tab.addInitScript(() =>
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      console.error(`policy: ${effectiveDirective} ${blockedURI}`),
    ),
  );
  tab.on(
    "console",
    (message) =>
      message.type() === "error" &&
      !/favicon/.test(message.text() + message.location().url) &&
      complaints.push(message.text()),
  );
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.goto(page);
  return { tab, complaints, seen };
}

// The very policy that the docs give.
const [, policy] = /The policy it needs:\s+`([^`]+)`/.exec(
  await readFile(`${root}docs/form.md`, "utf8"),
);
const STRICT = `default-src 'none'; ${policy.replace(/\s+/g, " ")}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'`;
const script = await file("fieldpost.js");
const { "fieldpost.js": integrity } = JSON.parse(await file("integrity.json"));

test("under a strict policy with Trusted Types, with its checksum: enhanced, and not one violation", async (t) => {
  const { tab, complaints, seen } = await serve(t, { policy: STRICT, integrity, script });
  await tab.waitForSelector("form[data-fieldpost-state=idle]");
  await tab.fill("[name=email]", "ann@gmial.com");
  await tab.click("button");
  await until(
    async () => (await tab.locator("form").getAttribute("data-fieldpost-state")) === "done",
    "the lead",
  );
  assert.deepEqual(complaints, []);
  assert.deepEqual(
    [seen.leads.length, seen.leads[0].get("email"), seen.leads[0].get("_fp_token")],
    [1, "ann@gmial.com", "t"],
  );
  assert.ok(!seen.methods.includes("OPTIONS"), "no preflight");
});

test("where the policy forbids WebAssembly the browser submits", async (t) => {
  const { tab, seen, complaints } = await serve(t, {
    policy: STRICT.replace(" 'wasm-unsafe-eval'", ""),
    integrity,
    script,
  });
  await until(() => complaints.some((one) => one.includes("wasm")), "the browser's complaint");
  await tab.fill("[name=email]", "ann@example.org");
  await tab.click("button");
  await tab.waitForSelector("h1");
  assert.equal(seen.leads[0].get("email"), "ann@example.org");
  assert.match(seen.accepts[0], /text\/html/);
});

test("a file that is not the published one does not run, and the form still submits", async (t) => {
  const { tab, seen } = await serve(t, { policy: STRICT, integrity, script: `${script}\n;` });
  await tab.waitForTimeout(500);
  assert.equal(await tab.locator("form[data-fieldpost-state]").count(), 0);
  await tab.fill("[name=email]", "ann@example.org");
  await tab.click("button");
  await tab.waitForSelector("h1");
  assert.equal(seen.leads[0].get("email"), "ann@example.org");
});

for (const [how, options, wasm] of [
  ["without JavaScript", { javaScriptEnabled: false }, true],
  ["where WebAssembly is forbidden", {}, false],
]) {
  test(`under that policy a submit of the browser's own gets to the thanks: ${how}`, async (t) => {
    const { tab, seen } = await serve(t, {
      policy: wasm ? STRICT : STRICT.replace(" 'wasm-unsafe-eval'", ""),
      integrity,
      script,
      thanks: true,
      ...options,
    });
    await tab.fill("[name=email]", "ann@example.org");
    await tab.click("button");
    await tab.waitForURL(/\/thanks$/);
    assert.equal(await tab.locator("h1").innerText(), "Thanks");
    assert.equal(seen.leads[0].get("email"), "ann@example.org");
  });
}
