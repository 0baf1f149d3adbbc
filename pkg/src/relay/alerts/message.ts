import { MESSAGES } from "../codes.gen.js";

/** Something that is wrong, or was, as a channel is told of it: names, codes and counts, never a value. */
export interface IncidentTold {
  /** `opened`, `grew` tenfold, `recovered`, or `open`: told before and still so. */
  state: string;
  /** `alert.dead`, `alert.account` and so on. */
  code: string;
  /** The account and the form that it is about; empty for none. */
  account: string;
  form: string;
  /** The code of what has to be mended; empty where there is none. */
  why: string;
  /** How many leads; of `alert.queue` minutes, of accounts 1. */
  count: number;
  /** When it was seen first, and since when it is no longer; milliseconds since 1970. */
  opened: number;
  ended: number | null;
}

/** What one channel is told at a time. */
export interface Message {
  /** The same when it is told again after a crash. */
  id: string;
  at: number;
  type: "fieldpost.alert" | "fieldpost.test";
  incidents: readonly IncidentTold[];
  /** Where the console is, as the owner says. */
  console: string | undefined;
}

/** What comes first in a message, and what each state is called. */
const STATES: Readonly<Record<string, string>> = {
  opened: "New",
  grew: "Grown",
  recovered: "Over",
  open: "Still open",
};

/** What is counted; of the others it is always one thing. */
const COUNTED: Readonly<Record<string, string>> = {
  "alert.dead": "refused",
  "alert.review": "held",
  "alert.gone": "waiting",
  "alert.queue": "minutes",
  "alert.vanished": "missed",
};

export const sentenceOf = (code: string): string =>
  (MESSAGES as Readonly<Record<string, string>>)[code] ?? code;

const minute = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** An incident in one line. */
export function line({
  state,
  code,
  account,
  form,
  why,
  count,
  opened,
  ended,
}: IncidentTold): string {
  const about = [
    ...(account ? [`account ${account}`] : []),
    ...(form ? [`form ${form}`] : []),
    ...(COUNTED[code] === undefined || ended !== null ? [] : [`${count} ${COUNTED[code]}`]),
    ...(why ? [why] : []),
    `since ${minute(opened)}`,
    ...(ended === null ? [] : [`over since ${minute(ended)}`]),
  ];
  return `${STATES[state] ?? state}: ${sentenceOf(code)} (${about.join(", ")})`;
}

/** The message in a few words. */
export function subject({ type, incidents }: Message): string {
  if (type === "fieldpost.test") return "Fieldpost: this is a test";
  const parts = Object.entries(STATES).flatMap(([state, word]) => {
    const n = incidents.filter((one) => one.state === state).length;
    return n > 0 ? [`${n} ${word.toLowerCase()}`] : [];
  });
  return `Fieldpost: ${parts.join(", ")}`;
}

/** The message for people, as plain text. */
export function text(message: Message): string {
  const { type, incidents, console: link } = message;
  const order = Object.keys(STATES);
  const sorted = [...incidents].sort(
    (one, other) => order.indexOf(one.state) - order.indexOf(other.state),
  );
  return [
    type === "fieldpost.test"
      ? "Somebody asked for a test: this channel is told of incidents."
      : sorted.map(line).join("\n"),
    ...(link ? [`Console: ${link}`] : []),
  ].join("\n\n");
}
