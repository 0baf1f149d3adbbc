// A relay whose parts hang, stop and fill up where a test says so: an object that does not answer, a module that stops over
// one kind of call, a disk that takes no more.
import { withTrap } from "./guard.trap.mjs";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import { accounts, common, form, toMarketo, withTests } from "./relays.mjs";

/** How many of the next calls of each path hang, and which statements the disk has no room for; Worker and objects share one isolate. */
const trouble = { stall: {}, full: "", refused: 0 };

const stalls = ({ url }) => {
  const { pathname } = new URL(url);
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
  async accept(offer) {
    if (stalls({ url: "https://outbox/accept" })) await forEver();
    return super.accept(offer);
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
  const map = { email: "email", company: "company" };
  const marketo = form(
    env,
    { email: { kind: "email", required: true }, company: { kind: "text", max: 200 } },
    [toMarketo(map)],
  );
  return {
    ...common(env),
    shards: 1,
    forms: {
      marketo,
      prospects: {
        ...marketo,
        deliver: [
          {
            account: "prospects",
            map,
            constants: { firstName: "Ann", lastName: env.LAST_NAME ?? "Lee" },
          },
        ],
      },
      // A challenge of which the answer never ends, whatever it is told.
      guarded: {
        ...marketo,
        turnstile: {
          secret: "turnstile-secret",
          fetch: async () =>
            new Response(
              new ReadableStream({
                start: (to) => to.enqueue(new TextEncoder().encode('{"succ')),
                pull: forEver,
              }),
            ),
        },
      },
    },
    accounts: accounts(env, ["marketo", "prospects"], {
      limits: { calls: 1_000, window: 1_000, atOnce: 5 },
    }),
  };
});

export default withTests(withTrap(handler), {
  trouble: ({ text }) => Object.assign(trouble, JSON.parse(text)),
});
