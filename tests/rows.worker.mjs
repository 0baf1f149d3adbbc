// A relay whose outboxes and gates show their rows to a test, with forms that take e-mails and phones each in its own way. A
// test may stop the module in the middle of a check, and have an outbox that is away.
import { withTrap } from "./guard.trap.mjs";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";

const rows = (Sound) =>
  class extends Sound {
    async fetch(request) {
      if (new URL(request.url).pathname !== "/test/sql") return super.fetch(request);
      const { query, bindings = [] } = await request.json();
      return Response.json(this.state.storage.sql.exec(query, ...bindings).toArray());
    }
  };

export class Outbox extends rows(SoundOutbox) {}
export class Gate extends rows(SoundGate) {}

const email = { kind: "email" };
const phone = { kind: "phone" };

const options = (env) => {
  const form = (fields, deliver = []) => ({ origins: [env.PAGE_ORIGIN], thanks: `${env.PAGE_ORIGIN}/thanks.html`, fields, deliver });
  const marketo = { account: "marketo", map: { email: "email" }, constants: { formId: 1029 } };
  return {
    secret: env.SECRETS.split(","),
    ...(env.HASH_KEYS && { hashKey: env.HASH_KEYS.split(",") }),
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    addressLimit: null,
    timeScale: Number(env.TIME_SCALE),
    shards: 2,
    forms: {
      contact: form({ email, other: email, phone, mobile: phone, company: { kind: "text" } }, [marketo]),
      world: form({ email: { kind: "email", quoted: true }, phone: { kind: "phone", international: true } }, [marketo]),
    },
    accounts: {
      marketo: {
        system: "marketo",
        baseUrl: env.SANDBOX,
        allowHost: env.SANDBOX_HOST,
        credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
      },
    },
  };
};

const handler = withTrap(relay(options));
let away = "";

/** The bindings, with one outbox that does not answer where a test says so. */
const partly = (env) => ({
  ...env,
  OUTBOX: {
    idFromName: (name) => ({ name }),
    get: ({ name }) => (name === away ? { fetch: () => Promise.reject(new Error("away")) } : env.OUTBOX.get(env.OUTBOX.idFromName(name))),
  },
});

export default {
  scheduled: handler.scheduled,
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname === "/test/away") return new Response((away = await request.text()));
    if (url.pathname !== "/test/sql") return handler.fetch(request, partly(env));
    const { of, ...query } = await request.json();
    const names = of === "gates" ? ["marketo"] : ["shard-0", "shard-1"];
    const space = of === "gates" ? env.GATE : env.OUTBOX;
    const each = names.map((name) => space.get(space.idFromName(name)).fetch("https://object/test/sql", { method: "POST", body: JSON.stringify(query) }));
    return Response.json((await Promise.all(each.map(async (one) => (await one).json()))).flat());
  },
};
