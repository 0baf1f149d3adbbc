// A relay whose parts hang, stop and fill up where a test says so: an object that does not answer, a module that stops over
// one kind of call, a disk that takes no more.
import { withTrap } from "./guard.trap.mjs";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";

/** How many of the next calls of each path hang, and which statements the disk has no room for; Worker and objects share one isolate. */
const trouble = { stall: {}, full: "", refused: 0 };

const stalls = (request) => {
  const { pathname } = new URL(request.url);
  if (!(trouble.stall[pathname] > 0)) return false;
  trouble.stall[pathname]--;
  return true;
};
/** What hangs; a timer, since workerd ends what waits for nothing at all. */
const forEver = () => new Promise((resolve) => setTimeout(resolve, 600_000));

export class Outbox extends SoundOutbox {
  constructor(state, env) {
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    sql.exec = (query, ...bindings) => {
      if (trouble.full && new RegExp(trouble.full).test(query)) {
        trouble.refused++;
        throw new Error("database or disk is full: SQLITE_FULL");
      }
      return exec(query, ...bindings);
    };
    super(state, env);
  }
  async fetch(request) {
    if (stalls(request)) await forEver();
    return super.fetch(request);
  }
}

export class Gate extends SoundGate {
  async fetch(request) {
    if (stalls(request)) await forEver();
    return super.fetch(request);
  }
}

const handler = relay((env) => {
  const { SANDBOX: baseUrl, SANDBOX_HOST: allowHost } = env;
  const credentials = { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET };
  const form = {
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { email: { kind: "email", required: true }, company: { kind: "text", max: 200 } },
    deliver: [{ account: "marketo", map: { email: "email", company: "company" }, constants: { formId: 1029 } }],
  };
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressLimit: null,
    shards: 1,
    forms: {
      marketo: form,
      prospects: { ...form, deliver: [{ account: "prospects", map: { email: "email", company: "company" }, constants: { firstName: "Ann", lastName: env.LAST_NAME ?? "Lee" } }] },
      // A challenge of which the answer never ends, whatever it is told.
      guarded: { ...form, turnstile: { secret: "turnstile-secret", fetch: async () => new Response(new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode('{"succ')), pull: forEver })) } },
    },
    accounts: {
      marketo: { system: "marketo", baseUrl, allowHost, credentials, limits: { calls: 1_000, window: 1_000, atOnce: 5 } },
      prospects: { system: "prospects", baseUrl, allowHost, credentials: { key: env.SANDBOX_KEY }, limits: { calls: 1_000, window: 1_000, atOnce: 5 } },
    },
  };
});

const trapped = withTrap(handler);
export default {
  ...trapped,
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/test/trouble") return trapped.fetch(request, env);
    return Response.json(Object.assign(trouble, await request.json()));
  },
};
