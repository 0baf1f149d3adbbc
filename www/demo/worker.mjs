// The demo's relay: what a site owner writes, with the sandbox in the place of the CRMs.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  // On this machine everybody has one address, and Miniflare says which.
  addressLimit: null,
  addressHeader: "cf-connecting-ip",
  timeScale: Number(env.TIME_SCALE ?? 1),
  forms: {
    contact: {
      title: "Book a walkthrough",
      origins: [env.PAGE_ORIGIN],
      thanks: `${env.PAGE_ORIGIN}/thanks.html`,
      trap: "fp_ref2",
      fields: {
        firstName: { kind: "name", label: "First name", required: true, max: 80 },
        lastName: { kind: "name", label: "Last name", required: true, max: 80 },
        email: { kind: "email", label: "E-mail", required: true },
        phone: { kind: "phone", label: "Phone" },
        company: { kind: "text", label: "Company", max: 120 },
        labels: { kind: "labels", label: "Interests", max: 10 },
        consent: { kind: "consent", label: "Consent", required: true },
      },
      deliver: [
        {
          account: "marketo",
          map: {
            email: "email",
            firstName: "firstName",
            lastName: "lastName",
            phone: "phone",
            company: "company",
            labels: "labels",
          },
          constants: { formId: 1029 },
        },
        {
          account: "pardot",
          map: {
            email: "email",
            first_name: "firstName",
            last_name: "lastName",
            phone: "phone",
            company: "company",
            Interests: "labels",
            source: "@utm_source",
          },
        },
        {
          account: "prospects",
          map: {
            email: "email",
            firstName: "firstName",
            lastName: "lastName",
            phone: "phone",
            company: "company",
            labels: "labels",
          },
          constants: { newSourceName: "Website" },
        },
      ],
    },
  },
  accounts: {
    marketo: {
      system: "marketo",
      baseUrl: env.SANDBOX,
      allowHost: env.SANDBOX_HOST,
      credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
    },
    pardot: {
      system: "pardot",
      baseUrl: env.SANDBOX,
      allowHost: env.SANDBOX_HOST,
      businessUnit: env.SANDBOX_BUSINESS_UNIT,
      credentials: {
        clientId: env.SANDBOX_CLIENT_ID,
        clientSecret: env.SANDBOX_CLIENT_SECRET,
        loginUrl: env.SANDBOX,
      },
    },
    prospects: {
      system: "prospects",
      baseUrl: env.SANDBOX,
      allowHost: env.SANDBOX_HOST,
      credentials: { key: env.SANDBOX_KEY },
    },
  },
}));
