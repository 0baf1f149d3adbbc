// A relay of forms that show whose record a lead touches, and what a visitor's silence is.
import { relay } from "fieldpost/worker";
import { accounts, common, form as formOf, toMarketo } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

const EMAIL = { kind: "email" };
const NAMES = { firstName: { kind: "name" }, lastName: { kind: "name" } };

export default relay((env) => {
  const form = (fields, ...deliver) => formOf(env, fields, deliver);
  const person = { ...NAMES, email: EMAIL, phone: { kind: "phone" }, notes: { kind: "text" } };
  const same = (fields) => Object.fromEntries(Object.keys(fields).map((name) => [name, name]));
  const marketo = (map) => toMarketo({ email: "email", ...map });
  return {
    ...common(env),
    forms: {
      // Prospects alone; without notes; and by phone, where the owner says so.
      contact: form(person, { account: "prospects", map: same(person) }),
      plain: form(person, { account: "prospects", map: same({ ...NAMES, email: 0, phone: 0 }) }),
      family: form(person, { account: "prospects", match: "phone", map: same(person) }),
      // Permissions that nobody must give, and two ways to withdraw one.
      news: form(
        {
          email: EMAIL,
          news: { kind: "consent" },
          calls: { kind: "boolean" },
          stop: { kind: "boolean" },
          again: { kind: "choice", choices: ["true", "false"] },
        },
        marketo({
          optIn: "news",
          phoneOptIn: "calls",
          unsubscribed: "stop",
          emailOptIn: "!stop",
          weekly: "again",
        }),
      ),
      cookie: form({ email: EMAIL, terms: { kind: "consent", required: true } }, marketo({})),
    },
    accounts: accounts(env, ["marketo", "prospects"]),
  };
});
