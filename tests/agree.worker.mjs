// A relay whose forms are made up, `/leads/form{n}`. Their leads go to nobody, so that each waits with its values.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  addressLimit: null,
  forms: Object.fromEntries(
    JSON.parse(env.SPECS).map(({ fields }, n) => [
      `form${n}`,
      {
        fields,
        origins: [env.PAGE_ORIGIN],
        thanks: `${env.PAGE_ORIGIN}/thanks.html`,
        trap: "fp_ref2",
        deliver: [{ account: "nobody", operation: "prospects.prospect.upsert", map: {} }],
      },
    ]),
  ),
  accounts: {
    nobody: {
      system: "prospects",
      baseUrl: "http://127.0.0.1:9",
      allowHost: "127.0.0.1:9",
      credentials: { key: "none" },
    },
  },
}));
