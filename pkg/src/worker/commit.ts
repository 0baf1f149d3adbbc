// Group commit: leads that arrive while a call to their outbox is out wait for the next one and go together, so a burst
// costs a few calls and writes to disk instead of one for each lead. A lead that comes alone goes at once.
import type { Accepted, Offer } from "./outbox.js";
import type { RelayEnv } from "./options.js";

/** The most leads of one call, and about the most letters; one lead may have 64 KiB. */
const MOST = 64;
const LETTERS = 1 << 20;

/**
 * The platform may end the request that leads a call, and with it the call. Whoever has waited this long goes alone: an
 * outbox knows a lead that it has by its key, so going twice changes nothing.
 */
const PATIENCE = 3_000;

/** What the outbox said of a lead; nothing where it could not be reached or could not write it down. */
type Answer = Accepted | undefined;

interface Waiting {
  offer: string;
  /** The request's turn: the answer of a call that took its lead along, or the word to lead the next call. */
  turn(said: { answer: Answer } | "lead"): void;
}

/** Those who wait for one outbox, and since when a call to it is out. */
interface Line {
  waiting: Waiting[];
  out: number | undefined;
}

const lines = new WeakMap<object, Map<string, Line>>();

function lineOf(env: RelayEnv, shard: string): Line {
  let all = lines.get(env.OUTBOX);
  if (!all) lines.set(env.OUTBOX, (all = new Map()));
  let line = all.get(shard);
  if (!line) all.set(shard, (line = { waiting: [], out: undefined }));
  return line;
}

/** Hands a lead to its outbox, with those that wait for the same one. Its answer says that the lead is on disk. */
export async function commit(env: RelayEnv, shard: string, lead: Offer): Promise<Answer> {
  const line = lineOf(env, shard);
  const offer = JSON.stringify(lead);
  if (line.out !== undefined && Date.now() - line.out < PATIENCE) {
    const said = await turnIn(line, offer);
    if (said === "late") return (await send(env, shard, [offer]))[0];
    if (said !== "lead") return said.answer;
  }
  line.out = Date.now();
  const along = taken(line, offer.length);
  const answers = await send(env, shard, [offer, ...along.map((other) => other.offer)]);
  for (const [at, other] of along.entries()) other.turn({ answer: answers[at + 1] });
  const next = line.waiting.shift();
  // Its call begins when the platform resumes its request; until then the line is taken.
  line.out = next && Date.now();
  next?.turn("lead");
  return answers[0];
}

/** Waits for this lead's turn. */
async function turnIn(line: Line, offer: string): Promise<{ answer: Answer } | "lead" | "late"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const said = await new Promise<{ answer: Answer } | "lead" | "late">((resolve) => {
    const own: Waiting = { offer, turn: resolve };
    timer = setTimeout(() => {
      line.waiting = line.waiting.filter((other) => other !== own);
      resolve("late");
    }, PATIENCE);
    line.waiting.push(own);
  });
  // Here and not by who gives the turn: a timer belongs to the request that set it.
  clearTimeout(timer);
  return said;
}

/** Those that go along with a lead of so many letters. */
function taken(line: Line, letters: number): Waiting[] {
  let count = 0;
  for (const { offer } of line.waiting) {
    letters += offer.length;
    if (count + 1 >= MOST || letters > LETTERS) break;
    count++;
  }
  return line.waiting.splice(0, count);
}

/** One call. What it says of each lead, in their order. */
async function send(env: RelayEnv, shard: string, offers: readonly string[]): Promise<Answer[]> {
  try {
    const outbox = env.OUTBOX.get(env.OUTBOX.idFromName(shard));
    const response = await outbox.fetch("https://outbox/accept", { method: "POST", body: `[${offers.join()}]` });
    return response.ok ? ((await response.json()) as (Accepted | null)[]).map((answer) => answer ?? undefined) : [];
  } catch {
    return [];
  }
}
