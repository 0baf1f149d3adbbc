// A relay with two forms and the three systems, whose limiters and outboxes tell a test when they set an alarm.
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import { account, askEach, common, form, showing, toMarketo, withTests } from "./relays.mjs";

/** How far ahead each alarm of each instance was set, in milliseconds. */
const alarms = [];

export class Outbox extends SoundOutbox {
  constructor(state, env) {
    const { storage } = state;
    const set = storage.setAlarm.bind(storage);
    storage.setAlarm = (time) => {
      alarms.push(time - Date.now());
      return set(time);
    };
    super(state, env);
  }
}

/** How often a limiter was asked for a lease, and whether it is out of order. */
const asked = { leases: 0, broken: false };

/** A new instance of the module, with nothing but the rows and this. */
function begins(limiter, memory) {
  limiter.memory.clear();
  for (const [name, text] of memory) limiter.memory.set(name, text);
  limiter.loaded = undefined;
  return memory.length;
}

const Watched = showing(SoundGate, {
  asked: ({ broken }) => ({ leases: asked.leases, broken: (asked.broken = Boolean(broken)) }),
  old(state) {
    return this.state.storage.put("limiter", JSON.stringify(state));
  },
  // A sign-in that failed closed the account, and a call in flight then proved the token that another sign-in had given.
  proven() {
    this.state.storage.sql.exec(
      "INSERT OR REPLACE INTO parts VALUES ('closed', ?)",
      `${Date.now()} ${Date.now() + 100} token  auth.refused A test.`,
    );
    return begins(this.limiter, [
      ["~token", [Date.now() + 600_000, 1, "a token that was"].join("\u0003")],
    ]);
  },
  async twice() {
    begins(this.limiter, []);
    const ask = (id) =>
      this.acquire({
        account: "marketo",
        id,
        keys: id,
        shard: "test",
        form: "marketo",
        fills: "",
        deadline: 100,
        lost: false,
      });
    return Promise.all(["test-1", "test-2"].map(async (id) => JSON.parse(await ask(id)).answer));
  },
  async rows() {
    const { storage } = this.state;
    return {
      rows: storage.sql.exec("SELECT * FROM parts").toArray(),
      old: (await storage.get("limiter")) ?? null,
    };
  },
});

export class Gate extends Watched {
  async fetch(request) {
    if (new URL(request.url).pathname === "/acquire") {
      asked.leases++;
      if (asked.broken) throw new Error("broken");
    }
    return super.fetch(request);
  }
}

const handler = relay((env) => {
  const map = { email: "email", phone: "phone", company: "company" };
  // What the owner takes out of the options, in a later version of them.
  const { company, ...shorter } = map;
  const names = { firstName: "Ann", lastName: "Lee" };
  const deliver = {
    marketo: toMarketo(env.NO_COMPANY ? shorter : { ...shorter, company }, {
      constants: { formId: Number(env.FORM_ID ?? 1029) },
    }),
    pardot: { account: "pardot", map },
    prospects: { account: "prospects", map, constants: names },
    // What the owner got wrong.
    wrong: { account: "prospects", map: { email: "email", nonsense: "company" }, constants: names },
    ticked: { account: "prospects", map: { email: "email", nonsense: "agree" }, constants: names },
  };
  const fields = {
    email: { kind: "email", required: true },
    other: { kind: "email" },
    phone: { kind: "phone" },
    company: { kind: "text" },
    agree: { kind: "boolean" },
  };
  const forms = Object.entries(deliver).map(([name, target]) => [
    name,
    form(env, fields, [target]),
  ]);
  const limits = { calls: 1_000, window: 1_000, atOnce: 5 };
  const version = env.PARDOT_VERSION ? { version: Number(env.PARDOT_VERSION) } : {};
  return {
    ...common(env),
    shards: 2,
    forms: {
      ...Object.fromEntries(forms),
      ...(env.NO_SECOND ? {} : { second: form(env, fields, [deliver.marketo]) }),
    },
    accounts: {
      marketo: account(env, "marketo", { limits, baseUrl: env.MARKETO_URL ?? env.SANDBOX }),
      pardot: account(env, "pardot", { limits, ...version }),
      prospects: account(env, "prospects", { limits }),
    },
  };
});

const ofGate =
  (path) =>
  async ({ env, text, searchParams }) =>
    (await askEach(env.GATE, [searchParams.get("account")], path, text))[0];

export default withTests(handler, {
  alarms: () => alarms,
  ...Object.fromEntries(
    ["asked", "old", "proven", "twice", "rows"].map((path) => [path, ofGate(path)]),
  ),
});
