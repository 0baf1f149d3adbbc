import { steady } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import { goneBy } from "./gone.js";
import { systemOf } from "../options.js";
import { type Ruled, stays } from "./ruled.js";
import type { Ruling, Waiting } from "./ruling.js";

/** From what is gone to what took its place: an account, or a form. */
export interface Move {
  account?: { from: string; to: string };
  form?: { from: string; to: string };
  /** A person says so of what the relay cannot know: that the old account does not have it, or of which system it was. */
  sure: boolean;
}

/** What becomes of a lead that moves. What was refused or is held stays so: where it goes is another question. */
export function moved(
  ruling: Ruling,
  lead: string,
  waiting: readonly Waiting[],
  { account, form, sure }: Move,
): Ruled[] {
  if (form) return renamed(ruling, lead, waiting, form.from, form.to);
  return account
    ? waiting
        .filter((row) => row.account === account.from)
        .map((row) => toAccount(ruling, lead, row, account.to, sure))
    : [];
}

/** The same values for the form of another name, as its rules make them; each delivery stays with its account. */
function renamed(
  ruling: Ruling,
  lead: string,
  waiting: readonly Waiting[],
  from: string,
  to: string,
): Ruled[] {
  const { store, relay } = ruling;
  const each = (code: string): Ruled[] =>
    waiting.map(({ id, account }) => stays({ id, lead, account }, code));
  if (Object.hasOwn(relay.forms, from)) return each("form.there");
  if (!waiting.some(({ account }) => !goneBy(relay, to, account))) return each("account.target");
  if (!ruling.check(lead, to)) return each("lead.invalid");
  return waiting.map(({ id, account, phase }) => {
    const own = { id, lead, account };
    if (goneBy(relay, to, account)) {
      store.rows("UPDATE deliveries SET hold = ? WHERE id = ? AND hold IS NOT NULL", to, id);
      return stays(own, "account.target");
    }
    // The request is made anew, but for one that may have arrived: that is looked up, or repeated as it was.
    if (phase !== "sent") store.tally.drop(id);
    store.rows(
      "UPDATE deliveries SET hold = NULL, next = min(next, ?) WHERE id = ?",
      Date.now(),
      id,
    );
    return { ...own, moved: true };
  });
}

/**
 * To an account of the same system. It may be another CRM or the same one under another name, so the delivery begins anew,
 * but keeps what is not known of an earlier write: where the system can be asked, it is asked first.
 */
function toAccount(ruling: Ruling, lead: string, row: Waiting, to: string, sure: boolean): Ruled {
  const { store, relay, gone } = ruling;
  const { id, account, phase, next, state } = row;
  const own = { id, lead, account };
  const form = ruling.form(lead);
  const why = goneBy(relay, form, account);
  if (why === undefined) return stays(own, "account.there");
  if (why === "form.gone") return stays(own, why);
  if (goneBy(relay, form, to)) return stays(own, "account.target");
  if (store.rows("SELECT 1 FROM deliveries WHERE lead = ? AND account = ?", lead, to).length > 0)
    return stays(own, "account.twice");
  const system = systemOf(relay, to);
  const was = gone.systemOf(account) ?? rendered(ruling, id);
  if (was !== undefined && was !== system) return stays(own, "account.system");
  if (was === undefined && !sure) return stays(own, "account.unknown");
  const now = Date.now();
  if (phase === "sent" && next > now) return stays(own, "delivery.out");
  const open = phase === "waiting" || phase === "sent";
  let fresh = state;
  try {
    if (isUncertain(state) && !sure) return stays(own, "delivery.doubt");
    // Nobody has written down yet that the answer was lost.
    if (phase === "sent") fresh = steady((glue) => glue.lostDelivery(system, state, now));
    if (open) fresh = steady((glue) => glue.replayDelivery(system, fresh, now));
  } catch (error) {
    return stays(own, error instanceof FieldpostError ? error.code : "delivery.state");
  }
  store.tally.drop(id);
  store.rows(
    "UPDATE deliveries SET id = ?1, account = ?2, state = ?3, phase = ?4, code = iif(?4 = 'waiting', NULL, code), hold = NULL, trouble = NULL, next = ?5 WHERE id = ?6",
    `${lead}/${to}`,
    to,
    fresh,
    open ? "waiting" : phase,
    now,
    id,
  );
  return { ...own, moved: true };
}

/** The system of an account of which only a stored request is left: its operation begins with it. */
function rendered({ store }: Ruling, id: string): string | undefined {
  const [row] = store.rows("SELECT operation FROM renders WHERE delivery = ? LIMIT 1", id);
  return row && String(row["operation"]).split(".", 1)[0];
}

/** Whether nobody can tell if the system has it: a call is out, or its answer was lost. */
function isUncertain(state: string): boolean {
  const {
    phase,
    doubt,
    maybe_repeated: repeated,
    outcome,
  } = JSON.parse(state) as {
    phase: string;
    doubt?: number | null;
    maybe_repeated: boolean;
    outcome?: { kind: string } | null;
  };
  return phase === "sent" || (doubt ?? null) !== null || repeated || outcome?.kind === "unknown";
}
