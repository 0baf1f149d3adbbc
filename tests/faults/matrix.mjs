// What can go wrong with a call, one fault after another, for each system: each lead must end where its row says.
import { body, root, stand, until } from "../stand.mjs";
import { WAITS, waitsRow } from "./waits.mjs";

const WRITES = {
  marketo: "marketo.lead.submitForm",
  pardot: "pardot.prospect.create",
  prospects: "prospects.prospect.upsert",
};
const SYSTEMS = /** @type {(keyof typeof WRITES)[]} */ (Object.keys(WRITES));
/** @typedef {import("../relays.mjs").System} System */

/** @returns {Record<System, object>} */
const all = (/** @type {object} */ fault) => ({ marketo: fault, pardot: fault, prospects: fault });
const status = (/** @type {number} */ code, /** @type {object} */ more = {}) =>
  all({ fault: "status", status: code, ...more });

/**
 * The fault of each system's write, and where its leads end before anybody mends anything.
 * @type {[name: string, faults: Record<System, object>, ends: "done" | "dead"][]}
 */
export const ROWS = [
  ["connection refused", all({ fault: "refuse" }), "done"],
  ["RST before the commit", all({ fault: "reset_before" }), "done"],
  ["RST after the commit", all({ fault: "reset_after" }), "done"],
  ["FIN before the commit", all({ fault: "close_before" }), "done"],
  ["FIN after the commit", all({ fault: "close_after" }), "done"],
  ["half of the reply, after the commit", all({ fault: "truncate" }), "done"],
  ["no HTTP, before the commit", all({ fault: "garbage", in: "wire" }), "done"],
  ["no HTTP, after the commit", all({ fault: "garbage_after", in: "wire" }), "done"],
  ["no JSON, after the commit", all({ fault: "garbage_after", in: "body" }), "done"],
  ["half-open, before the commit", all({ fault: "hang", ms: 6_000 }), "done"],
  ["half-open, after the commit", all({ fault: "hang_after", ms: 6_000 }), "done"],
  ["slow, within the deadline", all({ fault: "latency", ms: 300 }), "done"],
  ["302 elsewhere", status(302), "done"],
  ["400", status(400), "dead"],
  ["401", status(401), "done"],
  ["413", status(413), "dead"],
  ["414", status(414), "dead"],
  ["429", status(429), "done"],
  ["429 with Retry-After", status(429, { retryAfter: 2 }), "done"],
  ["500", status(500), "done"],
  ["500 after the commit", all({ fault: "status_after", status: 500 }), "done"],
  ["502", status(502), "done"],
  ["503 with Retry-After", status(503, { retryAfter: 2 }), "done"],
  ["200 with HTML, after the commit", all({ fault: "html_after" }), "done"],
  ["200 with nothing, after the commit", all({ fault: "empty_after" }), "done"],
  [
    "200 with 2 MB, after the commit",
    all({ fault: "status_after", status: 200, body: { text: "x".repeat(2 << 20) } }),
    "done",
  ],
  [
    "the token is refused",
    {
      marketo: { fault: "code", code: 602 },
      pardot: { fault: "code", code: 184 },
      prospects: { fault: "status", status: 401 },
    },
    "done",
  ],
  [
    "too many calls",
    {
      marketo: { fault: "code", code: 606 },
      pardot: { fault: "code", code: 66 },
      prospects: { fault: "status", status: 429 },
    },
    "done",
  ],
  [
    "busy, or timed out inside",
    {
      marketo: { fault: "code_after", code: 604 },
      pardot: { fault: "status", status: 504 },
      prospects: { fault: "status", status: 408 },
    },
    "done",
  ],
  [
    "the record is refused",
    {
      marketo: { fault: "code", code: 1003 },
      pardot: { fault: "code", code: 166 },
      prospects: { fault: "status", status: 422, body: { error: "no" } },
    },
    "dead",
  ],
];

/** Sends `leads` leads through each row; throws where one is lost, there twice, or ends elsewhere. */
export async function matrixRun({
  leads = 100,
  rows = ROWS,
  waits = WAITS,
  scale = 15,
  say = (/** @type {string} */ _) => {},
} = {}) {
  /** @type {Record<string, string>} */
  const bindings = {};
  const at = await stand({ timeScale: scale, worker: `${root}tests/faults/worker.mjs`, bindings });
  const free = { calls: null, concurrent: null, daily: null };
  const operator = async (/** @type {string} */ path, /** @type {RequestInit} */ init = {}) =>
    (
      await fetch(`${at.relay}/operator/${path}`, {
        ...init,
        headers: { authorization: "Bearer demo-operator" },
      })
    ).json();
  const began = Date.now();
  let struck = 0;
  try {
    for (const [row, [name, faults, ends]] of rows.entries()) {
      await at.clear();
      await at.config({
        latency: 5,
        marketo: { limits: free },
        pardot: { limits: free },
        prospects: { limits: free },
      });
      await at.faults(
        SYSTEMS.map((system) => ({ operation: WRITES[system], times: leads, ...faults[system] })),
      );
      const emails = Array.from({ length: leads }, (_, n) => `row${row}-${n}@example.org`);
      const ids = new Set();
      await Promise.all(
        emails.map(async (email, n) => {
          const response = await fetch(at.form, {
            method: "POST",
            body: body(
              { firstName: "Ann", lastName: "Lee", email, company: `Row ${row}` },
              { key: `matrix-${row}-${n}`, v: "1" },
            ),
            headers: { accept: "application/json", origin: at.page },
          });
          if (response.status !== 202) throw new Error(`${name}: ${response.status}`);
          ids.add((await response.json()).id);
        }),
      );
      const states = async () => {
        /** @type {import("./waits.mjs").Delivery[]} */
        const kept = await operator("leads?limit=10000");
        return kept.filter(({ id }) => ids.has(id.split("/")[0]));
      };
      const settled = (/** @type {string[]} */ wanted) =>
        until(
          async () => {
            // The judge's own question may meet a connection that is just being closed.
            const found = await states().catch(() => []);
            return (
              found.length === 3 * leads &&
              found.every(({ phase }) => wanted.includes(phase)) &&
              found
            );
          },
          `${name}: the deliveries`,
          // A credential that is refused again and again is tried once a minute, divided by `scale`, and each try may be
          // of one lead only.
          60_000 + (leads * 75_000) / scale,
        );
      let found = await settled(["done", "dead"]);
      const wrong = found.filter(({ phase }) => phase !== ends);
      const [bad] = wrong;
      if (bad)
        throw new Error(
          `${name}: ${wrong.length} of ${found.length} are ${bad.phase} (${bad.account}, ${bad.code}), not ${ends}`,
        );
      const { gates } = await operator("status");
      for (const { account, running } of gates)
        if (running > 0) throw new Error(`${name}: ${account} holds ${running} leases for nobody`);
      /** @type {{ verdict: string }[]} */
      const ledger = await at.ledger();
      const hits = ledger.filter(({ verdict }) => verdict.startsWith("fault")).length;
      // A call that was only slow is no fault in the ledger.
      if (hits < 3 * leads && !name.startsWith("slow"))
        throw new Error(`${name}: struck ${hits} of ${3 * leads} times`);
      struck += hits;
      if (ends === "dead") {
        await operator("replay?phase=dead", { method: "POST" });
        found = await settled(["done"]);
      }
      const people = new Map();
      for (const { system, email, activities } of await at.leads()) {
        const who = `${system} ${email}`;
        if (people.has(who)) throw new Error(`${name}: ${who} is there twice`);
        people.set(who, activities ?? 1);
      }
      if (people.size !== 3 * leads)
        throw new Error(`${name}: ${people.size} of ${3 * leads} arrived`);
      const marked = found.filter((one) => one.maybe_repeated === 1).length;
      // A fault after the commit that finds no activity twice has not struck after the commit.
      const repeated = [...people.values()].filter((activities) => activities > 1).length;
      if (repeated > marked) throw new Error(`${name}: ${repeated} repeats, ${marked} marked`);
      if (/after the commit/.test(name) && repeated === 0)
        throw new Error(`${name}: nothing was committed`);
      say(
        `${name}: ${3 * leads} deliveries ${ends}${ends === "dead" ? ", and done by a replay" : ""}, ${repeated} activities repeated, ${marked} marked`,
      );
    }
    let [more, waited] = [0, 0];
    for (const [number, row] of waits.entries()) {
      await at.clear();
      const fields = ["email", "company"];
      await at.config({
        latency: 5,
        ...row.config,
        marketo: { limits: free, forms: { 1029: { fields }, 1030: { fields } } },
        pardot: { ...row.config?.pardot, limits: free },
        prospects: { limits: free },
      });
      const came = await waitsRow({ at, bindings, operator }, row, number, leads);
      more += came.deliveries;
      waited += came.waited;
      say(
        `${row.name} (${row.account}): ${came.deliveries} deliveries, ${came.waited} of them concerned, all done`,
      );
    }
    return {
      faults: rows.length,
      waits: waits.length,
      systems: 3,
      leads,
      deliveries: rows.length * 3 * leads + more,
      waited,
      struck,
      lost: 0,
      twice: 0,
      seconds: Math.round((Date.now() - began) / 1000),
    };
  } finally {
    await at.stop();
  }
}
