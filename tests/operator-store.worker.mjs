// A relay with two systems, whose outboxes count their own rows when a test asks, and break some.
import { Outbox as Sound, relay } from "fieldpost/worker";
import {
  account,
  askEach,
  bounds,
  common,
  form,
  shards,
  showing,
  toMarketo,
  withTests,
} from "./relays.mjs";

export { Gate } from "fieldpost/worker";

/** What the tally must say, counted from the rows. */
const COUNTED = `SELECT
  (SELECT count(*) FROM leads WHERE finished IS NULL) AS open,
  (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'review') AS review,
  (SELECT count(DISTINCT lead) FROM deliveries WHERE phase = 'dead' AND lead NOT IN (SELECT lead FROM deliveries WHERE phase = 'review')) AS dead,
  (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
    + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
    + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders) AS bytes`;

export const Outbox = showing(Sound, {
  counted() {
    const { sql } = this.state.storage;
    const [{ open, ...counted }] = sql.exec(COUNTED).toArray();
    const [kept] = sql.exec("SELECT * FROM tally").toArray();
    const { now } = this.store.tally;
    return { counted: { queued: open - counted.review - counted.dead, ...counted }, kept, now };
  },

  /** Fills what may grow with `count` of what a stranger sends, as fast as it can, and says how much of it there is then. */
  async fill({ what, count }) {
    const { acceptance, store } = this;
    const { sql } = this.state.storage;
    const rows = (table) => sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n;
    const own = (n) => `fill-${crypto.randomUUID()}-${n}`;
    switch (what) {
      case "spent":
      case "running":
      case "claims": {
        // Most of them at once, and the last ones through the door.
        const columns = {
          spent: "nonce, key, until",
          running: "key, body_hash, until",
          claims: "key, shard, count, until",
        }[what];
        const through = {
          spent: (name) => acceptance.spend({ nonce: name, key: "x" }),
          running: (name) => acceptance.reserve({ key: name, bodyHash: "x" }),
          claims: (name) =>
            acceptance.claim({ key: name, bodyHash: "x", count: 2, shard: "shard-1" }),
        }[what];
        // As an instance that begins: it counts what is there, some with each that comes.
        const anew = () =>
          Object.assign(acceptance[what], { count: 0, counted: "", knowsAll: undefined });
        // The bound itself would take a minute to fill.
        if (what === "claims") Object.assign(acceptance.claims, { most: count - 1_500 });
        sql.exec(
          `INSERT INTO ${what} (${columns}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT 'fill' || i, 'x', ${what === "claims" ? "2, " : ""}? + i % 1000 FROM n`,
          count - 1_000,
          Date.now() + 1e4,
        );
        anew();
        for (let n = 0; n < 1_000; n++) through(own(n));
        const newest = sql
          .exec(
            `SELECT count(*) AS n FROM ${what} WHERE ${what === "spent" ? "nonce" : "key"} LIKE 'fill-%'`,
          )
          .one().n;
        const held = rows(what);
        sql.exec(`DELETE FROM ${what}`);
        anew();
        return { held, newest };
      }
      case "counters":
        for (let n = 0; n < count; n++) store.tick(`died ${own(n)}`);
        return { held: Object.keys(store.counters).length };
      case "arrived": {
        const offers = Array.from({ length: count }, (_, n) => ({
          key: own(n),
          bodyHash: "x",
          form: "contact",
          lead: '{"email":"fill@example.org"}',
          visitor: "{}",
          person: "x",
          review: ["fill"],
          targets: [],
        }));
        const answers = offers.map((offer) => acceptance.accept(offer));
        const held = acceptance.arrived.length;
        const states = (await Promise.all(answers)).map(({ state }) => state);
        sql.exec(
          "UPDATE leads SET finished = 1, lead = NULL, visitor = NULL WHERE key LIKE 'fill-%'",
        );
        return { held, full: states.filter((state) => state === "full").length };
      }
      case "bodies": {
        const lead = "x".repeat(1 << 20);
        const answers = Array.from({ length: count }, (_, n) =>
          acceptance.accept({
            key: own(n),
            bodyHash: "x",
            form: "contact",
            lead,
            visitor: "",
            person: "x",
            review: ["fill"],
            targets: [],
          }),
        );
        const held = acceptance.arrived.length;
        await Promise.all(answers);
        return { held };
      }
      case "leads":
        sql.exec(
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO leads (id, key, body_hash, form, person, accepted, finished) SELECT 'old' || i, 'old' || i, 'x', 'contact', '', 1, 1 FROM n",
          count,
        );
        // A thousand go at a time, and some are there from before.
        for (let n = 0; n < 3; n++)
          await this.fetch(new Request("https://outbox/wake", { method: "POST" }));
        return { held: rows("leads WHERE id LIKE 'old%'") };
      case "sets": {
        // What the outbox holds between two events is one text, with a row for each thing.
        const held = this.driver.schedule.split("\u0002").map((row) => row.split("\u0001")[0]);
        const count = (what) => held.filter((one) => one === what).length;
        return { held: count("lane"), accounts: count("account"), budgets: count("budget") };
      }
    }
  },
});

/** One field for many parameters. */
const WIDE = Object.fromEntries(
  ["address", "city", "state", "country", "postalCode", "title", "department", "website"].map(
    (name) => [name, "company"],
  ),
);

const handler = relay((env) => {
  const map = { email: "email", company: "company" };
  const names = { firstName: "firstName", lastName: "lastName" };
  // An account and a form that somebody may rename or remove.
  const [crm, called] = [env.CRM || "prospects", env.FORM || "contact"];
  const fields = {
    firstName: { kind: "name" },
    lastName: { kind: "name" },
    email: { kind: "email", required: true },
    company: { kind: "text", max: 60_000 },
  };
  const deliver = [
    toMarketo(map),
    ...(env.ONE
      ? []
      : [
          { account: crm, map: { ...map, ...names } },
          ...(env.SECOND ? [toMarketo(map, { account: "second" })] : []),
        ]),
  ];
  const limits = { calls: 100_000, window: 20_000, atOnce: 10 };
  return {
    ...common(env),
    ...bounds(env),
    shards: Number(env.SHARDS ?? 3),
    forms: {
      ...(!env.ONE && { wide: form(env, fields, [toMarketo({ ...map, ...WIDE })]) }),
      [called]: form(env, fields, deliver),
    },
    accounts: {
      marketo: account(env, "marketo", { limits }),
      ...(env.SECOND && { second: account(env, "marketo", { limits }) }),
      ...(!env.ONE && { [crm]: account(env, "prospects", { limits }) }),
    },
  };
});

const ofEach =
  (path) =>
  ({ env, text }) =>
    askEach(env.OUTBOX, shards(Number(env.SHARDS ?? 3)), path, text);

export default withTests(
  handler,
  Object.fromEntries(["sql", "counted", "fill"].map((path) => [path, ofEach(path)])),
);
