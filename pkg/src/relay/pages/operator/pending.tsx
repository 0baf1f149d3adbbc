import { useEffect, useState } from "preact/hooks";
import { type Pending as Due, read, sentence, tell } from "./interface.js";
import { Said } from "./ui.js";
import { leads, means } from "./words.js";

/** What was ruled, and what is said of it. */
export interface Begun {
  name: string;
  due: number;
}
export type Started = (begun: Begun, text: string) => void;

/** Has the relay do something in a moment. */
export const toTime = (what: "replay" | "discard", which: object): Promise<Begun> =>
  tell(what, { ...which, later: true });

interface Mine extends Begun {
  text: string;
}

/** What this person has ruled: it can be taken back until it is due, and says then what became of it. */
export function Pending({ mine, done, gone }: { mine: Mine; done(): void; gone(): void }) {
  const [now, setNow] = useState(Date.now());
  const [known, setKnown] = useState<Due>();
  const [failed, setFailed] = useState("");
  useEffect(() => {
    const look = (): void =>
      void read<{ pending: Due[] }>("pending").then(
        ({ pending }) => setKnown(pending.find(({ name }) => name === mine.name)),
        () => {},
      );
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() > mine.due) look();
    }, 500);
    return () => clearInterval(timer);
  }, [mine.name, mine.due]);
  const left = Math.ceil((mine.due - now) / 1_000);
  const isDone = known?.done != null;
  // What the page shows is no longer so.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is done once.
  useEffect(() => {
    if (isDone) done();
  }, [isDone]);
  return (
    <div class="due">
      <Said bad={failed !== ""}>
        {failed ||
          (isDone
            ? outcome(known)
            : left > 0
              ? `${mine.text} in ${left} s.`
              : `${mine.text} now…${known?.moved ? ` ${leads(known.moved)} so far.` : ""}`)}
      </Said>
      {left > 0 && !failed && (
        <button
          type="button"
          onClick={() =>
            void tell("undo", { name: mine.name }).then(gone, (error: unknown) =>
              setFailed(sentence(error)),
            )
          }
        >
          Undo
        </button>
      )}
      {(isDone || failed) && (
        <button type="button" onClick={gone}>
          Close
        </button>
      )}
    </div>
  );
}

const DONE = { replay: "sent on", discard: "discarded", move: "moved" } as const;

/** What became of it. */
export function outcome({ what, moved, stayed }: Due): string {
  const left = Object.entries(stayed).map(([code, n]) => `${leads(n)} stayed: ${means(code)}.`);
  return [`${leads(moved)} ${DONE[what]}.`, ...left].join(" ");
}
