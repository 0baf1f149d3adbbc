// A relay whose forms are those of the cases: `/leads/{id}`.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  addressLimit: null,
  forms: Object.fromEntries(
    JSON.parse(env.CASES).map(({ id, fields }) => [id, { fields, origins: [env.PAGE_ORIGIN], thanks: `${env.PAGE_ORIGIN}/thanks.html`, trap: "fp_ref2", deliver: [] }]),
  ),
  accounts: {},
}));
