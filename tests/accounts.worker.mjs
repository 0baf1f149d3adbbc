// A relay with two forms and the three systems, whose gates and outboxes tell a test when they set an alarm.
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";

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

/** How often a gate was asked for a place, and whether it is out of order. */
const asked = { places: 0, broken: false };

export class Gate extends SoundGate {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/test/asked") return Response.json({ places: asked.places, broken: (asked.broken = (await request.text()) === "break") });
    if (pathname === "/acquire") {
      asked.places++;
      if (asked.broken) throw new Error("broken");
    }
    const { storage } = this.state;
    if (pathname === "/test/old") return Response.json((await storage.put("limiter", await request.text())) ?? null);
    // A sign-in that failed closed the account, and a call in flight then proved the token that another sign-in had given.
    if (pathname === "/test/proven") return Response.json(this.limiter.found("marketo", "token", "auth.refused", "A test.", (this.token = { value: "a token that was", until: Date.now() + 600_000, proven: true })));
    if (pathname === "/test/twice") return Response.json((await Promise.all([1, 2].map(() => this.refresh("marketo", this.account("marketo"))))).length);
    if (pathname === "/test/rows") return Response.json({ rows: storage.sql.exec("SELECT * FROM parts").toArray(), old: (await storage.get("limiter")) ?? null });
    return super.fetch(request);
  }
}

const handler = relay((env) => {
  const { SANDBOX: baseUrl, SANDBOX_HOST: allowHost, SANDBOX_CLIENT_ID: clientId, SANDBOX_CLIENT_SECRET: clientSecret } = env;
  const map = { email: "email", phone: "phone", company: "company" };
  // What the owner takes out of the options, in a later version of them.
  const { company, ...shorter } = map;
  const names = { firstName: "Ann", lastName: "Lee" };
  const deliver = {
    marketo: { account: "marketo", map: env.NO_COMPANY ? shorter : { ...shorter, company }, constants: { formId: Number(env.FORM_ID ?? 1029) } },
    pardot: { account: "pardot", map },
    prospects: { account: "prospects", map, constants: names },
    // What the owner got wrong.
    wrong: { account: "prospects", map: { email: "email", nonsense: "company" }, constants: names },
  };
  const form = {
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { email: { kind: "email" }, other: { kind: "email" }, phone: { kind: "phone" }, company: { kind: "text" } },
  };
  const forms = Object.entries(deliver).map(([name, target]) => [name, { ...form, deliver: [target] }]);
  const limits = { calls: 1_000, window: 1_000, atOnce: 5 };
  const version = env.PARDOT_VERSION ? { version: Number(env.PARDOT_VERSION) } : {};
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressLimit: null,
    shards: 2,
    forms: { ...Object.fromEntries(forms), ...(env.NO_SECOND ? {} : { second: { ...form, deliver: [deliver.marketo] } }) },
    accounts: {
      marketo: { system: "marketo", baseUrl: env.MARKETO_URL ?? baseUrl, allowHost, limits, credentials: { clientId, clientSecret } },
      pardot: { system: "pardot", baseUrl, allowHost, limits, ...version, businessUnit: env.SANDBOX_BUSINESS_UNIT, credentials: { clientId, clientSecret, loginUrl: baseUrl } },
      prospects: { system: "prospects", baseUrl, allowHost, limits, credentials: { key: env.SANDBOX_KEY } },
    },
  };
});

export default {
  ...handler,
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/test/alarms") return Response.json(alarms);
    if (!pathname.startsWith("/test/")) return handler.fetch(request, env);
    const gate = env.GATE.get(env.GATE.idFromName(searchParams.get("account")));
    return gate.fetch(`https://gate${pathname}`, { method: "POST", body: await request.text() });
  },
};
