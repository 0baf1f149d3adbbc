// The demo's relay of an owner who locks values at rest and keeps them for a while, so that a delivered lead can be corrected.
import { account, common, form, toMarketo } from "./relays.mjs";
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

const own = { email: "email", firstName: "firstName", lastName: "lastName" };

export default relay((env) => ({
  ...common(env),
  storageKey: "a key of what the outboxes store, 32",
  retention: { values: 7 },
  forms: {
    contact: form(
      env,
      {
        firstName: { kind: "name", required: true },
        lastName: { kind: "name", required: true },
        email: { kind: "email", required: true },
      },
      [
        toMarketo(own),
        {
          account: "pardot",
          map: { email: "email", first_name: "firstName", last_name: "lastName" },
        },
        { account: "prospects", map: own, constants: { newSourceName: "Website" } },
      ],
    ),
  },
  accounts: Object.fromEntries(
    ["marketo", "pardot", "prospects"].map((name) => [name, account(env, name)]),
  ),
}));
