/** A system's account in a new project: what is asked, what the sandbox takes in its place, and the relay's text for it. */
export interface System {
  title: string;
  /** Settings that are no secrets: what the owner puts there, and what the sandbox takes. `SANDBOX` stands for its address. */
  vars: Readonly<Record<string, { example: string; sandbox: string; means: string }>>;
  /** Secrets, with the sandbox's own. */
  secrets: Readonly<Record<string, { sandbox: string; means: string }>>;
  /** The account's members after `system`. */
  account: readonly string[];
  /** The members of `deliver` after its mapping. */
  deliver: readonly string[];
  /** Fields that the system's operation does not go without. */
  requires: readonly string[];
}

export type SystemName = "marketo" | "pardot" | "prospects";

export const SYSTEMS: Readonly<Record<SystemName, System>> = {
  marketo: {
    title: "Marketo",
    vars: {
      MARKETO_URL: {
        example: "https://123-ABC-456.mktorest.com",
        sandbox: "SANDBOX",
        means: "Admin > Integration > Web Services: the REST endpoint, without /rest",
      },
      MARKETO_FORM_ID: {
        example: "1029",
        sandbox: "1029",
        means: "the number in the address of the form in Design Studio",
      },
    },
    secrets: {
      MARKETO_CLIENT_ID: {
        sandbox: "sandbox-client",
        means: "Admin > Integration > LaunchPoint: the custom service's client id",
      },
      MARKETO_CLIENT_SECRET: {
        sandbox: "sandbox-secret",
        means: "the same service's client secret",
      },
    },
    account: [
      "baseUrl: env.MARKETO_URL,",
      "credentials: { clientId: env.MARKETO_CLIENT_ID, clientSecret: env.MARKETO_CLIENT_SECRET },",
    ],
    deliver: ["constants: { formId: Number(env.MARKETO_FORM_ID) },"],
    requires: ["email"],
  },
  pardot: {
    title: "Pardot (Account Engagement)",
    vars: {
      PARDOT_URL: {
        example: "https://pi.pardot.com",
        sandbox: "SANDBOX",
        means: "https://pi.demo.pardot.com for sandboxes and developer orgs",
      },
      PARDOT_LOGIN_URL: {
        example: "https://MYDOMAIN.my.salesforce.com",
        sandbox: "SANDBOX",
        means:
          "Setup > My Domain; the shared login.salesforce.com gives no token for client credentials",
      },
      PARDOT_BUSINESS_UNIT: {
        example: "0Uv000000000000AAA",
        sandbox: "0Uv000000000001CAA",
        means: "Setup > Business Unit Setup: the id",
      },
    },
    secrets: {
      PARDOT_CLIENT_ID: {
        sandbox: "sandbox-client",
        means: "Setup > External Client App Manager: the app's consumer key",
      },
      PARDOT_CLIENT_SECRET: { sandbox: "sandbox-secret", means: "the same app's consumer secret" },
    },
    account: [
      "baseUrl: env.PARDOT_URL,",
      "businessUnit: env.PARDOT_BUSINESS_UNIT,",
      "credentials: {",
      "  clientId: env.PARDOT_CLIENT_ID,",
      "  clientSecret: env.PARDOT_CLIENT_SECRET,",
      "  loginUrl: env.PARDOT_LOGIN_URL,",
      "},",
    ],
    deliver: [],
    requires: ["email"],
  },
  prospects: {
    title: "Prospects (HiringCenter)",
    vars: {
      PROSPECTS_URL: {
        example: "https://api.hiringcenterpro.com",
        sandbox: "SANDBOX",
        means: "the address of the API",
      },
    },
    secrets: { PROSPECTS_KEY: { sandbox: "sandbox-key", means: "the API key" } },
    account: ["baseUrl: env.PROSPECTS_URL,", "credentials: { key: env.PROSPECTS_KEY },"],
    deliver: ['constants: { newSourceName: "Website" },'],
    requires: ["firstName", "lastName", "email"],
  },
};

/** Examples that nobody's account has, by the name of the setting. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  MARKETO_URL: SYSTEMS.marketo.vars["MARKETO_URL"]?.example ?? "",
  PARDOT_LOGIN_URL: SYSTEMS.pardot.vars["PARDOT_LOGIN_URL"]?.example ?? "",
  PARDOT_BUSINESS_UNIT: SYSTEMS.pardot.vars["PARDOT_BUSINESS_UNIT"]?.example ?? "",
};
