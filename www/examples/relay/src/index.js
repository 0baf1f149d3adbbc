// A relay with one form and one account.
import { defineRelay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default defineRelay()((env) => ({
  // Newest first: while a secret is exchanged, pages that are open still hold tokens of the one before.
  secret: [env.RELAY_SECRET, env.RELAY_SECRET_BEFORE].filter(Boolean),
  // The same for what opens leads that browsers have saved; the one before stays for 48 hours at least.
  sealSecret: [env.SEAL_SECRET, env.SEAL_SECRET_BEFORE].filter(Boolean),
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  forms: {
    contact: {
      title: "Talk to us",
      origins: [env.PAGE_ORIGIN],
      thanks: `${env.PAGE_ORIGIN}/thanks`,
      trap: "fp_ref2",
      fields: {
        firstName: { kind: "name", required: true, max: 80 },
        lastName: { kind: "name", required: true, max: 80 },
        email: { kind: "email", required: true },
        phone: { kind: "phone" },
        consent: { kind: "consent", required: true },
      },
      deliver: [
        {
          account: "marketo",
          map: { email: "email", firstName: "firstName", lastName: "lastName", phone: "phone" },
          // The number of your form in Marketo: deploying says where it stands.
          constants: { formId: Number(env.MARKETO_FORM_ID) },
        },
      ],
      ...(env.TURNSTILE_SECRET && {
        turnstile: { secret: env.TURNSTILE_SECRET, action: "contact" },
      }),
    },
  },
  accounts: {
    marketo: {
      system: "marketo",
      baseUrl: env.MARKETO_URL,
      credentials: { clientId: env.MARKETO_CLIENT_ID, clientSecret: env.MARKETO_CLIENT_SECRET },
    },
  },
}));
