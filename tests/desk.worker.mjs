// A relay with two systems, whose outboxes count their own rows when a test asks, and break some.
import { Outbox as Sound, relay } from "fieldpost/worker";

export { Gate } from "fieldpost/worker";

/** What the tally must say, counted from the rows. */
const COUNTED = `SELECT
  (SELECT count(*) FROM leads WHERE finished IS NULL) AS open,
  (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'review') AS review,
  (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead' AND lead NOT IN (SELECT lead FROM deliveries WHERE phase = 'review')) AS dead,
  (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
    + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
    + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders) AS bytes`;

export class Outbox extends Sound {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test/")) return super.fetch(request);
    const { sql } = this.state.storage;
    if (pathname === "/test/counted") {
      const [{ open, ...counted }] = sql.exec(COUNTED).toArray();
      const [kept] = sql.exec("SELECT * FROM tally").toArray();
      const { now } = this.desk.tally;
      return Response.json({ counted: { queued: open - counted.review - counted.dead, ...counted }, kept, now });
    }
    return Response.json(sql.exec(await request.text()).toArray());
  }
}

const handler = relay((env) => {
  const map = { email: "email", company: "company" };
  const names = { firstName: "firstName", lastName: "lastName" };
  const form = {
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { firstName: { kind: "name" }, lastName: { kind: "name" }, email: { kind: "email", required: true }, company: { kind: "text", max: 60_000 } },
    deliver: [{ account: "marketo", map, constants: { formId: 1029 } }, { account: "prospects", map: { ...map, ...names } }],
  };
  const limits = { calls: 100_000, window: 20_000, atOnce: 10 };
  const to = { baseUrl: env.SANDBOX, allowHost: env.SANDBOX_HOST, limits };
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressLimit: null,
    shards: Number(env.SHARDS ?? 3),
    ...Object.fromEntries(["maxBytes", "maxQueued", "maxReview"].flatMap((name) => (env[name] ? [[name, Number(env[name])]] : []))),
    forms: { contact: env.ONE ? { ...form, deliver: form.deliver.slice(0, 1) } : form },
    accounts: {
      marketo: { ...to, system: "marketo", credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET } },
      ...(!env.ONE && { prospects: { ...to, system: "prospects", credentials: { key: env.SANDBOX_KEY } } }),
    },
  };
});

export default {
  ...handler,
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test/")) return handler.fetch(request, env);
    const body = await request.text();
    const each = Array.from({ length: Number(env.SHARDS ?? 3) }, (_, n) => env.OUTBOX.get(env.OUTBOX.idFromName(`shard-${n}`)));
    return Response.json(await Promise.all(each.map(async (one) => (await one.fetch(`https://outbox${pathname}`, { method: "POST", body })).json())));
  },
};
