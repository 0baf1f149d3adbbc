import { goesTo } from "../options.js";
import { goneBy, waysOf } from "./gone.js";
import { type Ruled, ruled, stays } from "./ruled.js";
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

/** To an account of the same system, where it may go there. */
function toAccount(ruling: Ruling, lead: string, row: Waiting, to: string, sure: boolean): Ruled {
  const { store, relay, gone } = ruling;
  const { id, account, phase, next, state } = row;
  const form = ruling.form(lead);
  const there = store.rows("SELECT 1 FROM deliveries WHERE lead = ? AND account = ?", lead, to);
  const was = gone.systemOf(account) ?? rendered(ruling, id) ?? "";
  const given = [
    ...waysOf(relay, form, account),
    Number(goesTo(relay, to, form, null)),
    Number(there.length > 0),
    was,
    Number(sure),
    phase,
    next,
    relay.timeScale ?? 1,
  ];
  const own = { id, lead, account, state };
  return ruled("move", own, relay.accounts[to]?.system ?? "", given, (stands, fresh) => {
    store.tally.drop(id);
    store.rows(MOVE, `${lead}/${to}`, to, fresh, stands, Date.now(), id);
  });
}

/** What stays as it is has no new state, and keeps where it stands. */
const MOVE = `UPDATE deliveries SET id = ?1, account = ?2, state = coalesce(nullif(?3, ''), state), phase = coalesce(nullif(?4, ''), phase),
  code = iif(?4 = '', code, NULL), hold = NULL, trouble = NULL, next = ?5 WHERE id = ?6`;

/** The system of an account of which only a stored request is left: its operation begins with it. */
function rendered({ store }: Ruling, id: string): string | undefined {
  const [row] = store.rows("SELECT operation FROM renders WHERE delivery = ? LIMIT 1", id);
  return row && String(row["operation"]).split(".", 1)[0];
}
