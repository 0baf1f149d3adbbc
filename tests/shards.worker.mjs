// A relay whose number of shards a test says, and nobody it could deliver to.
import { Outbox as Sound, relay } from "fieldpost/worker";
import { accounts, askEach, common, form, showing, toMarketo, withTests } from "./relays.mjs";

export { Gate } from "fieldpost/worker";

/** The shards that were woken. */
let woken = [];

/** Whose registry can be told that time has passed. */
const Aging = showing(Sound, {
  age({ count, days }) {
    this.state.storage.sql.exec(
      "UPDATE counts SET used = used - ? WHERE count = ?",
      days * 86_400_000,
      count,
    );
  },
});

export class Outbox extends Aging {
  async fetch(request) {
    if (new URL(request.url).pathname === "/wake") woken.push(this.state.id.name);
    return super.fetch(request);
  }
}

const handler = relay((env) => {
  const fields = {
    firstName: { kind: "name" },
    lastName: { kind: "name" },
    email: { kind: "email" },
    phone: { kind: "phone" },
    consent: { kind: "consent" },
  };
  const contact = form(env, fields, [toMarketo({ email: "email" })]);
  return {
    ...common(env),
    timeScale: 1,
    shards: Number(env.SHARDS),
    forms: {
      contact,
      guarded: {
        ...contact,
        turnstile: { secret: "turnstile-secret", siteverify: env.SITEVERIFY },
      },
    },
    accounts: accounts({ ...env, SANDBOX: "http://127.0.0.1:9", SANDBOX_HOST: "127.0.0.1:9" }, [
      "marketo",
      "pardot",
      "prospects",
    ]),
  };
});

export default withTests(handler, {
  woken() {
    const names = woken;
    woken = [];
    return names;
  },
  age: ({ env, text }) => askEach(env.OUTBOX, ["shards"], "age", text),
  register: ({ env, text }) =>
    env.OUTBOX.get(env.OUTBOX.idFromName("shards")).fetch("https://outbox/register", {
      method: "POST",
      body: text,
    }),
});
