// A relay whose objects are held to what Cloudflare allows them, as its pages say (2026-11) and workerd does not: six calls
// wait for their heads, a seventh is queued without a word, and an event makes so many calls and no more. Whether a call of
// another object takes one of the six, and whether an event's count is of what it has set off or of all since it began,
// Cloudflare does not say: here the stricter of both holds.
import { AsyncLocalStorage } from "node:async_hooks";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import { account, common, form as formOf, withTests } from "./relays.mjs";
import { watched } from "./watched.mjs";

/** Who is acting: an object's meter, and the event that all of this follows from. */
const scope = new AsyncLocalStorage();
const meters = new Map();
/** The next calls that the host refuses, by kind, and what it says; deaths, see `mortal`; the deliveries that are done. */
const orders = {
  refuse: { external: 0, internal: 0 },
  words: "",
  deaths: {},
  died: [],
  done: new Set(),
};
/** What an event of the host's may send. */
const LIMITS = {
  free: { external: 50, internal: 1_000 },
  paid: { external: 10_000, internal: 10_000 },
};

const fresh = () => ({ external: 0, internal: 0 });

function meterOf(kind, id) {
  const name = `${kind} ${id}`;
  if (!meters.has(name)) {
    meters.set(name, {
      kind,
      waiting: 0,
      queue: [],
      peak: 0,
      queued: 0,
      thrown: 0,
      events: 0,
      newest: fresh(),
      most: fresh(),
      rowsWritten: 0,
      alarms: 0,
      unarmed: 0,
    });
  }
  return meters.get(name);
}

/** A call leaves an object, or waits, or does not leave. */
async function leave(kind, plan, act) {
  const here = scope.getStore();
  if (!here) return act();
  const { meter, event } = here;
  const counts = [...new Set([event, meter.newest])];
  if (orders.refuse[kind] > 0) {
    orders.refuse[kind]--;
    meter.thrown++;
    throw new Error(orders.words);
  }
  if (counts.some((count) => count[kind] >= LIMITS[plan][kind])) {
    meter.thrown++;
    throw new Error("Too many subrequests by single Worker invocation.");
  }
  for (const count of counts) {
    count[kind]++;
    meter.most[kind] = Math.max(meter.most[kind], count[kind]);
  }
  if (meter.waiting >= 6) {
    meter.queued++;
    await new Promise((resolve) => meter.queue.push(resolve));
  } else meter.waiting++;
  meter.peak = Math.max(meter.peak, meter.waiting);
  try {
    return await act();
  } finally {
    const next = meter.queue.shift();
    if (next) next();
    else meter.waiting--;
  }
}

const send = globalThis.fetch;
let planned = "free";
globalThis.fetch = (...given) =>
  mortal("fetch", () => leave("external", planned, () => send(...given)));

const metered = (namespace, plan) => ({
  idFromName: (name) => namespace.idFromName(name),
  get(id) {
    const object = namespace.get(id);
    return {
      fetch: (...given) =>
        mortal("call", () => leave("internal", plan, () => object.fetch(...given))),
    };
  },
});

/** An object that dies once, before or behind an await: `deaths` has how many are passed first, by its kind. */
async function mortal(what, act) {
  const here = scope.getStore();
  const die = (when) => {
    const at = here && orders.deaths[here.kind];
    if (at === undefined) return;
    if (at > 0) return void orders.deaths[here.kind]--;
    delete orders.deaths[here.kind];
    orders.died.push(`${when} ${what}`);
    here.state.abort("a test");
  };
  die("before");
  const done = await act();
  die("after");
  return done;
}

/** The object's state, with its writes counted. */
const counting = (state, meter) =>
  watched(
    state,
    ({ rowsWritten }, query, bindings) => {
      if (query.startsWith("UPDATE deliveries") && bindings.includes("done"))
        orders.done.add(bindings.at(-1));
      meter.rowsWritten += rowsWritten;
    },
    {
      setAlarm(set, time) {
        meter.alarms++;
        if (time <= Date.now()) meter.unarmed++;
        return mortal("alarm", set);
      },
    },
  );

const limited = (kind, Sound) =>
  class extends Sound {
    constructor(state, env) {
      planned = env.HOST ?? env.PLAN ?? "free";
      const meter = meterOf(kind, state.id);
      super(counting(state, meter), {
        ...env,
        GATE: metered(env.GATE, planned),
        OUTBOX: metered(env.OUTBOX, planned),
      });
      this.own = { meter, state, kind };
    }
    during(act) {
      const { meter } = this.own;
      meter.newest = fresh();
      meter.events++;
      return scope.run({ ...this.own, event: meter.newest }, act);
    }
    fetch(request) {
      return this.during(() => super.fetch(request));
    }
    accept(offer) {
      return this.during(() => super.accept(offer));
    }
    alarm() {
      return this.during(() => super.alarm());
    }
  };

export const Outbox = limited("outbox", SoundOutbox);
export const Gate = limited("gate", SoundGate);

const handler = relay((env) => {
  const accounts = JSON.parse(env.ACCOUNTS);
  const form = (names) =>
    formOf(
      env,
      { email: { kind: "email" }, company: { kind: "text" } },
      names.map((name) => ({
        account: name,
        map: { email: "email" },
        constants:
          { marketo: { formId: 1029 }, prospects: { firstName: "Ann", lastName: "Lee" } }[
            accounts[name].system
          ] ?? {},
      })),
    );
  return {
    ...common(env),
    shards: Number(env.SHARDS ?? 1),
    ...(env.PLAN && { plan: env.PLAN }),
    forms: Object.fromEntries(
      Object.entries(JSON.parse(env.FORMS)).map(([name, names]) => [name, form(names)]),
    ),
    accounts: Object.fromEntries(
      Object.entries(accounts).map(([name, { system, baseUrl }]) => [
        name,
        account(env, system, {
          baseUrl,
          allowHost: new URL(baseUrl).host,
          limits: { calls: 1_000_000, window: 1_000, atOnce: Number(env.AT_ONCE ?? 100) },
        }),
      ]),
    ),
  };
});

export default withTests(handler, {
  orders({ text }) {
    const { done, ...said } = Object.assign(orders, JSON.parse(text || "{}"));
    return { ...said, done: done.size };
  },
  meters: () =>
    Object.fromEntries(
      [...meters].map(([name, { queue, ...said }]) => [name, { ...said, queue: queue.length }]),
    ),
});
