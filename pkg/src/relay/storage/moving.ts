import { goesTo } from "../options.js";
import { waysOf } from "./gone.js";
import { CHECKED, RENAMED, RENAMES } from "./ruling.gen.js";
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
export function moved(ruling: Ruling, lead: string, { account, form, sure }: Move): Ruled[] {
  if (form) return renamed(ruling, lead, ruling.waiting(lead), form.from, form.to);
  return account
    ? ruling
        .waiting(lead, account.from)
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
  const { relay } = ruling;
  const ways = waiting.map(({ account }) => waysOf(relay, to, account)[1]);
  const hasWay = Math.max(0, ...ways);
  const all = { lead, to };
  const follows = RENAMES[Number(Object.hasOwn(relay.forms, from)) + 2 * hasWay] as Follows;
  const code = follows === "check" ? (CHECKED[Number(ruling.check(lead, to))] as Follows) : follows;
  if (code !== "goes") return waiting.map(({ id, account }) => stays({ id, lead, account }, code));
  return waiting.map((row, at) => {
    const way = ways[at] as number;
    return MOVES[RENAMED[way + 2 * Number(row.phase === "sent")] as Renamed](ruling, row, all);
  });
}

type Follows = (typeof RENAMES)[number] | (typeof CHECKED)[number];
type Renamed = (typeof RENAMED)[number];
type Moves = (ruling: Ruling, row: Waiting, all: { lead: string; to: string }) => Ruled;

/** What is done with one delivery of a lead whose form has another name. */
const MOVES: Readonly<Record<Renamed, Moves>> = {
  stays: ({ store }, { id, account }, { lead, to }) => {
    store.rows("UPDATE deliveries SET hold = ? WHERE id = ? AND hold IS NOT NULL", to, id);
    return stays({ id, lead, account }, "account.target");
  },
  goes: (ruling, row, all) => {
    ruling.store.tally.drop(row.id);
    return MOVES.repeats(ruling, row, all);
  },
  // What may have arrived is looked up, or repeated as it was.
  repeats: ({ store }, { id, account }, { lead }) => {
    store.rows(
      "UPDATE deliveries SET hold = NULL, next = min(next, ?) WHERE id = ?",
      Date.now(),
      id,
    );
    return { id, lead, account, moved: true };
  },
};

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
