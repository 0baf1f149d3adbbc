// Times the start beside that of another commit, in turns: import and first lead in a fresh Node process, of the build for pages
// and of the one that Node takes by itself, and `load()` in Chromium, each time in a fresh page.
//   node benches/before.mjs OTHER [ROUNDS]      OTHER: the folder `pkg` of the other commit, built there
// FIELDPOST_TIMES=assert fails above the bars, which are beside bc66509.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../tests/browser.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const [other, rounds = "25"] = process.argv.slice(2);
if (!other) throw new Error("usage: node benches/before.mjs OTHER [ROUNDS]");
const PACKAGES = [at("../pkg"), resolve(other)];
const entry = (folder, name = "page") => `${folder}/dist/entry/${name}.js`;

/** Milliseconds of an entry in a process of its own. */
const node = (name) => (folder) => {
  const env = { ...process.env, FIELDPOST_ENTRY: pathToFileURL(entry(folder, name)).href };
  // The other commit may know no other way than two calls.
  const task = folder === PACKAGES[0] ? "relayLead" : "relayLeadInTwo";
  const args = [at("start.mjs"), at("contenders/fieldpost.mjs"), task];
  return Number(execFileSync(process.execPath, args, { env }));
};

/** A page as a production build makes it, which says in its title how long it took. */
async function served(folder) {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { checkEmail, load } from ${JSON.stringify(entry(folder))};
        const start = performance.now();
        await load();
        const end = performance.now();
        document.title = checkEmail("Ann@Example.org").ok ? end - start : "wrong";
      `,
      resolveDir: folder,
    },
    bundle: true,
    splitting: true,
    outdir: "/",
    minify: true,
    format: "esm",
    charset: "utf8",
    write: false,
    logLevel: "error",
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const server = createServer((request, response) => {
    const script = files.get(request.url);
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(
      script ??
        '<!doctype html><meta charset="utf-8"><title></title><script type="module" src="/stdin.js"></script>',
    );
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

const browser = await launch();
const servers = await Promise.all(PACKAGES.map(served));

async function chromium(folder) {
  const server = servers[PACKAGES.indexOf(folder)];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => document.title);
  const took = Number(await page.title());
  await context.close();
  if (!(took > 0)) throw new Error(`${folder} does not check in Chromium`);
  return took;
}

const median = (times) => times.toSorted((one, next) => one - next)[times.length >> 1];
for (const [what, bar, time] of [
  ["import and first lead in a fresh process", 0.5, node("page")],
  ["the same of Node's own build", 0.5, node("node")],
  ["load() in Chromium", 0.4, chromium],
]) {
  const times = PACKAGES.map(() => []);
  for (let round = 0; round <= Number(rounds); round++)
    for (const [index, folder] of PACKAGES.entries()) {
      const took = await time(folder);
      // The first round fills caches.
      if (round > 0) times[index].push(took);
    }
  const [ours, theirs] = times.map(median);
  const ratio = ours / theirs;
  console.log(
    `${what}: ${ours.toFixed(2)} ms beside ${theirs.toFixed(2)}, ${ratio.toFixed(2)} × (bar ${bar}); fastest ${Math.min(...times[0]).toFixed(2)} beside ${Math.min(...times[1]).toFixed(2)}`,
  );
  if (process.env.FIELDPOST_TIMES === "assert" && ratio > bar) process.exitCode = 1;
}
await browser.close();
for (const server of servers) server.close();
