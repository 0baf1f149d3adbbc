// A relay of forms that show whose record a lead touches, and what a visitor's silence is.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

const EMAIL = { kind: "email" };
const NAMES = { firstName: { kind: "name" }, lastName: { kind: "name" } };

export default relay((env) => {
  const form = (fields, ...deliver) => ({ origins: [env.PAGE_ORIGIN], thanks: `${env.PAGE_ORIGIN}/thanks.html`, fields, deliver });
  const person = { ...NAMES, email: EMAIL, phone: { kind: "phone" }, notes: { kind: "text" } };
  const same = (fields) => Object.fromEntries(Object.keys(fields).map((name) => [name, name]));
  const marketo = (map) => ({ account: "marketo", map: { email: "email", ...map }, constants: { formId: 1029 } });
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    addressLimit: null,
    timeScale: Number(env.TIME_SCALE),
    forms: {
      // Prospects alone; without notes; and by phone, where the owner says so.
      contact: form(person, { account: "prospects", map: same(person) }),
      plain: form(person, { account: "prospects", map: same({ ...NAMES, email: 0, phone: 0 }) }),
      family: form(person, { account: "prospects", match: "phone", map: same(person) }),
      // Permissions that nobody must give, and two ways to withdraw one.
      news: form(
        { email: EMAIL, news: { kind: "consent" }, calls: { kind: "boolean" }, stop: { kind: "boolean" }, again: { kind: "choice", choices: ["true", "false"] } },
        marketo({ optIn: "news", phoneOptIn: "calls", unsubscribed: "stop", emailOptIn: "!stop", weekly: "again" }),
      ),
      cookie: form({ email: EMAIL, terms: { kind: "consent", required: true } }, marketo({})),
    },
    accounts: {
      marketo: {
        system: "marketo",
        baseUrl: env.SANDBOX,
        allowHost: env.SANDBOX_HOST,
        credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
      },
      prospects: { system: "prospects", baseUrl: env.SANDBOX, allowHost: env.SANDBOX_HOST, credentials: { key: env.SANDBOX_KEY } },
    },
  };
});
