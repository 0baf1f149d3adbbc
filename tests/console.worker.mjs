// A relay as an operator has one: two forms, two systems, people with roles. Its outboxes show their rows to a test, and take
// many leads at once.
import { Outbox as Sound, relay } from "fieldpost/worker";
import {
  account,
  askEach,
  common,
  form,
  shards,
  showing,
  toMarketo,
  withTests,
} from "./relays.mjs";

export { Gate } from "fieldpost/worker";

export const Outbox = showing(Sound, {
  /** So many leads that came one after the other over a month: mostly delivered, some wait, some wait for a person. */
  many({ count, first }) {
    const { sql } = this.state.storage;
    const rows = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
    // Nobody has an id, a moment or an e-mail of another outbox's.
    const shard = Number(this.shard.split("-")[1]);
    const at = `(${first} + i * 2000 + ${shard * 50})`;
    const id = `(substr(printf('%012x', ${at}), 1, 8) || '-' || substr(printf('%012x', ${at}), 9) || '-7000-8000-' || printf('%04x%08x', ${shard}, i))`;
    const person = `(i + ${shard * 10_000_000})`;
    const keyed = `('aaaaaaaa e:' || printf('%032x', ${person}) || ' p:' || printf('%032x', ${person} + 5000000))`;
    this.state.storage.transactionSync(() => {
      sql.exec(
        `${rows} INSERT INTO leads (id, key, body_hash, form, person, persons, persons_keyed, accepted, lead, visitor, raw)
         SELECT ${id}, 'many' || ${id}, 'x', iif(i % 4 = 0, 'event', 'contact'), 'x' || i, '', ${keyed}, ${at},
         '{"firstName":"Ann","lastName":"Lee ' || i || '","email":"many' || ${person} || '@example.org"}', '{}', 0 FROM n`,
      );
      for (const system of ["marketo", "prospects"])
        sql.exec(
          `${rows} INSERT INTO deliveries (id, lead, account, state, phase, next, code)
           SELECT ${id} || '/${system}', ${id}, '${system}', '', CASE WHEN i % 50 = 0 THEN 'review' WHEN i % 50 = 1 AND '${system}' = 'marketo' THEN 'dead'
           WHEN i % 50 = 2 THEN 'waiting' ELSE 'done' END, 9000000000000, CASE WHEN i % 50 = 0 THEN 'token.forged' WHEN i % 50 = 1 AND '${system}' = 'marketo' THEN 'marketo.1003' END FROM n`,
        );
      sql.exec(
        `UPDATE leads SET finished = accepted + 3000, lead = NULL, visitor = NULL, person = '', persons = NULL, persons_keyed = NULL
         WHERE key LIKE 'many%' AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND phase <> 'done')`,
      );
      sql.exec(
        `UPDATE tally SET review = (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'review'), dead = (SELECT count(*) FROM deliveries WHERE phase = 'dead'),
         queued = (SELECT count(*) FROM leads WHERE finished IS NULL) - (SELECT count(DISTINCT lead) FROM deliveries WHERE phase IN ('review', 'dead'))`,
      );
    });
    this.store.tally.load();
    return sql.exec("SELECT count(*) AS n FROM leads").toArray();
  },
});

/** The team's public keys, which the test has made. */
const certs = (env) => () => Promise.resolve(new Response(env.CERTS));

const handler = relay((env) => {
  const person = {
    firstName: { kind: "name", label: "First name", required: true },
    lastName: { kind: "name", label: "Last name" },
    email: { kind: "email", label: "E-mail", required: true },
    phone: { kind: "phone", label: "Phone" },
  };
  const same = (fields) => Object.fromEntries(Object.keys(fields).map((name) => [name, name]));
  // An account that somebody may rename.
  const crm = env.CRM || "prospects";
  const both = [toMarketo(same(person)), { account: crm, map: same(person) }];
  if (env.PARDOT)
    both.push({
      account: "pardot",
      map: { first_name: "firstName", last_name: "lastName", email: "email", phone: "phone" },
    });
  const limits = { calls: 100_000, window: 20_000, atOnce: 10 };
  return {
    ...common(env),
    ...(env.OPERATORS && { operators: JSON.parse(env.OPERATORS) }),
    ...(env.ACCESS && { access: { ...JSON.parse(env.ACCESS), fetch: certs(env) } }),
    ...(env.ADDRESS_HEADER && { addressHeader: env.ADDRESS_HEADER }),
    ...(env.ALERTS && { alerts: JSON.parse(env.ALERTS) }),
    ...(env.VALUE_KEY_NOW && { valueKey: env.VALUE_KEY_NOW }),
    ...(env.STORAGE_KEY && { storageKey: env.STORAGE_KEY.split(",") }),
    ...(env.RETENTION && { retention: JSON.parse(env.RETENTION) }),
    shards: Number(env.SHARDS ?? 3),
    forms: {
      contact: form(
        env,
        {
          ...person,
          notes: { kind: "text", label: `Message${env.HOSTILE ?? ""}`, max: 2_000 },
          terms: {
            kind: "consent",
            label: "Terms",
            purpose: "contact",
            text: "You may call me back.",
          },
        },
        both,
        { title: `Book a walkthrough${env.HOSTILE ?? ""}` },
      ),
      event: form(env, person, both, { title: "Open day" }),
    },
    accounts: {
      marketo: account(env, "marketo", { limits }),
      [crm]: account(env, "prospects", { limits, record: "https://crm.example.org/{id}" }),
      ...(env.PARDOT && { pardot: account(env, "pardot") }),
    },
  };
});

const ofEach =
  (path) =>
  ({ env, text }) =>
    askEach(env.OUTBOX, shards(Number(env.SHARDS ?? 3)), path, text);

export default withTests(handler, {
  ...Object.fromEntries(["sql", "many"].map((path) => [path, ofEach(path)])),
  /** The rows of the object that knows of all shards. */
  desk: ({ env, text }) => askEach(env.OUTBOX, ["shards"], "sql", text),
});
