// The site of the documentation in a real Chromium: every page, narrow and wide, light and dark; what axe finds; where links
// lead; and the playground. `make site` has built it. Part of `make test-all`.
//   node tests/site.mjs [part of an address …]      SHOTS=folder keeps a picture of each page
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { createRequire } from "node:module";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";
import { address, PAGES } from "../site/pages.mjs";

const dist = `${root}site/.vitepress/dist`;
if (!existsSync(`${dist}/index.html`)) {
  console.error("site: there is none yet; run: make site");
  process.exit(1);
}
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** As any static host serves it: `/codes` is `codes.html`. */
const server = createServer(async ({ url }, response) => {
  const path = decodeURIComponent(new URL(url, "http://site").pathname);
  const name = path.endsWith("/") ? `${path}index.html` : extname(path) ? path : `${path}.html`;
  const text = await readFile(join(dist, name)).catch(() => undefined);
  response.writeHead(text ? 200 : 404, {
    "content-type": TYPES[extname(name)] ?? "application/octet-stream",
  });
  response.end(text);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const asked = process.argv.slice(2);
const addresses = ["", ...PAGES.map(({ source }) => address(source))].filter(
  (one) => asked.length === 0 || asked.some((part) => one.includes(part)),
);
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
];
/** What is found is told at once: the whole of the site takes minutes. */
const wrong = { length: 0, push: (line) => console.error(`${++wrong.length}. ${line}`) };
const links = new Map();
const anchors = new Map();

const browser = await launch();
try {
  for (const one of addresses)
    for (const colorScheme of /** @type {const} */ (["light", "dark"]))
      await read(one, colorScheme);
  for (const [link, from] of links) {
    const { pathname, hash } = new URL(link);
    const path = pathname.replace(/^\//, "");
    if (asked.length > 0 && !anchors.has(path)) continue;
    if (!anchors.has(path)) wrong.push(`/${from}: ${link}: there is no such page`);
    else if (hash && !anchors.get(path).has(decodeURIComponent(hash.slice(1))))
      wrong.push(`/${from}: ${link}: there is no such heading`);
  }
  if (addresses.includes("playground"))
    await play().catch((error) => wrong.push(`/playground: ${error.stack}`));
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}
console.log(`site: ${addresses.length} pages, ${links.size} links, ${wrong.length} wrong`);
process.exitCode = wrong.length > 0 ? 1 : 0;

async function read(one, colorScheme) {
  // A colour that is on its way to another one is nobody's to read.
  const context = await browser.newContext({
    colorScheme,
    viewport: SIZES[1],
    bypassCSP: true,
    reducedMotion: "reduce",
  });
  try {
    const page = await context.newPage();
    const said = (text) => wrong.push(`/${one} ${colorScheme}: ${text}`);
    page.on("pageerror", (error) => said(String(error)));
    page.on("console", (message) => message.type() === "error" && said(message.text()));
    const response = await page.goto(`${origin}/${one}`);
    if (!response?.ok()) return said(`answered ${response?.status()}`);
    if (one === "playground") await page.waitForSelector("[data-ready]");
    const seen = await page.evaluate(() => ({
      links: [...document.querySelectorAll("a[href]")].map((link) => link.href),
      ids: [...document.querySelectorAll("[id]")].map(({ id }) => id),
    }));
    anchors.set(one, new Set(seen.ids));
    for (const link of seen.links) if (link.startsWith(origin)) links.set(link, one);
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      const size = `${viewport.width} px`;
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      if (wide > 0) said(`${size}: ${wide} px wider than the window`);
      await page.addScriptTag({ path: axe });
      const found = await page.evaluate(() =>
        globalThis.axe.run(document, { resultTypes: ["violations"] }),
      );
      for (const { id, nodes } of found.violations)
        said(`${size}: ${id}: ${nodes.length} times, ${nodes[0].html.slice(0, 160)}`);
      if (process.env.SHOTS) {
        await mkdir(process.env.SHOTS, { recursive: true });
        await page.screenshot({
          path: join(
            process.env.SHOTS,
            `${one.replaceAll("/", "-") || "home"}-${viewport.width}-${colorScheme}.png`,
          ),
        });
      }
    }
  } finally {
    await context.close();
  }
}

/** What a reader does with the playground. */
async function play() {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => wrong.push(`/playground: ${error}`));
  await page.goto(`${origin}/playground`);
  await page.waitForSelector("[data-ready]");
  const shown = (name) =>
    page
      .locator(`[data-${name}]`)
      .innerText()
      .then((text) => JSON.parse(text));
  const first = await shown("report");
  assert.equal(first.ok, true);
  assert.equal(first.values.phone, "+12124567890 ext. 12");
  await page.getByRole("button", { name: "ann@gmail.com" }).click();
  assert.equal((await shown("report")).values.email, "ann@gmail.com");
  assert.match((await shown("request")).body, /"email":"ann@gmail.com"/);
  await page.fill("[name=email]", "ann@");
  assert.equal((await shown("report")).ok, false);
  await page.fill("textarea[name=spec]", "{");
  assert.equal((await shown("report")).code, "SyntaxError");
  await page.getByRole("button", { name: "200, and skipped" }).click();
  await page.waitForFunction(() =>
    document.querySelector("[data-outcome]")?.textContent?.includes("refused"),
  );
  assert.equal((await shown("outcome")).kind, "refused");
  const names = await page.locator("[name=operation] option").allInnerTexts();
  assert.ok(names.length > 50, `${names.length} operations`);
  await page.selectOption("[name=operation]", "marketo.lead.get");
  const lacking = await shown("request");
  assert.deepEqual([lacking.code, lacking.issues[0].code], ["params.invalid", "value.required"]);
  await page.close();
}
