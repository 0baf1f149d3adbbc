// A relay with every mistake that its check of the options knows, each in a form or an account of its own. With MENDED there
// is none of them. BROKEN says what else is wrong with the relay itself.
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import { account, common, form as formOf, withTests } from "./relays.mjs";

/** What the relay says in its log. */
const lines = [];
console.log = (line) => lines.push(line);

export const Outbox = SoundOutbox;
export const Gate = SoundGate;

const name = { kind: "name", required: true };
const fields = {
  firstName: name,
  lastName: name,
  email: { kind: "email", required: true },
  company: { kind: "text" },
};
const people = { firstName: "firstName", lastName: "lastName", email: "email" };

const handler = relay((env) => {
  const mended = env.MENDED === "1";
  /** What is right once it is mended. */
  const or = (wrong, right) => (mended ? right : wrong);
  const form = (deliver, more = {}) => formOf(env, fields, deliver, more);
  const toPeople = (map = people, more = {}) => ({ account: "prospects", map, ...more });
  const toMarketo = (more = {}) => ({
    account: "marketo",
    map: { email: "email", firstName: "firstName" },
    constants: { formId: 1029 },
    ...more,
  });
  const client = { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET };
  return {
    ...common(env),
    ...(env.BROKEN === "missing" && { secret: undefined }),
    ...(env.BROKEN === "short" && { secret: [env.RELAY_SECRET, "hunter2"] }),
    accounts: {
      marketo: account(env, "marketo"),
      prospects: account(env, "prospects"),
      // 3
      keyless: {
        ...account(env, "prospects"),
        credentials: { key: or(env.NOT_SET, env.SANDBOX_KEY) },
      },
      // 4
      nowhere: { ...account(env, "marketo"), baseUrl: or(undefined, env.SANDBOX) },
      // 5
      shared: {
        ...account(env, "pardot"),
        credentials: { ...client, loginUrl: or("https://login.salesforce.com", env.SANDBOX) },
      },
      ...(mended && { crm: account(env, "prospects") }),
    },
    forms: {
      credential: form([{ ...toPeople(), account: "keyless" }]),
      address: form([{ ...toMarketo(), account: "nowhere" }]),
      login: form([{ account: "shared", map: { email: "email" } }]),
      number: form([toMarketo(or({ constants: {} }, {}))]),
      param: form([toPeople({ ...people, [or("compny", "company")]: "company" })]),
      sourceless: form([toPeople(or({ firstName: "firstName", email: "email" }, people))]),
      // Mended with a constant: what waits has no last name, and the field may go on being empty.
      optional: form(
        [
          toPeople(
            or(people, { firstName: "firstName", email: "email" }),
            or({}, { constants: { lastName: "-" } }),
          ),
        ],
        { fields: { ...fields, lastName: { kind: "name" } } },
      ),
      kind: form([toPeople()], {
        fields: { ...fields, company: { kind: or("txet", "text") } },
      }),
      idle: form([toPeople()], {
        fields: { ...fields, company: { kind: "text", ...(!mended && { require: true }) } },
      }),
      path: form([toPeople()], { origins: [or(`${env.PAGE_ORIGIN}/landing/`, env.PAGE_ORIGIN)] }),
      slash: form([toPeople()], { origins: [`${env.PAGE_ORIGIN}/`] }),
      several: form([toPeople()], {
        origins: [or(`${env.PAGE_ORIGIN}, https://b.example`, env.PAGE_ORIGIN)],
      }),
      unknown: form([{ ...toPeople(), account: "crm" }, toMarketo()]),
      twice: form([toPeople(), or(toPeople(), toMarketo())]),
      fieldless: form([toPeople({ ...people, notes: or("message", "company") })]),
      fine: form([toPeople()]),
    },
  };
});

export default withTests(handler, { lines: () => lines });
