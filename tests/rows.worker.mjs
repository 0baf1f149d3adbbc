// A relay whose outboxes and limiters show their rows to a test, with forms that take e-mails and phones each in its own way. A
// test may stop the module in the middle of a check, and have an outbox that is away.
import { withTrap } from "./guard.trap.mjs";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import {
  accounts,
  askEach,
  common,
  form as formOf,
  shards,
  showing,
  toMarketo,
  withTests,
} from "./relays.mjs";

export const Outbox = showing(SoundOutbox);
export const Gate = showing(SoundGate);

const email = { kind: "email" };
const phone = { kind: "phone" };

const options = (env) => {
  const form = (fields) => formOf(env, fields, [toMarketo({ email: "email" })]);
  return {
    ...common(env),
    secret: env.SECRETS.split(","),
    ...(env.HASH_KEYS && { hashKey: env.HASH_KEYS.split(",") }),
    shards: 2,
    forms: {
      contact: form({ email, other: email, phone, mobile: phone, company: { kind: "text" } }),
      world: form({
        email: { kind: "email", quoted: true },
        phone: { kind: "phone", international: true },
      }),
    },
    accounts: accounts(env, ["marketo"]),
  };
};

const handler = withTrap(relay(options));
let away = "";

/** The bindings, with one outbox that does not answer where a test says so. */
const partly = (env) => ({
  ...env,
  OUTBOX: {
    idFromName: (name) => ({ name }),
    get: ({ name }) =>
      name === away
        ? { fetch: () => Promise.reject(new Error("away")) }
        : env.OUTBOX.get(env.OUTBOX.idFromName(name)),
  },
});

export default withTests(
  { scheduled: handler.scheduled, fetch: (request, env) => handler.fetch(request, partly(env)) },
  {
    away: ({ text }) => (away = text),
    async sql({ env, text }) {
      const each =
        JSON.parse(text).of === "gates"
          ? askEach(env.GATE, ["marketo", "removed"], "sql", text)
          : askEach(env.OUTBOX, shards(2), "sql", text);
      return (await each).flat();
    },
  },
);
