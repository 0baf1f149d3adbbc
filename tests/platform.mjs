// A relay under the platform's limits, and systems that are slow, busy or hang. Local workerd holds a relay to none of these
// limits: a Worker of the tests does.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { ask, body, root, stand } from "./stand.mjs";

export const pause = (/** @type {number} */ ms) =>
  new Promise((resolve) => setTimeout(resolve, ms));
/** @type {(() => unknown)[]} */
const closing = [];
/** Stops what was started here. */
export const closeAll = () => Promise.all(closing.map((close) => close()));

/**
 * A system that takes `latency` ms for a call, hangs for ever (`hangs`: at its writes, or at its `token`), or is busy.
 * @param {import("./relays.mjs").System} system
 * @param {{ latency?: number, hangs?: "token" | "write" }} how
 */
export async function crm(system, { latency = 0, hangs } = {}) {
  const own = { system, writes: /** @type {string[]} */ ([]), reads: 0, busy: false };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const isToken = String(request.url).startsWith("/identity");
    if (hangs === (isToken ? "token" : "write")) return;
    const say = (
      /** @type {number} */ status,
      /** @type {unknown} */ said,
      /** @type {Record<string, string>} */ headers = {},
    ) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(said));
    if (isToken)
      return say(200, { access_token: "a token", token_type: "bearer", expires_in: 3600 });
    await pause(latency);
    if (own.busy) return say(429, {}, { "retry-after": "20" });
    if (request.method === "GET") {
      own.reads++;
      return say(200, { items: [] });
    }
    own.writes.push(String(/[\w.-]+@[\w.-]+/.exec(text)?.[0]));
    const id = own.writes.length;
    say(
      200,
      system === "marketo"
        ? { requestId: `r${id}`, success: true, result: [{ id, status: "created" }] }
        : { id: `p${id}`, message: null },
    );
  });
  // workerd closes what lies idle first: a connection that a system closes while it is used again is a lost reply.
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  closing.push(() => {
    server.closeAllConnections();
    return server.close();
  });
  return Object.assign(own, { baseUrl: `http://127.0.0.1:${address.port}` });
}

/**
 * A relay under the platform's limits, with these systems as accounts and forms that go to some of them.
 * @param {Parameters<typeof stand>[0] & {
 *   accounts: Record<string, { system: string, baseUrl: string }>, forms?: Record<string, string[]>,
 * }} given
 */
export async function held({
  accounts,
  forms = { contact: Object.keys(accounts) },
  bindings = {},
  ...how
}) {
  const at = await stand({
    worker: `${root}tests/platform.worker.mjs`,
    flags: ["nodejs_als"],
    ...how,
    bindings: bindings.FORMS
      ? bindings
      : {
          ACCOUNTS: JSON.stringify(accounts, ["system", "baseUrl", ...Object.keys(accounts)]),
          FORMS: JSON.stringify(forms),
          ...bindings,
        },
  });
  closing.push(() => at.stop());
  const operator = async (/** @type {string} */ path) =>
    (
      await ask(`${at.relay}/operator/${path}`, {
        headers: { authorization: "Bearer demo-operator" },
      })
    ).json();
  return Object.assign(at, {
    operator,
    order: async (what = {}) =>
      (await ask(`${at.relay}/test/orders`, { method: "POST", body: JSON.stringify(what) })).json(),
    meters: async () => Object.values(await (await ask(`${at.relay}/test/meters`)).json()),
    queued: async () => {
      /** @type {{ queued: number }[]} */
      const shards = (await operator("status")).shards;
      return shards.reduce((sum, { queued }) => sum + queued, 0);
    },
    /** Sends a lead until it is taken, as a page does. */
    async lead(/** @type {string} */ email, form = "contact") {
      for (let tries = 0; tries < 400; tries++) {
        const response = await fetch(`${at.relay}/leads/${form}`, {
          method: "POST",
          headers: { origin: at.page, accept: "application/json" },
          body: body({ email }, { key: `key-of-${email.replace(/\W/g, "-")}` }),
        }).catch(() => undefined);
        if (response?.status === 202 || response?.status === 200) return;
        await pause(50);
      }
      throw new Error(`${email} was not taken`);
    },
  });
}

export const emails = (/** @type {string} */ name, /** @type {number} */ count) =>
  Array.from({ length: count }, (_, n) => `${name}${n}@example.org`);
/**
 * @template T
 * @param {T[]} meters
 * @param {(one: T) => number} of
 */
export const worst = (meters, of) => Math.max(0, ...meters.map(of));
export const each = (/** @type {unknown[]} */ rows) =>
  assert.equal(new Set(rows).size, rows.length, "somebody was written twice");
