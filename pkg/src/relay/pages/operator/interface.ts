/** What this page reads of the operator's interface, and how it asks. */

export interface Delivery {
  lead: string;
  account: string;
  phase: string;
  code?: string | null;
  warning?: string | null;
  /** The closed target that it waits for. */
  hold?: string | null;
  /** Why nobody will ask about it again. */
  gone?: string | null;
  maybe_repeated?: boolean;
}

/** A lead that waits for a person. */
export interface Lead {
  lead: string;
  form: string;
  accepted: number;
  /** Kept as it came: it did not pass the form's check. */
  raw?: boolean;
  issues?: string | null;
  deliveries: Delivery[];
}

/** Leads of one state and code, or of one form and account that are gone. */
export interface Group {
  phase?: string;
  code: string;
  leads: number;
  account?: string;
  form?: string;
  to?: string[];
}

/** What became of one delivery that a person has ruled about. */
export interface Ruled {
  id?: string;
  shard?: string;
  lead: string;
  account: string;
  moved: boolean;
  message?: string;
}

export interface Answered {
  rows: Ruled[];
  next: string | null;
  round?: string;
}

export interface Count {
  phase: string;
  code?: string | null;
  deliveries: number;
}

export interface Round {
  round: string;
  at: number;
  states: Count[];
}

interface Closed {
  code: string;
  message: string;
  since: number;
  /** When it is tried again. */
  probe: number;
}

export interface Account {
  account: string;
  running: number;
  calls: number;
  closed: Closed | null;
  targets?: (Closed & { form: string; param: string | null })[];
  refused: string | null;
  quota: number | null;
  quietUntil: number;
  version: number | null;
}

/** A form with so many refused leads in one account that the next ones wait. */
export interface Full {
  form: string;
  account: string;
}

export interface Outbox {
  shard: string;
  queued: number;
  review: number;
  dead: number;
  gone?: number;
  bytes: number;
  oldest: number | null;
  full?: Full[];
}

export interface Status {
  shards: Outbox[];
  gates: Account[];
}

export interface Attention {
  groups: Group[];
  leads: Lead[];
  next?: string | null;
}

/** The relay refused, or did not answer with what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** The relay's own sentence. */
    readonly said: string | undefined,
  ) {
    super(said ?? String(status));
  }
}

/** What is shown of an error: the relay's sentence, or that nobody knows. */
export const sentence = (error: unknown): string =>
  (error instanceof Refusal ? error.said : undefined) ??
  "The relay did not say what became of it. Refresh and look before you do it again.";

// The key lives in this variable and nowhere else: closing the page forgets it.
let key = "";

export const isOpen = (): boolean => key !== "";

export function open(given: string): void {
  key = given;
}

export async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/operator/${path}`, {
    ...init,
    signal: AbortSignal.timeout(120_000),
    credentials: "omit",
    headers: { authorization: `Bearer ${key}` },
  });
  const answer = (await response.json().catch(() => undefined)) as
    | (T & { message?: string })
    | undefined;
  if (!response.ok || answer === undefined) throw new Refusal(response.status, answer?.message);
  return answer;
}

/** Which leads are meant, and with what: ids, a code, a form, a reason. */
export type Which = Readonly<Record<string, unknown>>;

export type Rule = "replay" | "discard" | "move";

export const rule = (what: Rule, which: Which, cursor?: string): Promise<Answered> =>
  call(`${what}?page=1${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, {
    method: "POST",
    body: JSON.stringify(which),
  });
