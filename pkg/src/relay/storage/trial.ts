// A lead that a person has sent to see how it arrives: whether its record may be taken out of a system again, and that it was.
import type { RelayOptions } from "../options.js";
import { type Attempt, MOST_ATTEMPTS, written } from "./attempts.js";
import { STAYS } from "./listing.gen.js";
import type { OperatorStore } from "./operator-store.js";
import { ruled } from "./ruled.js";

/** Which record of which system, and by what; or the code of why it stays. */
export type Removable = { operation: string; record: string } | { stays: string };

/** What a delivery's code is once its record was taken out. */
const REMOVED = "test.removed";

interface Delivery {
  id: string;
  account: string;
  code: string | null;
  state: string;
}

/** What becomes of one delivery of a test lead, as `src/relay/ruling.rs` says. */
export function fate({ id, account, code, state }: Delivery, relay: RelayOptions): Removable {
  const stays = STAYS[code ?? ""];
  if (stays !== undefined) return { stays };
  let found: Removable = { stays: "" };
  const system = relay.accounts[account]?.system ?? "";
  const said = ruled(
    "remove",
    { id, lead: id, account, state },
    system,
    [],
    (operation, record) => {
      found = { operation, record };
    },
  );
  return said.code === undefined ? found : { stays: said.code };
}

/** The same of a lead's delivery to an account; nothing where it is no test, or not here. */
export function removable(
  store: OperatorStore,
  relay: RelayOptions,
  { id, account }: { id: string; account: string },
): Removable | null {
  const [row] = store.rows(
    `SELECT deliveries.id AS id, account, code, state FROM deliveries JOIN leads ON leads.id = deliveries.lead
     WHERE deliveries.lead = ? AND account = ? AND test = 1`,
    id,
    account,
  );
  return row ? fate(row as unknown as Delivery, relay) : null;
}

/** Writes down what came of it. */
export function removed(
  store: OperatorStore,
  given: { id: string; account: string; attempt: Attempt; removed: boolean },
): void {
  store.rows(
    `UPDATE deliveries SET attempts = substr(coalesce(attempts, '') || ?3, -${MOST_ATTEMPTS}), code = iif(?4, '${REMOVED}', code) WHERE lead = ?1 AND account = ?2`,
    given.id,
    given.account,
    written(given.attempt),
    Number(given.removed),
  );
}
