import type { OperatorStore } from "./operator-store.js";
import { breath } from "./merge.js";
import { excuse } from "./reconciled.js";
import { unknown } from "./retention.js";
import type { Sought } from "../lead/persons.js";

/** So many leads are looked at before others have their turn. */
const SOME = 1_000;

/** What became of a person's leads; `out` are calls that had left before. */
export interface Erased {
  erased: number;
  out: number;
}

/**
 * Takes a person out of the outbox, the review and the dead letters, whichever field they are in. Key and hash stay: a page
 * that repeats the lead must not bring it back. All leads that are not finished are looked at, some at a time.
 */
export async function erase(
  store: OperatorStore,
  { persons, keyed = [], keys = [], lead }: Pick<Sought, "persons"> & Partial<Sought> & Alone,
): Promise<Erased> {
  const done: Erased = { erased: 0, out: 0 };
  if (lead !== undefined) {
    alone(store, lead, done);
    return done;
  }
  const asked = [persons, keyed, keys].map((some) => JSON.stringify(some));
  for (let from = "", last = after(store, from); last; last = after(store, from)) {
    const found = store.rows(OF_PERSON, from, last.id, ...asked);
    store.together(() => found.forEach(({ id }) => void take(store, String(id), done)));
    from = last.id;
    await breath();
  }
  forget(store, keyed);
  return done;
}

/** One lead instead of a person: what others of theirs hold stays. */
interface Alone {
  lead?: string;
}

function alone(store: OperatorStore, lead: string, done: Erased): void {
  store.together(() => {
    const [open] = store.rows("SELECT finished FROM leads WHERE id = ?", lead);
    if (open?.["finished"] === null) take(store, lead, done);
    else over(store, lead);
  });
}

/** Of leads that are finished only hashes are left: nobody finds them by a person any more. */
function forget(store: OperatorStore, keyed: readonly string[]): void {
  const hashes = JSON.stringify(keyed.flatMap((hash) => [`e:${hash}`, `p:${hash}`]));
  store.together(() => {
    const leads = store.rows(
      "SELECT DISTINCT lead FROM known_persons WHERE hash IN (SELECT value FROM json_each(?))",
      hashes,
    );
    for (const { lead } of leads) over(store, String(lead));
  });
}

/** What is left of a lead that is finished: what it is found by, and its values where they are kept. That its record goes is no loss. */
function over(store: OperatorStore, lead: string): void {
  excuse(store, lead);
  unknown(store, JSON.stringify([lead]));
  store.rows("DELETE FROM kept_values WHERE lead = ?", lead);
}

/** Up to which lead the next ones are, in their order; nothing behind the last one. */
const after = (store: OperatorStore, id: string): { id: string } | undefined =>
  store.rows(
    `SELECT id FROM (SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL AND id > ? ORDER BY id LIMIT ${SOME}) ORDER BY id DESC LIMIT 1`,
    id,
  )[0] as { id: string } | undefined;

/**
 * A person's leads among some: by keyed hashes. Plain hashes are asked for where there is none under a key of today's: the
 * release before wrote the row, or the key is gone.
 */
const OF_PERSON = `SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL AND id > ?1 AND id <= ?2 AND (
    EXISTS (SELECT 1 FROM json_each(?4) AS hash WHERE instr(persons_keyed || ' ', ':' || hash.value || ' ') > 0)
    OR (persons_keyed IS NULL OR substr(persons_keyed, 1, 8) NOT IN (SELECT value FROM json_each(?5)))
      AND EXISTS (SELECT 1 FROM json_each(?3) AS hash WHERE person = hash.value OR instr(persons || ' ', ':' || hash.value || ' ') > 0))`;

function take(store: OperatorStore, lead: string, done: Erased): void {
  const [sent] = store.rows(
    "SELECT count(*) AS n FROM deliveries WHERE lead = ? AND phase = 'sent'",
    lead,
  );
  done.out += Number(sent?.["n"]);
  done.erased++;
  store.tally.turn(lead, () => {
    // None of the hashes are kept, as those of a lead are that ends by itself.
    store.rows("UPDATE leads SET persons_keyed = NULL WHERE id = ?", lead);
    store.tally.close(lead, Date.now());
    store.rows("DELETE FROM deliveries WHERE lead = ?", lead);
  });
}
