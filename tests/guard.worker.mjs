// A relay with everything that guards a form: Turnstile, an address limit, small bounds. And, where a test says so, a
// wasm module that stops in the middle of a call: what comes after it must be another instance.
import { withTrap } from "./guard.trap.mjs";
import { relay } from "fieldpost/worker";
import { account, bounds, common, form as formOf, toMarketo } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

const FIELDS = {
  email: { kind: "email", required: true },
  other: { kind: "email" },
  phone: { kind: "phone" },
  company: { kind: "text", max: 200 },
};

const handler = relay((env) => {
  const form = formOf(
    env,
    FIELDS,
    [toMarketo({ email: "email", phone: "phone", company: "company" })],
    { trap: "fp_ref2" },
  );
  return {
    ...common(env),
    ...bounds(env),
    secret: [env.RELAY_SECRET, "an older secret, still good for pages that are open"],
    addressHeader: "cf-connecting-ip",
    addressLimit: env.ADDRESS_LEADS ? { leads: Number(env.ADDRESS_LEADS), seconds: 60 } : null,
    shards: Number(env.SHARDS ?? 4),
    forms: {
      contact: form,
      other: form,
      agreed: {
        ...form,
        fields: {
          ...FIELDS,
          terms: { kind: "consent", required: true, purpose: "an offer", text: "v3" },
        },
        deliver: [
          {
            ...form.deliver[0],
            map: { email: "email", company: "@consent.terms.text", title: "@consent.terms.at" },
          },
        ],
      },
      guarded: {
        ...form,
        turnstile: { secret: "turnstile-secret", action: "lead", siteverify: env.SITEVERIFY },
      },
    },
    accounts: {
      marketo: account(env, "marketo", { limits: { calls: 100_000, window: 20_000, atOnce: 10 } }),
    },
  };
});

export default withTrap(handler);
