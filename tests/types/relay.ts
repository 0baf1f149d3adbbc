// What of a relay's options compiles and what does not. Each line below `@ts-expect-error` is a mistake that an owner makes.
import type {
  AccessOptions,
  AddressLimit,
  AlertChannelMembers,
  AlertOptions,
  Operator,
  RelayAccount,
  RelayFormOptions,
  RelayOptions,
  Target,
  TurnstileOptions,
} from "../../pkg/src/relay/configuration.js";
import type { Credentials } from "../../pkg/src/core/account.gen.js";
import type { FieldSpec } from "../../pkg/src/core/types.js";
import type { Members } from "../../pkg/src/relay/captures.gen.js";
import type { Fields, Systems, TypedSource } from "../../pkg/src/relay/define.js";

/** As `defineRelay` of `fieldpost/worker` is declared. */
declare const defineRelay: <Env>() => <const O, F extends Fields, S extends Systems>(
  source: TypedSource<Env, O, F, S>,
) => unknown;

interface Env {
  SECRET: string;
  MARKETO_URL: string;
  FORM_ID: string;
}

const client = { clientId: "id", clientSecret: "secret" };

defineRelay<Env>()((env) => ({
  secret: env.SECRET,
  accounts: {
    marketo: { system: "marketo", baseUrl: env.MARKETO_URL, credentials: client },
    crm: { system: "pardot", baseUrl: "https://pi.pardot.com", credentials: client, version: 4 },
    people: { system: "prospects", baseUrl: "https://x.example", credentials: { key: "k" } },
  },
  forms: {
    contact: {
      origins: ["https://www.example.com"],
      thanks: "https://www.example.com/thanks",
      fields: {
        email: { kind: "email", required: true },
        lastName: { kind: "name" },
        stop: { kind: "boolean", label: "No more" },
        terms: { kind: "consent", required: true },
      },
      deliver: [
        {
          account: "marketo",
          map: { email: "email", AnyField: "lastName", when: "@consent.terms.at" },
          constants: { formId: Number(env.FORM_ID) },
        },
        { account: "crm", map: { email: "email", source: "@utm_source", opted_out: "stop" } },
        {
          account: "people",
          map: { lastName: "lastName", email: "email" },
          constants: { firstName: "-" },
          match: "phone",
        },
      ],
    },
    news: {
      origins: [],
      thanks: "/thanks",
      fields: { mail: { kind: "email", required: true } },
      deliver: [{ account: "crm", map: { email: "mail", optIn: "!mail" } }],
    },
  },
}));

const accounts = {
  marketo: { system: "marketo", baseUrl: "x", credentials: client },
  people: { system: "prospects", baseUrl: "x", credentials: { key: "k" } },
} as const;
const pages = { origins: [], thanks: "/" } as const;
const fields = { email: { kind: "email" }, lastName: { kind: "name" } } as const;
const define = defineRelay<Env>();

define(() => ({
  secret: "x",
  accounts,
  forms: {
    // @ts-expect-error There is no such kind.
    f: { ...pages, fields: { email: { kind: "emial" } }, deliver: [] },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    // @ts-expect-error There is no such rule: it is `required`.
    f: { ...pages, fields: { email: { kind: "email", require: true } }, deliver: [] },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    // @ts-expect-error A relay's form has no such member.
    f: { ...pages, fields, deliver: [], anyOf: [] },
  },
}));
const form = { ...pages, fields } as const;
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      // @ts-expect-error There is no such account.
      deliver: [{ account: "marketto", map: { email: "email" }, constants: { formId: 1 } }],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      // @ts-expect-error The form's number is missing.
      deliver: [{ account: "marketo", map: { email: "email" } }],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      deliver: [
        // @ts-expect-error There is no such constant.
        { account: "marketo", map: { email: "email" }, constants: { formid: 1, formId: 1 } },
      ],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      // @ts-expect-error The form has no such field.
      deliver: [{ account: "people", map: { lastName: "lastname" } }],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      deliver: [
        // @ts-expect-error The prospects API has no such parameter.
        { account: "people", map: { lastname: "lastName", email: "email" } },
      ],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      // @ts-expect-error The form has no such box.
      deliver: [{ account: "people", map: { notes: "!stop" } }],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      // @ts-expect-error Only prospects are matched by their phone.
      deliver: [
        { account: "marketo", map: { email: "email" }, constants: { formId: 1 }, match: "phone" },
      ],
    },
  },
}));
define(() => ({
  secret: "x",
  accounts,
  forms: {
    f: {
      ...form,
      deliver: [
        // @ts-expect-error A target has no such member.
        { account: "people", map: { email: "email" }, mapp: {} },
      ],
    },
  },
}));
// @ts-expect-error There is no such binding.
define((env) => ({ secret: env.SECERT, accounts, forms: {} }));
// @ts-expect-error There is no such option.
define(() => ({ secret: "x", operatorkey: "x", accounts, forms: {} }));
define(() => ({
  secret: "x",
  // @ts-expect-error There is no such system.
  accounts: { crm: { system: "salesforce", baseUrl: "x", credentials: client } },
  forms: {},
}));
define(() => ({
  secret: "x",
  // @ts-expect-error There is no such member of an account.
  accounts: { crm: { system: "pardot", baseUrl: "x", baseURL: "x", credentials: client } },
  forms: {},
}));
define(() => ({
  secret: "x",
  // @ts-expect-error Its credentials have no such member.
  accounts: { crm: { system: "pardot", baseUrl: "x", credentials: { clientID: "x" } } },
  forms: {},
}));

const mail = {
  kind: "resend",
  key: "k",
  from: "relay@example.com",
  to: "ann@example.com",
} as const;
define(() => ({
  secret: "x",
  alerts: {
    review: 10,
    channels: {
      hook: { kind: "webhook", url: "https://x.example", secret: ["whsec_a", "whsec_b"] },
      chat: { kind: "slack", url: "https://hooks.slack.com/x" },
      owner: mail,
    },
  },
  accounts,
  forms: {},
}));
define(() => ({
  secret: "x",
  // @ts-expect-error There is no such kind of channel.
  alerts: { channels: { chat: { kind: "teams", url: "https://x.example" } } },
  accounts,
  forms: {},
}));
define(() => ({
  secret: "x",
  // @ts-expect-error A webhook is signed.
  alerts: { channels: { hook: { kind: "webhook", url: "https://x.example" } } },
  accounts,
  forms: {},
}));
define(() => ({
  secret: "x",
  // @ts-expect-error There is no such option of alerts.
  alerts: { channels: { owner: mail }, reviews: 10 },
  accounts,
  forms: {},
}));

// The names that the check knows are those of the types. A new member stands in both, or neither.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const members: {
  [name in keyof Members]: true;
} = {
  relay: true satisfies Same<keyof RelayOptions, Members["relay"]>,
  form: true satisfies Same<keyof RelayFormOptions, Members["form"]>,
  field: true satisfies Same<keyof FieldSpec, Members["field"]>,
  target: true satisfies Same<keyof Target, Members["target"]>,
  turnstile: true satisfies Same<keyof TurnstileOptions, Members["turnstile"]>,
  account: true satisfies Same<keyof RelayAccount, Members["account"]>,
  credentials: true satisfies Same<keyof Credentials, Members["credentials"]>,
  limits: true satisfies Same<keyof NonNullable<RelayAccount["limits"]>, Members["limits"]>,
  addressLimit: true satisfies Same<keyof AddressLimit, Members["addressLimit"]>,
  operator: true satisfies Same<keyof Operator, Members["operator"]>,
  access: true satisfies Same<keyof AccessOptions, Members["access"]>,
  alerts: true satisfies Same<keyof AlertOptions, Members["alerts"]>,
  channel: true satisfies Same<keyof AlertChannelMembers, Members["channel"]>,
  retention: true satisfies Same<
    keyof NonNullable<RelayOptions["retention"]>,
    Members["retention"]
  >,
  reconcile: true satisfies Same<
    keyof Exclude<RelayOptions["reconcile"], false | undefined>,
    Members["reconcile"]
  >,
};
void members;
