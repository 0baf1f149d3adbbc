// A page whose bundler has parted it: what comes later is there before a form is ready, so that neither a lost connection nor
// a deploy of other file names costs a lead; where it cannot be fetched, the form is the browser's.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { launch, scriptsOfForm } from "./browser.mjs";

const PAGE = "https://page.example/";
const RELAY = "https://relay.example/leads/form";
const cors = { "access-control-allow-origin": "*" };

let browser;
let files;
let sealKey;
before(async () => {
  const pair = await webcrypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, [
    "deriveBits",
  ]);
  sealKey = await webcrypto.subtle.exportKey("jwk", pair.publicKey);
  files = await scriptsOfForm();
  browser = await launch();
});
after(() => browser?.close());

/** Opens the page; `lost` says which files are not there, `down` whether the relay takes a lead. */
async function open(t, { fields, lost = () => false, down = false }) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const world = { page, lost, down, posts: [], refused: [] };
  await context.route(/example\//, async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (request.url() === RELAY && request.method() === "POST") {
      if (world.down) return route.abort("connectionreset");
      world.posts.push({ body: request.postData(), native: request.isNavigationRequest() });
      return route.fulfill({
        headers: cors,
        json: { v: 1, id: "1", state: "queued", issues: [] },
      });
    }
    if (request.url() === RELAY)
      return route.fulfill({
        headers: cors,
        json: { v: 1, spec: { fields }, token: "t", expires: Date.now() + 3_600_000, sealKey },
      });
    const name = basename(pathname);
    if (!files.has(name))
      return route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><meta charset="utf-8"><form action="${RELAY}" method="post">
          <input name="email"><input name="born"><button>Send</button></form>
          <script type="module" src="/main.js"></script>`,
      });
    if (world.lost(name)) {
      world.refused.push(name);
      return route.fulfill({ status: 404, body: "gone" });
    }
    return route.fulfill({ contentType: "text/javascript", body: files.get(name) });
  });
  await page.goto(PAGE);
  return world;
}

const EMAIL = { email: { kind: "email", required: true } };
const BORN = { ...EMAIL, born: { kind: "date" } };
const state = (page) => page.evaluate(() => document.querySelector("form").dataset.fieldpostState);
const ready = (page) => page.waitForSelector("form[data-fieldpost-state=idle]");

async function send(page) {
  await page.fill("[name=email]", "ann@example.com");
  await page.fill("[name=born]", "2001-02-28");
  await page.click("button");
}

test("what comes later has files of its own", () => {
  const names = [...files.keys()].join(" ");
  assert.match(names, /late-/);
  assert.match(names, /second-/);
});

test("a deploy with other names, and then no connection: the lead is saved", async (t) => {
  const world = await open(t, { fields: BORN });
  await ready(world.page);
  world.lost = () => true;
  world.down = true;
  await send(world.page);
  await world.page.waitForSelector("form[data-fieldpost-state=saved]");
  assert.deepEqual(world.refused, [], "nothing was fetched when it was needed");
  world.down = false;
  await world.page.evaluate(() => dispatchEvent(new Event("online")));
  await world.page.waitForSelector("form[data-fieldpost-state=done]");
  assert.equal(world.posts.length, 1);
});

for (const [what, part, fields] of [
  ["outbox", /^second-/, EMAIL],
  ["rules of its kinds", /^late-/, BORN],
])
  test(`a form whose ${what} cannot be fetched is the browser's`, async (t) => {
    const world = await open(t, { fields, lost: (name) => part.test(name) });
    await world.page.focus("[name=email]");
    await world.page.waitForTimeout(300);
    assert.ok(world.refused.length > 0);
    assert.equal(await state(world.page), undefined);
    await send(world.page);
    await world.page.waitForURL(RELAY);
    assert.deepEqual(world.posts, [
      { body: "email=ann%40example.com&born=2001-02-28", native: true },
    ]);
  });

test("a form that needs none of the later rules does without them", async (t) => {
  const world = await open(t, {
    fields: { ...EMAIL, born: { kind: "text" } },
    lost: (name) => /^late-/.test(name),
  });
  await ready(world.page);
  await send(world.page);
  await world.page.waitForSelector("form[data-fieldpost-state=done]");
  assert.equal(world.posts.length, 1);
  assert.equal(world.posts[0].native, false);
});
