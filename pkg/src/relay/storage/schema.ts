import { FieldpostError } from "../../core/errors.js";
import type { DurableState } from "./durable.js";

/**
 * An outbox's tables, version after version: a stored state is brought up step by step, and what is written here once is
 * never changed. Version 1 had no number.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE IF NOT EXISTS leads (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, body_hash TEXT NOT NULL, form TEXT NOT NULL, person TEXT NOT NULL,
    accepted INTEGER NOT NULL, review TEXT, lead TEXT, visitor TEXT, finished INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, lead TEXT NOT NULL REFERENCES leads (id), account TEXT NOT NULL, state TEXT NOT NULL,
    phase TEXT NOT NULL, next INTEGER NOT NULL, code TEXT, maybe_repeated INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS due ON deliveries (phase, next);
  CREATE TABLE IF NOT EXISTS renders (
    delivery TEXT NOT NULL, operation TEXT NOT NULL, request TEXT NOT NULL, PRIMARY KEY (delivery, operation)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS finished ON leads (finished);
  `,
  // raw: the lead as it came, because the check did not come to its end. spent: form tokens and the one lead that each
  // was good for. running: keys whose acceptance is under way elsewhere.
  `
  ALTER TABLE leads ADD COLUMN raw INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX waiting ON deliveries (account, next) WHERE phase IN ('waiting', 'sent');
  CREATE INDEX of_lead ON deliveries (lead);
  CREATE INDEX attention ON deliveries (phase, code) WHERE phase IN ('dead', 'review');
  CREATE INDEX repeated ON deliveries (lead) WHERE maybe_repeated = 1;
  CREATE INDEX of_person ON leads (person) WHERE finished IS NULL;
  UPDATE deliveries SET code = (SELECT review FROM leads WHERE leads.id = deliveries.lead) WHERE phase = 'review';
  CREATE TABLE spent (nonce TEXT PRIMARY KEY, key TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX spent_until ON spent (until);
  CREATE TABLE running (key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // Each index is a page that every accepted lead writes: `waiting` has taken the place of `due`, and what is not
  // finished need not be found by when it was.
  `
  DROP INDEX due;
  DROP INDEX finished;
  CREATE INDEX finished_at ON leads (finished) WHERE finished IS NOT NULL;
  `,
  // persons: the hashes of everybody's e-mail and phone in the lead, with blanks between; `person` is the first of them.
  // warning: what the system did not get as it was sent, as a code. hold: the closed target that the delivery waits for.
  // reason: why a person discarded it. base: where the account was when the request was made. tally: what `Tally` keeps, in one row; counted here for the last time.
  `
  ALTER TABLE leads ADD COLUMN persons TEXT;
  ALTER TABLE deliveries ADD COLUMN warning TEXT;
  ALTER TABLE deliveries ADD COLUMN hold TEXT;
  ALTER TABLE deliveries ADD COLUMN reason TEXT;
  ALTER TABLE renders ADD COLUMN base TEXT;
  DROP INDEX waiting;
  CREATE INDEX waiting ON deliveries (account, next) WHERE phase IN ('waiting', 'sent') AND hold IS NULL;
  CREATE INDEX held ON deliveries (account, hold, next) WHERE hold IS NOT NULL;
  CREATE TABLE tally (
    one INTEGER PRIMARY KEY, queued INTEGER NOT NULL, review INTEGER NOT NULL, dead INTEGER NOT NULL, bytes INTEGER NOT NULL,
    floor INTEGER NOT NULL
  ) STRICT;
  INSERT INTO tally SELECT 1, open - review - dead, review, dead, bytes, 0 FROM
    (SELECT count(*) AS open FROM leads WHERE finished IS NULL),
    (SELECT count(DISTINCT lead) AS review FROM deliveries WHERE phase = 'review'),
    (SELECT count(DISTINCT lead) AS dead FROM deliveries AS one WHERE phase = 'dead' AND NOT EXISTS
      (SELECT 1 FROM deliveries WHERE lead = one.lead AND phase = 'review')),
    (SELECT (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
      + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
      + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders) AS bytes);
  `,
];

/** The version that this code writes. */
export const SCHEMA_VERSION = STEPS.length;

/**
 * What a later release has beside the tables of the last step: columns that may be empty, tables, indexes, and triggers that
 * fill tables of their own. The release
 * before knows nothing of them and goes on working over them, as it must while two versions run side by side or one is
 * rolled back. So it never fills them: a row that it wrote has NULL there. With the next step that a release may need, what
 * stands here has become part of every version's tables. Each one is written once and then never changed.
 */
const ADDITIONS: readonly string[] = [
  // trouble: so many times in a row the module stopped over this delivery.
  // persons_keyed, body_keyed: the name of a key, and HMACs of what stands in `persons` and `body_hash`, which go once no
  // release reads them. The index of the plain hash makes room for the other's.
  // issues: why a lead that was kept as it came does not pass, `field:code` with blanks between.
  // for_person, held_lead: what waits for a person, and what waits for a closed target or in vain, in the order of the leads.
  // round: when a person sent it on. accounts: of which system each account is or was.
  // source: of a suspect, the address that it came from, as a keyed hash. claims: the shard that a key was promised to under a
  // number of shards, empty for this one. counts: in the object "shards" alone, the numbers that were in use.
  `
  ALTER TABLE deliveries ADD COLUMN trouble INTEGER;
  ALTER TABLE leads ADD COLUMN persons_keyed TEXT;
  ALTER TABLE leads ADD COLUMN body_keyed TEXT;
  DROP INDEX IF EXISTS of_person;
  CREATE INDEX of_persons ON leads (persons_keyed) WHERE finished IS NULL;
  ALTER TABLE leads ADD COLUMN issues TEXT;
  CREATE INDEX for_person ON deliveries (lead, phase, code) WHERE phase IN ('dead', 'review');
  CREATE INDEX held_lead ON deliveries (account, hold, lead) WHERE hold IS NOT NULL AND phase IN ('waiting', 'sent');
  ALTER TABLE deliveries ADD COLUMN round TEXT;
  CREATE INDEX of_round ON deliveries (round, phase, code) WHERE round IS NOT NULL;
  CREATE TABLE accounts (name TEXT PRIMARY KEY, system TEXT NOT NULL) STRICT, WITHOUT ROWID;
  ALTER TABLE leads ADD COLUMN source TEXT;
  CREATE INDEX under_review ON leads (source) WHERE review IS NOT NULL AND finished IS NULL;
  CREATE TABLE claims (
    key TEXT NOT NULL, count INTEGER NOT NULL, shard TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (key, count)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_until ON claims (until);
  CREATE TABLE counts (count INTEGER PRIMARY KEY, place INTEGER NOT NULL, used INTEGER NOT NULL) STRICT;
  `,
  // by_code, by_phase: what waits for a person, in the order of the leads, so that few of a kind are found among many of another.
  // sums: what would else be counted over all that is there. Triggers keep them, whichever release writes: deliveries that are
  // dead by account and form, leads that wait for a person by state and code, deliveries that may have been repeated.
  `
  DROP INDEX IF EXISTS attention;
  CREATE INDEX by_code ON deliveries (phase, code, lead) WHERE phase IN ('dead', 'review');
  CREATE INDEX by_phase ON deliveries (phase, lead) WHERE phase IN ('dead', 'review');
  CREATE TABLE sums (
    what TEXT NOT NULL, one TEXT NOT NULL, two TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (what, one, two)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sums SELECT 'dead', account, form, count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE phase = 'dead' GROUP BY account, form;
  INSERT INTO sums SELECT 'leads', phase, coalesce(code, ''), count(DISTINCT lead) FROM deliveries WHERE phase IN ('dead', 'review') GROUP BY 2, 3;
  INSERT INTO sums SELECT 'repeated', '', '', count(*) FROM deliveries WHERE maybe_repeated = 1 HAVING count(*) > 0;
  CREATE TRIGGER sums_empty AFTER UPDATE ON sums WHEN new.n <= 0 BEGIN
    DELETE FROM sums WHERE what = new.what AND one = new.one AND two = new.two;
  END;
  CREATE TRIGGER sums_insert AFTER INSERT ON deliveries WHEN new.phase IN ('dead', 'review') OR new.maybe_repeated = 1 BEGIN
    INSERT INTO sums SELECT 'dead', new.account, form, 1 FROM leads WHERE id = new.lead AND new.phase = 'dead'
      ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO sums SELECT 'leads', new.phase, coalesce(new.code, ''), 1 WHERE new.phase IN ('dead', 'review')
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = new.lead AND phase = new.phase AND code IS new.code AND id <> new.id)
      ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO sums SELECT 'repeated', '', '', 1 WHERE new.maybe_repeated = 1 ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER sums_delete AFTER DELETE ON deliveries WHEN old.phase IN ('dead', 'review') OR old.maybe_repeated = 1 BEGIN
    UPDATE sums SET n = n - 1 WHERE what = 'dead' AND old.phase = 'dead' AND one = old.account AND two = (SELECT form FROM leads WHERE id = old.lead);
    UPDATE sums SET n = n - 1 WHERE what = 'leads' AND one = old.phase AND two = coalesce(old.code, '')
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = old.lead AND phase = old.phase AND code IS old.code);
    UPDATE sums SET n = n - 1 WHERE what = 'repeated' AND old.maybe_repeated = 1;
  END;
  CREATE TRIGGER sums_dead AFTER UPDATE OF phase, account ON deliveries
  WHEN (old.phase = 'dead' OR new.phase = 'dead') AND (old.phase <> new.phase OR old.account <> new.account) BEGIN
    UPDATE sums SET n = n - 1 WHERE what = 'dead' AND old.phase = 'dead' AND one = old.account AND two = (SELECT form FROM leads WHERE id = new.lead);
    INSERT INTO sums SELECT 'dead', new.account, form, 1 FROM leads WHERE id = new.lead AND new.phase = 'dead'
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER sums_form AFTER UPDATE OF form ON leads WHEN old.form <> new.form BEGIN
    UPDATE sums SET n = n - 1 WHERE what = 'dead' AND two = old.form AND one IN (SELECT account FROM deliveries WHERE lead = new.id AND phase = 'dead');
    INSERT INTO sums SELECT 'dead', account, new.form, 1 FROM deliveries WHERE lead = new.id AND phase = 'dead'
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER sums_leads AFTER UPDATE OF phase, code ON deliveries
  WHEN (old.phase IN ('dead', 'review') OR new.phase IN ('dead', 'review')) AND (old.phase <> new.phase OR old.code IS NOT new.code) BEGIN
    UPDATE sums SET n = n - 1 WHERE what = 'leads' AND one = old.phase AND two = coalesce(old.code, '')
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = new.lead AND phase = old.phase AND code IS old.code);
    INSERT INTO sums SELECT 'leads', new.phase, coalesce(new.code, ''), 1 WHERE new.phase IN ('dead', 'review')
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = new.lead AND phase = new.phase AND code IS new.code AND id <> new.id)
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER sums_repeated AFTER UPDATE OF maybe_repeated ON deliveries WHEN old.maybe_repeated <> new.maybe_repeated BEGIN
    INSERT INTO sums VALUES ('repeated', '', '', new.maybe_repeated) ON CONFLICT DO UPDATE SET n = n + iif(new.maybe_repeated = 1, 1, -1);
  END;
  `,
  // open_leads: what is not finished in the order of the leads, with its persons, for who looks at all of them. The index by
  // persons was a page of its own for nearly every lead; this one grows at its end.
  `
  DROP INDEX IF EXISTS of_persons;
  CREATE INDEX open_leads ON leads (id, persons_keyed) WHERE finished IS NULL;
  `,
  // attempts: what a delivery's calls came to (`attempts.ts`). known, known_persons: the keyed hashes of a lead that is finished,
  // and the leads of each, until the lead is forgotten. They are written when a lead ends: who accepts one pays nothing for them.
  // hours: how many leads came and how many deliveries were done in an hour. The leads are added up later (`hours.ts`).
  `
  ALTER TABLE deliveries ADD COLUMN attempts TEXT;
  ALTER TABLE leads ADD COLUMN known TEXT;
  CREATE TABLE known_persons (hash TEXT NOT NULL, lead TEXT NOT NULL, PRIMARY KEY (hash, lead)) STRICT, WITHOUT ROWID;
  CREATE TRIGGER known_finish AFTER UPDATE OF finished ON leads
  WHEN old.finished IS NULL AND new.finished IS NOT NULL AND old.persons_keyed IS NOT NULL BEGIN
    UPDATE leads SET known = old.persons_keyed WHERE id = new.id;
    INSERT OR IGNORE INTO known_persons SELECT value, new.id FROM json_each('["' || replace(old.persons_keyed, ' ', '","') || '"]') WHERE key > 0;
  END;
  CREATE TRIGGER known_forget AFTER DELETE ON leads WHEN old.known IS NOT NULL BEGIN
    DELETE FROM known_persons WHERE lead = old.id AND hash IN (SELECT value FROM json_each('["' || replace(old.known, ' ', '","') || '"]'));
  END;
  CREATE TABLE hours (
    hour INTEGER NOT NULL, what TEXT NOT NULL, form TEXT NOT NULL, account TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (hour, what, form, account)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO hours SELECT coalesce(finished, accepted) / 3600000, 'delivered', form, account, count(*)
    FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE phase = 'done' GROUP BY 1, form, account;
  CREATE TRIGGER hours_done AFTER UPDATE OF phase ON deliveries WHEN new.phase = 'done' AND old.phase <> 'done' BEGIN
    INSERT INTO hours SELECT unixepoch() / 3600, 'delivered', form, new.account, 1 FROM leads WHERE id = new.lead
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  `,
  // later: what a person has ruled and can take back until it is due. In the object "shards" alone: sessions of the console, by the
  // hash of their token; who saw or changed what; senders that are let through.
  `
  CREATE TABLE later (
    name TEXT PRIMARY KEY, due INTEGER NOT NULL, rule TEXT NOT NULL, who TEXT NOT NULL, begun INTEGER, done INTEGER,
    moved INTEGER NOT NULL, stayed TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sessions (
    token TEXT PRIMARY KEY, who TEXT NOT NULL, keys TEXT NOT NULL, until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_until ON sessions (until);
  CREATE TABLE audit (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL) STRICT;
  CREATE TABLE passes (
    id TEXT PRIMARY KEY, form TEXT NOT NULL, kind TEXT NOT NULL, sender TEXT NOT NULL, until INTEGER NOT NULL, made INTEGER NOT NULL, who TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // alerts: in the object "shards" alone, what each of the owner's channels was told.
  `
  CREATE TABLE alerts (channel TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // kept_values: locked values of leads that were delivered, for as long as the owner says.
  `
  CREATE TABLE kept_values (lead TEXT PRIMARY KEY, own TEXT NOT NULL, visitor TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX kept_since ON kept_values (since);
  CREATE TRIGGER kept_forget AFTER DELETE ON leads BEGIN DELETE FROM kept_values WHERE lead = old.id; END;
  `,
  // test: a person has sent it to see how it arrives; no day counts it. again: when a person corrected it after it was delivered.
  `
  ALTER TABLE leads ADD COLUMN test INTEGER;
  ALTER TABLE leads ADD COLUMN again INTEGER;
  DROP TRIGGER hours_done;
  CREATE TRIGGER hours_done AFTER UPDATE OF phase ON deliveries WHEN new.phase = 'done' AND old.phase <> 'done' BEGIN
    INSERT INTO hours SELECT unixepoch() / 3600, 'delivered', form, new.account, 1 FROM leads WHERE id = new.lead AND test IS NULL
      ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  `,
  // reconciled: how far the system of an account was asked whether stored leads are still there, as its machine has it. vanished:
  // those that were not. erased: nobody asks about it. What was found is counted in hours, by when the lead came.
  `
  CREATE TABLE reconciled (account TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE vanished (
    delivery TEXT PRIMARY KEY, lead TEXT NOT NULL, form TEXT NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL,
    accepted INTEGER NOT NULL, since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX vanished_lead ON vanished (lead);
  CREATE TRIGGER vanished_forget AFTER DELETE ON leads BEGIN DELETE FROM vanished WHERE lead = old.id; END;
  ALTER TABLE leads ADD COLUMN erased INTEGER;
  `,
];

/** Brings the tables to this version; refuses what a later one wrote, rather than guess. */
export function migrate(storage: DurableState["storage"]): void {
  const { sql } = storage;
  sql.exec(
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
  );
  const [newer] = sql
    .exec("SELECT value FROM meta WHERE name = 'version' AND value > ?", SCHEMA_VERSION)
    .toArray();
  if (newer)
    throw new FieldpostError(
      "state.version",
      `The outbox was written by version ${Number(newer["value"])}, this is ${SCHEMA_VERSION}: deploy the newer one again.`,
    );
  grow(storage, "version", STEPS);
  grow(storage, "additions", ADDITIONS);
}

function known({ sql }: DurableState["storage"], name: string): number {
  const [row] = sql.exec("SELECT value FROM meta WHERE name = ?", name).toArray();
  return Number(row?.["value"] ?? 0);
}

function grow(storage: DurableState["storage"], name: string, steps: readonly string[]): void {
  const from = known(storage, name);
  for (const [at, step] of [...steps.entries()].slice(from)) {
    storage.transactionSync(() => {
      storage.sql.exec(step);
      storage.sql.exec(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        at + 1,
      );
    });
  }
}
