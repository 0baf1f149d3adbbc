// For how long what is kept of leads that are done.
import { facts } from "../host/facts.js";
import type { Retention, RelayOptions } from "../options.js";
import { IS_DAYS, PASSES } from "./listing.gen.js";
import type { OperatorStore } from "./operator-store.js";

const DAY = 24 * 60 * 60 * 1000;

/** So many leads are looked at in one go. */
const SOME = 1_000;

/** What an owner said, in milliseconds; nothing where that is nothing, or no number of days. */
export function kept(relay: RelayOptions, name: keyof Retention): number | undefined {
  const days = relay.retention?.[name] as unknown;
  const isDays = IS_DAYS[facts(typeof days === "number", Number(days) >= 0)];
  return isDays ? Number(days) * DAY : undefined;
}

/** Forgets what has been there long enough, some of it at a time; no lead that is done before `least`. */
export function forget(
  store: OperatorStore,
  relay: RelayOptions,
  now: number,
  least: number,
): void {
  const leads = Math.max(least, kept(relay, "leads") ?? least);
  const part = (name: string, own: number | undefined, act: typeof unknown): void => {
    if (own !== undefined) walk(store, name, now - own, act);
  };
  const search = kept(relay, "search");
  // Whose values are kept has to be found by whoever erases a person.
  const found = search === undefined ? undefined : Math.max(search, kept(relay, "values") ?? 0);
  part("search", found, unknown);
  part("attempts", kept(relay, "attempts"), untold);
  store.rows(
    "DELETE FROM kept_values WHERE lead IN (SELECT lead FROM kept_values WHERE since < ? LIMIT ?)",
    now - (kept(relay, "values") ?? 0),
    SOME,
  );
  const over = `SELECT id FROM leads WHERE finished < ? LIMIT ${SOME}`;
  store.rows(`DELETE FROM deliveries WHERE lead IN (${over})`, now - leads);
  store.rows(
    `DELETE FROM leads WHERE id IN (${over}) AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id)`,
    now - leads,
  );
}

/** Takes a part of leads that were done before a time, each once: how far it is, it writes down. */
function walk(
  store: OperatorStore,
  name: string,
  before: number,
  act: (store: OperatorStore, leads: string) => void,
): void {
  store.together(() => {
    const [known] = store.rows("SELECT value FROM meta WHERE name = ?", `forgot ${name}`);
    const from = Number(known?.["value"] ?? 0);
    const rows = store.rows(
      `SELECT id, finished FROM leads WHERE finished >= ? AND finished < ? ORDER BY finished LIMIT ${SOME}`,
      from,
      before,
    );
    const last = Number(rows.at(-1)?.["finished"] ?? 0);
    if (rows[0] === undefined) return;
    act(store, JSON.stringify(rows.map(({ id }) => id)));
    // As many in one millisecond there are not: none of them is passed by.
    store.rows(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      `forgot ${name}`,
      last + (PASSES[facts(rows.length < SOME, last === from)] as number),
    );
  });
}

const HASHES = `json_each('["' || replace(known, ' ', '","') || '"]')`;

/** Nobody finds them by a person any more. */
export function unknown(store: OperatorStore, leads: string): void {
  store.rows(
    `DELETE FROM known_persons WHERE (hash, lead) IN
     (SELECT value, leads.id FROM leads, ${HASHES} WHERE leads.id IN (SELECT value FROM json_each(?1)) AND known IS NOT NULL)`,
    leads,
  );
  store.rows(
    "UPDATE leads SET known = NULL WHERE id IN (SELECT value FROM json_each(?)) AND known IS NOT NULL",
    leads,
  );
}

function untold(store: OperatorStore, leads: string): void {
  store.rows(
    "UPDATE deliveries SET attempts = NULL WHERE lead IN (SELECT value FROM json_each(?)) AND attempts IS NOT NULL",
    leads,
  );
}
