// A relay with two forms into one account and small bounds, which counts what its Workers ask of the outboxes.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

const handler = relay((env) => {
  const form = (formId) => ({
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { email: { kind: "email", required: true }, company: { kind: "text", max: 60_000 } },
    deliver: [{ account: "marketo", map: { email: "email", company: "company" }, constants: { formId } }],
  });
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressLimit: null,
    addressHeader: "x-real-ip",
    shards: Number(env.SHARDS ?? 1),
    ...Object.fromEntries(["maxBytes", "maxQueued", "maxReview", "maxDead"].flatMap((name) => (env[name] ? [[name, Number(env[name])]] : []))),
    forms: { contact: form(1029), second: form(1029) },
    accounts: {
      marketo: {
        system: "marketo",
        baseUrl: env.SANDBOX,
        allowHost: env.SANDBOX_HOST,
        credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
        limits: { calls: 100_000, window: 20_000, atOnce: 10 },
      },
    },
  };
});

let calls = [];

/** Notes what the outboxes are asked. */
const counting = (env) => ({
  ...env,
  OUTBOX: {
    idFromName: (name) => env.OUTBOX.idFromName(name),
    get(id) {
      const one = env.OUTBOX.get(id);
      return {
        fetch(url, init) {
          calls.push(new URL(url).pathname.slice(1));
          return one.fetch(url, init);
        },
      };
    },
  },
});

export default {
  ...handler,
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/test/calls") return handler.fetch(request, counting(env));
    const made = calls;
    calls = [];
    return Response.json(made);
  },
};
