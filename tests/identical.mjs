// One verdict in every place, on forms that nobody wrote: generated ones, checked natively, in Node (both builds), on workerd
// and in Chromium; with `--engines` in Firefox and WebKitGTK, too. `--count` forms (2,000 where nothing is said), `--seed`. Hosts are compared by a digest a batch; of the
// first batch that differs, the first line that does is shown.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../www/demo/relay.mjs";
import { engines } from "./engine-client.mjs";
import { generated } from "./identical/forms.mjs";
import { native } from "./identical/native.mjs";
import { digest, reports } from "./identical/reports.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: "500" },
    engines: { type: "boolean", default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), "fieldpost-identical-"));
const closers = [() => rm(folder, { recursive: true, force: true })];

/** A host takes a batch and gives its digest, or with `whole` its lines. */
const HOSTS = {
  async "native code"(specs) {
    // For a few forms the build that `make test` has made anyway.
    const child = native(root, Number(options.count) > 10_000 ? "release" : "dev");
    closers.push(() => child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const say = async (value) =>
      child.stdin.write(`${wellFormed(value)}\n`) || (await once(child.stdin, "drain"));
    await say(specs);
    let said = [];
    return async (forms, whole) => {
      if (whole) return said;
      const written = (async () => {
        for (const form of forms) await say(form);
      })();
      said = [];
      while (said.length < forms.length) {
        const { value, done } = await lines.next();
        if (done) throw new Error("native code ended early");
        said.push(value);
      }
      await written;
      return digest(said);
    };
  },
  "Node, the build for pages": (specs) => inNode(specs, `${root}pkg/dist/entry/page.js`),
  "Node, the build for Workers and Node": (specs) => inNode(specs, "fieldpost"),
  async workerd(specs) {
    const modules = await bundleWorker(
      `${root}tests/fixtures/identical-worker.mjs`,
      `${folder}/worker`,
    );
    const miniflare = new Miniflare({
      cf: false,
      modulesRoot: `${folder}/worker`,
      modules,
      compatibilityDate: "2026-04-01",
    });
    closers.push(() => miniflare.dispose());
    return async (forms, whole) => {
      const response = await miniflare.dispatchFetch("http://worker/", {
        method: "POST",
        body: JSON.stringify({ specs, forms, whole }),
      });
      if (response.status !== 200) throw new Error(`workerd: ${await response.text()}`);
      return response.json();
    };
  },
  Chromium: (specs) => inBrowser(specs, "chromium"),
  ...(options.engines && {
    Firefox: (specs) => inBrowser(specs, "firefox"),
    WebKit: (specs) => inBrowser(specs, "webkit"),
  }),
};

/** A page that asks for batches, and says what it makes of them. */
async function inBrowser(specs, name) {
  const { outputFiles } = await build({
    entryPoints: [`${root}tests/fixtures/identical-page.mjs`],
    bundle: true,
    format: "esm",
    write: false,
  });
  /** Who asks for work, and who waits for an answer. */
  let [give, take] = [() => {}, () => {}];
  let ready = new Promise((resolve) => (give = resolve));
  const server = createServer(async (request, response) => {
    if (request.url === "/work") return give(response);
    if (request.url === "/said") {
      let text = "";
      for await (const part of request.setEncoding("utf8")) text += part;
      response.end();
      return take(JSON.parse(text));
    }
    const script = request.url === "/page.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(
      script
        ? outputFiles[0].contents
        : '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const browser = await engines[name]();
  closers.push(() => browser.close());
  await browser.goto(`http://127.0.0.1:${server.address().port}/`);
  return async (forms, whole) => {
    const response = await ready;
    ready = new Promise((resolve) => (give = resolve));
    const answer = new Promise((resolve) => (take = resolve));
    response.end(JSON.stringify({ specs, forms, whole }));
    return answer;
  };
}

async function inNode(specs, path) {
  const api = await import(path);
  await api.load({ advice: true });
  return async (forms, whole) => {
    const lines = reports(api, specs, forms);
    return whole ? lines : digest(lines);
  };
}

/** JSON for a reader of Unicode text: a lone surrogate is what every encoder at a border makes of it. */
const wellFormed = (value) =>
  JSON.stringify(value, (_, part) => (typeof part === "string" ? part.toWellFormed() : part));

/** Says where two hosts differ. */
async function show(forms, [name, host], [otherName, other]) {
  const [one, two] = [await host(forms, true), await other(forms, true)];
  const at = one.findIndex((line, index) => line !== two[index]);
  if (at < 0)
    return console.error(`identical: ${name} and ${otherName} differ, and then they do not`);
  console.error(
    `identical: of ${JSON.stringify(forms[at])}\n${name} says\n  ${one[at]}\nand ${otherName}\n  ${two[at]}`,
  );
}

let failed = false;
try {
  const { specs, forms } = generated(Number(options.seed));
  const hosts = [];
  for (const [name, open] of Object.entries(HOSTS)) hosts.push([name, await open(specs)]);
  const start = Date.now();
  let checked = 0;
  while (checked < Number(options.count) && !failed) {
    const batch = Array.from(
      { length: Math.min(Number(options.batch), Number(options.count) - checked) },
      () => forms.next().value,
    );
    const digests = await Promise.all(hosts.map(([, host]) => host(batch)));
    for (const [index, one] of digests.entries()) {
      if (one === digests[1]) continue;
      failed = true;
      await show(batch, hosts[1], hosts[index]);
    }
    checked += batch.length;
  }
  console.log(
    `${checked} forms of seed ${options.seed} in ${hosts.length} places, ${((Date.now() - start) / 1000).toFixed(1)} s`,
  );
} finally {
  for (const close of closers.reverse()) await close();
}
process.exit(failed ? 1 : 0);
