// A relay with one form and one account. The page "The relay's options" says what else there may be.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  secret: [env.RELAY_SECRET, env.RELAY_SECRET_BEFORE].filter(Boolean),
  sealSecret: [env.SEAL_SECRET, env.SEAL_SECRET_BEFORE].filter(Boolean),
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  // What nginx.conf always sets.
  addressHeader: "x-real-ip",
  // Nothing on this machine bounds what is begun at once.
  plan: "paid",
  forms: {
    contact: {
      title: "Talk to us",
      origins: env.PAGE_ORIGINS.split(","),
      thanks: env.THANKS,
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
          constants: { formId: Number(env.MARKETO_FORM_ID) },
        },
      ],
    },
  },
  accounts: {
    marketo: {
      system: "marketo",
      baseUrl: env.MARKETO_URL,
      // The sandbox's address, while there is one.
      ...(env.SANDBOX_HOST && { allowHost: env.SANDBOX_HOST }),
      credentials: { clientId: env.MARKETO_CLIENT_ID, clientSecret: env.MARKETO_CLIENT_SECRET },
    },
  },
}));
