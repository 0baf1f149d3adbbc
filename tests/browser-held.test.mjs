// How long a page's main thread is held by us, while a form becomes usable, is filled, refused and sent: at full speed, and with
// a processor of a quarter of it. Counted is the time that the thread itself has worked, so that what else this machine does
// counts for nothing; all the same a time fails only under FIELDPOST_TIMES=assert (`make test-all`).
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { launch, scriptsOfForm } from "./browser.mjs";
import { until } from "./stand.mjs";

const FIELDS = {
  firstName: { kind: "name", required: true, max: 80 },
  lastName: { kind: "name", required: true, max: 80 },
  email: { kind: "email", required: true },
  phone: { kind: "phone" },
  company: { kind: "text", max: 120 },
  born: { kind: "date" },
  labels: { kind: "labels", max: 10 },
  notes: { kind: "text", max: 2000 },
};
/** What is typed, field by field, in their order; the first e-mail is refused. */
const TYPED = [
  "Ann",
  "Lee",
  "ann@",
  "(212) 555-7890",
  "Acme",
  "2001-02-28",
  "solar, roof",
  "Call me",
];
const MENDED = "Ann@Example.org";

const PAGE = `<!doctype html><meta charset="utf-8"><title>A form</title>
<form action="/leads/contact" method="post">${Object.keys(FIELDS)
  .map((name) => `<label>${name} <input name="${name}"></label>`)
  .join("")}<button>Send</button></form><script type="module" src="/main.js"></script>`;

/** Events of the trace in which a script runs; the first ones name it. */
const NAMED = [
  "EvaluateScript",
  "FunctionCall",
  "v8.compile",
  "v8.compileModule",
  "v8.evaluateModule",
];
const UNNAMED = ["RunMicrotasks", "TimerFire", "FireIdleCallback"];

/** A page and its relay. */
async function served(t) {
  const files = await scriptsOfForm({ minify: true });
  const world = { url: "", posts: 0 };
  const server = createServer((request, response) => {
    const script = files.get(request.url.slice(1));
    const isRelay = request.url === "/leads/contact";
    const json = (value) => JSON.stringify({ v: 1, ...value });
    if (request.method === "POST") world.posts++;
    const body = isRelay
      ? request.method === "POST"
        ? json({ id: "1", state: "queued", issues: [] })
        : json({ spec: { fields: FIELDS }, token: "t", expires: Date.now() + 3_600_000 })
      : (script ?? PAGE);
    response.setHeader(
      "content-type",
      isRelay ? "application/json" : script ? "text/javascript" : "text/html",
    );
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  world.url = `http://127.0.0.1:${server.address().port}/`;
  return world;
}

/** The tasks of the page's main thread in which our scripts ran: milliseconds of the thread, and what ran longest in each. */
function tasks(events, url) {
  const isNamed = ({ name, args }) =>
    NAMED.includes(name) && (args.data?.url ?? args.fileName ?? "").startsWith(url);
  const isOurs = (event) => UNNAMED.includes(event.name) || isNamed(event);
  const whole = events.filter(({ ph, tdur }) => ph === "X" && tdur !== undefined);
  const ours = whole.filter(isOurs).sort((one, other) => one.ts - other.ts || other.dur - one.dur);
  const within = (outer, { pid, tid, ts }) =>
    outer.pid === pid && outer.tid === tid && outer.ts <= ts && ts < outer.ts + outer.dur;
  // What is inside of another one is counted with it.
  const outermost = [];
  for (const event of ours)
    if (!outermost.some((outer) => within(outer, event))) outermost.push(event);
  const found = [];
  for (const task of whole.filter(({ name }) => name === "ThreadControllerImpl::RunTask")) {
    const inside = outermost.filter((event) => within(task, event));
    // Other pages of the browser have threads, too.
    if (!ours.some((event) => isNamed(event) && within(task, event))) continue;
    const longest = inside.toSorted((one, other) => other.tdur - one.tdur)[0];
    found.push({
      held: inside.reduce((sum, { tdur }) => sum + tdur, 0) / 1000,
      what: `${longest.name} ${longest.args.data?.functionName ?? ""}`.trim(),
    });
  }
  return found.sort((one, other) => other.held - one.held);
}

for (const [rate, most] of [
  [1, 5],
  [4, 20],
])
  test(`the main thread is held for ${most} ms at most by a processor ${rate} times as slow`, async (t) => {
    const world = await served(t);
    const browser = await launch();
    t.after(() => browser.close());
    const page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    const events = [];
    session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
    const ended = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Emulation.setCPUThrottlingRate", { rate });
    await session.send("Tracing.start", {
      transferMode: "ReportEvents",
      traceConfig: { includedCategories: ["devtools.timeline", "toplevel", "v8"] },
    });

    // The state is asked for by the debugger: a test's own script would count as one that runs in the page.
    const asked = async (expression) =>
      (await session.send("Runtime.evaluate", { expression })).result.value;
    const state = () => asked("document.querySelector('form')?.dataset.fieldpostState");
    const press = async (key, code, text) => {
      for (const type of ["keyDown", "keyUp"])
        await session.send("Input.dispatchKeyEvent", {
          type,
          key,
          code: key,
          windowsVirtualKeyCode: code,
          ...(type === "keyDown" && text && { text }),
        });
    };
    const tab = () => press("Tab", 9);
    const enter = () => press("Enter", 13, "\r");
    const type = (text) => session.send("Input.insertText", { text });

    await page.goto(world.url);
    await until(async () => (await state()) === "idle", "a form that is ready");
    for (const text of TYPED) {
      await tab();
      for (const letter of text) await type(letter);
    }
    await enter();
    await until(async () => (await asked("document.activeElement.name")) === "email", "a refusal");
    assert.equal(world.posts, 0, "a refused form stays");
    await asked("document.activeElement.select()");
    await type(MENDED);
    await enter();
    await until(async () => (await state()) === "done", "a lead that is sent");
    assert.equal(world.posts, 1);
    await page.waitForTimeout(500);
    await session.send("Tracing.end");
    await ended;

    const found = tasks(events, world.url);
    t.diagnostic(
      found
        .slice(0, 6)
        .map(({ held, what }) => `${held.toFixed(1)} ms ${what}`)
        .join(", "),
    );
    assert.ok(found.length > TYPED.length, "each field that was left is a task of ours");
    if (process.env.FIELDPOST_TIMES === "assert")
      assert.ok(found[0].held <= most, `held for ${found[0].held.toFixed(1)} ms`);
  });
