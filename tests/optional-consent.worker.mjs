// A relay whose visitors may leave the consent out.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  secret: env.RELAY_SECRET,
  timeScale: Number(env.TIME_SCALE),
  forms: {
    contact: {
      origins: [env.PAGE_ORIGIN],
      thanks: `${env.PAGE_ORIGIN}/thanks.html`,
      trap: "fp_ref2",
      fields: { email: { kind: "email", required: true }, consent: { kind: "consent" } },
      deliver: [{ account: "marketo", map: { email: "email", utmSource: "@utm_source" }, constants: { formId: 1029 } }],
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
