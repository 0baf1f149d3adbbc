// A relay whose visitors may leave the consent out.
import { relay } from "fieldpost/worker";
import { accounts, common, form, toMarketo } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  ...common(env),
  forms: {
    contact: form(
      env,
      { email: { kind: "email", required: true }, consent: { kind: "consent" } },
      [toMarketo({ email: "email", utmSource: "@utm_source" })],
      { trap: "fp_ref2" },
    ),
  },
  accounts: accounts(env, ["marketo"]),
}));
