// A relay whose outbox is filled by a test: what is refused waits for a person by the gigabyte, beside a form that goes on.
import { Outbox as Sound, relay } from "fieldpost/worker";
import { accounts, askEach, common, form as formOf, showing, toMarketo, withTests } from "../relays.mjs";

export { Gate } from "fieldpost/worker";

export const Outbox = showing(Sound, {
  fill({ from, count, size, kept }) {
    const { sql } = this.state.storage;
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
  },
  count() {
    this.state.storage.sql.exec(`UPDATE tally SET (queued, review, dead, bytes) = (SELECT
      (SELECT count(*) FROM leads WHERE finished IS NULL) - (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead'), 0,
      (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead'),
      (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
        + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
        + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders))`);
    this.desk.tally.load();
    return this.desk.tally.now;
  },
});

const handler = relay((env) => {
  const fields = { firstName: { kind: "name" }, lastName: { kind: "name" }, email: { kind: "email", required: true }, company: { kind: "text", max: 65_000 } };
  const form = (target) => formOf(env, fields, [target]);
  return {
    ...common(env),
    shards: 1,
    plan: "paid",
    forms: {
      contact: form(toMarketo({ email: "email", company: "company" })),
      live: form({ account: "prospects", map: { email: "email", firstName: "firstName", lastName: "lastName" } }),
    },
    accounts: accounts(env, ["marketo", "prospects"], { limits: { calls: 1_000_000, window: 20_000, atOnce: 10 } }),
  };
});

const ofShard = (path) => async ({ env, text }) => (await askEach(env.OUTBOX, ["shard-0"], path, text))[0];

export default withTests(handler, { fill: ofShard("fill"), count: ofShard("count") });
