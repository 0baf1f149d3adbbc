// A relay whose number of shards a test says, and nobody it could deliver to.
import { Outbox as Sound, relay } from "fieldpost/worker";

export { Gate } from "fieldpost/worker";

/** The shards that were woken. */
let woken = [];

/** Whose registry can be told that time has passed. */
export class Outbox extends Sound {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/wake") woken.push(this.state.id.name);
    if (pathname !== "/test/age") return super.fetch(request);
    const { count, days } = await request.json();
    this.state.storage.sql.exec("UPDATE counts SET used = used - ? WHERE count = ?", days * 86_400_000, count);
    return new Response();
  }
}

const handler = relay((env) => {
  const form = {
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { firstName: { kind: "name" }, lastName: { kind: "name" }, email: { kind: "email" }, phone: { kind: "phone" }, consent: { kind: "consent" } },
    deliver: [{ account: "marketo", map: { email: "email" }, constants: { formId: 1029 } }],
  };
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    addressLimit: null,
    shards: Number(env.SHARDS),
    forms: { contact: form, guarded: { ...form, turnstile: { secret: "turnstile-secret", siteverify: env.SITEVERIFY } } },
    accounts: {
      marketo: { system: "marketo", baseUrl: "http://127.0.0.1:9", allowHost: "127.0.0.1:9", credentials: { clientId: "x", clientSecret: "x" } },
      pardot: { system: "pardot", baseUrl: "http://127.0.0.1:9", allowHost: "127.0.0.1:9", businessUnit: "0Uv000000000001CAA", credentials: { clientId: "x", clientSecret: "x", loginUrl: "http://127.0.0.1:9" } },
      prospects: { system: "prospects", baseUrl: "http://127.0.0.1:9", allowHost: "127.0.0.1:9", credentials: { key: "x" } },
    },
  };
});

export default {
  ...handler,
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test/")) return handler.fetch(request, env);
    if (pathname === "/test/woken") {
      const names = woken;
      woken = [];
      return Response.json(names);
    }
    const registry = env.OUTBOX.get(env.OUTBOX.idFromName("shards"));
    return registry.fetch(`https://outbox/${pathname === "/test/register" ? "register" : "test/age"}`, { method: "POST", body: await request.text() });
  },
};
