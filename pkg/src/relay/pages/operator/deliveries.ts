import { make } from "./elements.js";
import type { Count, Delivery, Rule, Ruled } from "./interface.js";
import { many, named, PHASES, why } from "./words.js";

/** Where a delivery that a person has ended or sent on is; of others it is said what they wait for. */
const ENDS: Readonly<Record<string, string>> = {
  done: "delivered",
  dead: "refused again",
  review: "held",
  discarded: "given up",
};

export const isUnderWay = ({ phase }: { phase: string }): boolean =>
  phase === "waiting" || phase === "sent";

export function delivery({
  account,
  phase,
  code,
  warning,
  hold,
  gone,
  maybe_repeated: repeated,
}: Delivery): HTMLElement {
  const notes = [
    warning && `warning: ${warning}`,
    hold && !gone && `waits for ${hold}`,
    repeated && "may be there twice",
  ].filter(Boolean);
  const name = PHASES[phase] ?? phase;
  const says = gone
    ? `waits in vain: ${why(gone)}`
    : phase === "dead" || phase === "review"
      ? `${name}: ${why(code)}`
      : name;
  return make(
    "li",
    {},
    make("strong", { textContent: account }),
    " ",
    make("span", {
      className: phase === "dead" || gone ? "bad" : phase === "done" ? "good" : "",
      textContent: says + (notes.length > 0 ? ` (${notes.join("; ")})` : ""),
    }),
    phase === "dead" && code ? named(code) : "",
  );
}

/** What became of each delivery, in sentences: what moved in one, and one for each that did not. */
export function told(rows: readonly Ruled[], what: Rule): HTMLElement[] {
  const moved = rows.filter((one) => one.moved).map(({ account }) => account);
  const stays = rows.filter((one) => !one.moved);
  const done = what === "discard" ? "Given up" : "Sent on";
  const said =
    moved.length > 0 ? [make("span", { textContent: `${done}: ${moved.join(", ")}.` })] : [];
  if (rows.length === 0)
    said.push(make("span", { textContent: "Nothing of it waits for a person any more." }));
  return [
    ...said,
    ...stays.map((one) =>
      make("span", {
        className: "bad",
        textContent: (one.account ? `${one.account} stays: ` : "") + (one.message ?? ""),
      }),
    ),
  ];
}

/** Where a delivery is that was sent on: what became of it, or what it waits for. */
export function became({ account, phase, code, hold, gone }: Delivery): HTMLElement {
  const end = ENDS[phase];
  const waits = [why(code), hold && `${hold} is closed`].filter(Boolean).join("; ");
  const says =
    end !== undefined
      ? end + (phase === "dead" || phase === "review" ? `: ${why(code)}` : "")
      : phase === "sent"
        ? "is being sent"
        : gone
          ? `waits in vain: ${why(gone)}`
          : waits
            ? `waits: ${waits}`
            : "waits for its turn";
  return make("span", {
    className: phase === "done" ? "good" : phase === "dead" ? "bad" : "",
    textContent: `${account}: ${says}.`,
  });
}

/** So many of one kind, and why. */
function some({ phase, code, deliveries: n }: Count): string {
  const is = ENDS[phase] ?? (phase === "sent" ? "being sent" : n === 1 ? "waits" : "wait");
  return `${n.toLocaleString()} ${is}${code ? ` (${why(code)})` : ""}`;
}

export function states(all: readonly Count[]): string {
  const sum = all.reduce((sum, one) => sum + one.deliveries, 0);
  return `of ${many(sum, "delivery", "deliveries")} ${all.map(some).join(", ")}`;
}
