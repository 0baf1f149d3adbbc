// An outbox that is full by its bytes. Everything in it is listed, exported and replayed while leads are accepted and
// delivered, and the isolate's heap stays small: what an operator asks for comes by pages.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { heap } from "../heap.mjs";
import { ask, body, root, stand, until } from "../stand.mjs";

const AUTH = {
  authorization: "Bearer demo-operator",
  "fieldpost-value-key": "demo-operator-values",
};
const MIB = 1 << 20;
const WRITE = "marketo.lead.submitForm";

/** Reads an answer to its end without keeping it; how many bytes, how many of `mark` there are, and how it ends. */
async function drained(response, mark, slow = 0) {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  let [bytes, marks, tail] = [0, 0, ""];
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    const text = tail.slice(-(mark.length - 1)) + Buffer.from(chunk).toString("latin1");
    marks += text.split(mark).length - 1;
    tail = text.slice(-Math.max(mark.length, 40));
    if (slow) await new Promise((resolve) => setTimeout(resolve, slow));
  }
  return { bytes, marks, tail };
}

/**
 * `leads` leads with `size` bytes of values each, of which every one in `every` keeps a request of `kept` bytes, and
 * whatever is done with all of them. Throws where one is missing from an answer, or a new lead is not taken and delivered.
 */
export async function fullRun({ leads, size, kept = 0, timeScale = 2, say = () => {} }) {
  const at = await stand({
    worker: `${root}tests/faults/full.worker.mjs`,
    timeScale,
    inspectorPort: 0,
  });
  const found = { leads, took: {} };
  let over = false;
  let isolate;
  try {
    await at.config({
      latency: 1,
      marketo: { limits: { calls: null, concurrent: null, daily: null } },
      prospects: { limits: { calls: null, concurrent: null, daily: null } },
    });
    const send = (path, init) => ask(`${at.relay}/${path}`, init);
    const post = async (form, email) => {
      const response = await send(`leads/${form}`, {
        method: "POST",
        body: body({ firstName: "Ann", lastName: "Lee", email }, { key: crypto.randomUUID() }),
        headers: { accept: "application/json", origin: at.page },
      });
      const { state } = await response.json();
      return `${response.status} ${state}`;
    };
    const operator = (path, init) => send(`operator/${path}`, { ...init, headers: AUTH });
    const own = (path, given) =>
      send(`test/${path}`, { method: "POST", body: given && JSON.stringify(given) });
    const read = async (path) => (await operator(path)).json();
    await at.faults([{ operation: WRITE, fault: "code", code: 1003, times: 1 }]);
    await post("contact", "first@example.org");
    await until(async () => (await read("leads?phase=dead")).length === 1, "the first dead letter");
    const portion = Math.max(1, Math.min(5_000, Math.floor((16 * MIB) / (size + kept))));
    for (let from = 0; from < leads; from += portion) {
      const response = await own("fill", {
        from,
        count: Math.min(portion, leads - from),
        size,
        kept,
      });
      if (!response.ok) throw new Error(`fill: ${await response.text()}`);
    }
    const { bytes, dead } = await (await own("count")).json();
    if (dead !== leads + 1) throw new Error(`${dead} of ${leads + 1} are there`);
    found.megabytes = Math.round(bytes / MIB);
    say(`filled: ${dead} leads, ${found.megabytes} MiB`);

    // Leads come and go all the while, and somebody looks at the heap.
    isolate = await heap(at.inspector);
    const sent = [];
    const statuses = {};
    let slowest = 0;
    // This process reads a gigabyte, too: what it has itself to blame for.
    const lag = monitorEventLoopDelay({ resolution: 10 });
    lag.enable();
    const live = (async () => {
      while (!over) {
        const email = `live${sent.length}@example.org`;
        const began = performance.now();
        const status = await post("live", email).catch((error) => String(error));
        statuses[status] = (statuses[status] ?? 0) + 1;
        slowest = Math.max(slowest, Math.round(performance.now() - began));
        sent.push(email);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const seen = { used: 0 };
    const watch = (async () => {
      while (!over) {
        seen.used = Math.max(seen.used, await isolate.used());
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const timed = async (name, act) => {
      const began = performance.now();
      seen.used = 0;
      lag.reset();
      await act();
      found.took[name] = {
        seconds: Number(((performance.now() - began) / 1000).toFixed(1)),
        used: Math.round(seen.used),
        slowestMs: slowest,
        ownMs: Math.round(lag.max / 1e6),
      };
      // To collect all garbage stops the isolate, so it is done when nobody is looked at.
      found.took[name].live = Math.round(await isolate.live());
      slowest = 0;
      say(`${name}: ${JSON.stringify(found.took[name])}`);
    };
    const every = (what, { marks }, wanted = leads + 1) => {
      if (marks < wanted) throw new Error(`${what}: ${marks} of ${wanted}`);
    };
    // What the machine makes of it while nobody asks for anything.
    await timed("calm", () => new Promise((resolve) => setTimeout(resolve, 5_000)));
    await timed("json", async () =>
      every("json", await drained(await operator("export?phase=dead"), '"email":"')),
    );
    await timed("csv", async () =>
      every("csv", await drained(await operator("export?format=csv&phase=dead"), '\r\n"')),
    );
    await timed("pages", async () => {
      let [rows, cursor] = [0, ""];
      do {
        const page = await read(`export?page=1&limit=2000&phase=dead&cursor=${cursor}`);
        rows += page.rows.length;
        cursor = page.next;
      } while (cursor && rows < 10_000);
      if (rows < Math.min(10_000, leads + 1)) throw new Error(`pages: ${rows}`);
    });
    await timed("lists", async () => {
      const most = Math.min(10_000, leads);
      every(
        "leads",
        await drained(await operator("leads?limit=10000"), '"phase":"dead"'),
        most - sent.length - 100,
      );
      every(
        "dead",
        await drained(await operator("leads?limit=10000&phase=dead"), '"phase":"dead"'),
        most,
      );
      every("attention", await drained(await operator("attention?limit=10000"), '"lead":"'), most);
      await drained(await operator("status"), '"dead"');
      await drained(await operator("metrics"), "fieldpost");
      await drained(
        await operator("erase", {
          method: "POST",
          body: JSON.stringify({ email: "nobody@example.org" }),
        }),
        '"erased"',
      );
    });
    // They go nowhere, so that all of them are there to the end.
    await at.faults([{ operation: WRITE, fault: "status", status: 503, times: 100_000_000 }]);
    await timed("replay", async () =>
      every(
        "replay",
        await drained(
          await operator("replay", { method: "POST", body: JSON.stringify({ phase: "dead" }) }),
          '"moved":true',
        ),
      ),
    );
    await timed("discard", async () => {
      // What came back meanwhile is none of it; what waits cannot be given up.
      await drained(
        await operator("discard", {
          method: "POST",
          body: JSON.stringify({ phase: "dead", reason: "the end of the run" }),
        }),
        '"moved"',
      );
      await drained(await operator("rounds"), '"round"');
    });
    over = true;
    await Promise.all([live, watch]);
    await until(
      async () => {
        const there = new Set((await at.leads()).map(({ email }) => email));
        found.lacking = sent.filter((email) => !there.has(email)).length;
        return found.lacking === 0;
      },
      "the leads that came meanwhile",
      30_000,
    ).catch(async (error) => {
      throw new Error(
        `${error.message}: ${found.lacking} of ${sent.length}, ${JSON.stringify(statuses)}, ${JSON.stringify(await read("status"))}`,
      );
    });
    found.live = {
      sent: sent.length,
      statuses,
      slowestMs: Math.max(...Object.values(found.took).map(({ slowestMs }) => slowestMs)),
    };
    found.reads = await (await own("reads")).json();
    found.heap = Math.max(...Object.values(found.took).map(({ live }) => live));
    found.used = Math.max(...Object.values(found.took).map(({ used }) => used));
    return found;
  } finally {
    over = true;
    isolate?.close();
    await at.stop();
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [leads, size, kept] = (process.env.FULL ?? "1000,61440,0").split(",").map(Number);
  console.log(JSON.stringify(await fullRun({ leads, size, kept, say: console.log }), null, 1));
}
