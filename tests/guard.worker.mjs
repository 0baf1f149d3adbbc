// A relay with everything that guards a form: Turnstile, an address limit, small bounds. And, where a test says so, a
// wasm module that stops in the middle of a call: what comes after it must be another instance.
import { withTrap } from "./guard.trap.mjs";
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

const FIELDS = { email: { kind: "email", required: true }, other: { kind: "email" }, phone: { kind: "phone" }, company: { kind: "text", max: 200 } };

const handler = relay((env) => {
  const form = {
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    trap: "fp_ref2",
    fields: FIELDS,
    deliver: [{ account: "marketo", map: { email: "email", phone: "phone", company: "company" }, constants: { formId: 1029 } }],
  };
  return {
    secret: [env.RELAY_SECRET, "an older secret, still good for pages that are open"],
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressHeader: "cf-connecting-ip",
    addressLimit: env.ADDRESS_LEADS ? { leads: Number(env.ADDRESS_LEADS), seconds: 60 } : null,
    ...(env.MAX_QUEUED && { maxQueued: Number(env.MAX_QUEUED) }),
    ...(env.MAX_REVIEW && { maxReview: Number(env.MAX_REVIEW) }),
    shards: Number(env.SHARDS ?? 4),
    forms: {
      contact: form,
      other: form,
      agreed: {
        ...form,
        fields: { ...FIELDS, terms: { kind: "consent", required: true, purpose: "an offer", text: "v3" } },
        deliver: [{ ...form.deliver[0], map: { email: "email", company: "@consent.terms.text", title: "@consent.terms.at" } }],
      },
      guarded: { ...form, turnstile: { secret: "turnstile-secret", action: "lead", siteverify: env.SITEVERIFY } },
    },
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

export default withTrap(handler);
