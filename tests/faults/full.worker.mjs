// A relay whose outbox is filled by a test: what is refused waits for a person by the gigabyte, beside a form that goes on.
import { Outbox as Sound, relay } from "fieldpost/worker";

export { Gate } from "fieldpost/worker";

export class Outbox extends Sound {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test/")) return super.fetch(request);
    const { sql } = this.state.storage;
    if (pathname === "/test/fill") {
      const { from, count, size, kept } = await request.json();
      // As a lead that was refused a while ago: the state is a real one's.
      const [{ state }] = sql.exec("SELECT state FROM deliveries WHERE phase = 'dead' LIMIT 1").toArray();
      const when = Date.now() - 3_600_000;
      sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2)
         INSERT INTO leads (id, key, body_hash, form, person, persons, accepted, lead, visitor)
         SELECT printf('%08x-%04x-7000-8000-%012x', ?3 >> 16, ?3 & 65535, i), 'full-' || i, 'x', 'contact', 'p' || i, 'e:p' || i, ?3,
           json_object('email', 'full' || i || '@example.org', 'company', hex(zeroblob(?4 / 2))), '{}' FROM n`,
        from, count, when, size,
      );
      const mine = "(SELECT id FROM leads WHERE key IN (WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1 + ?2) SELECT 'full-' || i FROM n))";
      sql.exec(`INSERT INTO deliveries (id, lead, account, state, phase, next, code) SELECT id || '/marketo', id, 'marketo', ?3, 'dead', 0, 'marketo.1003' FROM leads WHERE id IN ${mine}`, from, count, state);
      if (kept) sql.exec(`INSERT INTO renders (delivery, operation, base, request) SELECT id || '/marketo', 'marketo.lead.submitForm', 'x', json_object('body', hex(zeroblob(?3 / 2))) FROM leads WHERE id IN ${mine}`, from, count, kept);
      return Response.json({});
    }
    if (pathname === "/test/count") {
      sql.exec(`UPDATE tally SET (queued, review, dead, bytes) = (SELECT
        (SELECT count(*) FROM leads WHERE finished IS NULL) - (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead'), 0,
        (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead'),
        (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
          + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
          + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders))`);
      this.desk.tally.load();
      return Response.json(this.desk.tally.now);
    }
    return Response.json(sql.exec(await request.text()).toArray());
  }
}

const handler = relay((env) => {
  const form = (deliver) => ({
    origins: [env.PAGE_ORIGIN],
    thanks: `${env.PAGE_ORIGIN}/thanks.html`,
    fields: { firstName: { kind: "name" }, lastName: { kind: "name" }, email: { kind: "email", required: true }, company: { kind: "text", max: 65_000 } },
    deliver: [deliver],
  });
  const to = { baseUrl: env.SANDBOX, allowHost: env.SANDBOX_HOST, limits: { calls: 1_000_000, window: 20_000, atOnce: 10 } };
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    valueKey: env.VALUE_KEY,
    timeScale: Number(env.TIME_SCALE),
    addressLimit: null,
    shards: 1,
    plan: "paid",
    forms: {
      contact: form({ account: "marketo", map: { email: "email", company: "company" }, constants: { formId: 1029 } }),
      live: form({ account: "prospects", map: { email: "email", firstName: "firstName", lastName: "lastName" } }),
    },
    accounts: {
      marketo: { ...to, system: "marketo", credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET } },
      prospects: { ...to, system: "prospects", credentials: { key: env.SANDBOX_KEY } },
    },
  };
});

export default {
  ...handler,
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/test/")) return handler.fetch(request, env);
    return env.OUTBOX.get(env.OUTBOX.idFromName("shard-0")).fetch(`https://outbox${pathname}`, { method: "POST", body: await request.text() });
  },
};
