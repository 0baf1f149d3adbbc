// A relay whose forms are those of the cases: `/leads/{id}`.
import { relay } from "fieldpost/worker";
import { common, form } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  ...common(env),
  forms: Object.fromEntries(
    JSON.parse(env.CASES).map(({ id, fields }) => [id, form(env, fields, [], { trap: "fp_ref2" })]),
  ),
  accounts: {},
}));
