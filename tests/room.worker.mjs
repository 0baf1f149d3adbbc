// A relay with two forms into one account and small bounds, which counts what its Workers ask of the outboxes.
import { relay } from "fieldpost/worker";
import { account, bounds, common, form, toMarketo, withTests } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

const handler = relay((env) => {
  const contact = form(
    env,
    { email: { kind: "email", required: true }, company: { kind: "text", max: 60_000 } },
    [toMarketo({ email: "email", company: "company" })],
  );
  return {
    ...common(env),
    ...bounds(env),
    addressHeader: "x-real-ip",
    shards: Number(env.SHARDS ?? 1),
    forms: { contact, second: contact },
    accounts: {
      marketo: account(env, "marketo", { limits: { calls: 100_000, window: 20_000, atOnce: 10 } }),
    },
  };
});

let calls = [];

/** Notes what the outboxes are asked. */
const counting = (env) => ({
  ...env,
  OUTBOX: {
    idFromName: (name) => env.OUTBOX.idFromName(name),
    get(id) {
      const one = env.OUTBOX.get(id);
      return {
        fetch(url, init) {
          calls.push(new URL(url).pathname.slice(1));
          return one.fetch(url, init);
        },
      };
    },
  },
});

export default withTests(
  { ...handler, fetch: (request, env) => handler.fetch(request, counting(env)) },
  {
    calls() {
      const made = calls;
      calls = [];
      return made;
    },
  },
);
