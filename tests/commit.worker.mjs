// A relay with one outbox that a test can slow down, stop or break, and that counts the leads of each call.
import { Outbox as Sound, relay } from "fieldpost/worker";

export { Gate } from "fieldpost/worker";

/** What the next calls meet, one after another, and the calls that there were. */
const script = { next: [], calls: [] };

export class Outbox extends Sound {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/accept") return super.fetch(request);
    script.calls.push((await request.clone().json()).length);
    const { wait = 0, fails = false } = script.next.shift() ?? {};
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (fails) throw new Error("broken");
    return super.fetch(request);
  }

  take(offer, due) {
    if (offer.lead.includes("cannot be written")) throw new Error("broken");
    return super.take(offer, due);
  }
}

const handler = relay((env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  addressLimit: null,
  shards: 1,
  forms: {
    contact: {
      origins: [env.PAGE_ORIGIN],
      thanks: `${env.PAGE_ORIGIN}/thanks.html`,
      fields: { email: { kind: "email", required: true }, company: { kind: "text" } },
      deliver: [{ account: "marketo", map: { email: "email", company: "company" }, constants: { formId: 1029 } }],
    },
  },
  accounts: {
    marketo: {
      system: "marketo",
      baseUrl: env.SANDBOX,
      allowHost: env.SANDBOX_HOST,
      credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
    },
  },
}));

export default {
  ...handler,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/test/script") return handler.fetch(request, env, context);
    Object.assign(script, await request.json());
    return Response.json(script);
  },
};
