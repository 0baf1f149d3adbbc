/** What the console reads of the operator's interface, and how it asks. */

export type Right = "view" | "operate" | "values";

export interface Me {
  who: string;
  rights: Right[];
}

export interface Count {
  n: number;
}

export interface DayCount<What = "accepted" | "delivered"> extends Count {
  day: number;
  what: What;
  form: string;
  account: string;
}

/** Leads of one state and code, or of one form and account that are gone. */
export interface Group {
  phase: string;
  code: string | null;
  leads: number;
  account?: string;
  form?: string;
  to?: string[];
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
  system: string;
  running: number;
  closed: Closed | null;
  targets?: (Closed & { form: string; param: string | null })[];
  refused: string | null;
  quota: number | null;
  quietUntil: number;
}

export interface FormNamed {
  name: string;
  title: string;
  accounts: string[];
}

/** Something that is wrong with the relay's options. */
export interface Finding {
  place: string;
  code: string;
  message: string;
  closes: "relay" | "form" | "account" | "way" | "target" | "nothing";
  form: string;
  account: string;
  param: string;
}

/** How it is with the channels that are told when something is wrong. */
export interface Alerts {
  channels: { name: string; kind: string; failing: number; code: string; last: number }[];
}

export interface Today {
  alerts?: Alerts | null;
  options: Finding[];
  day: number;
  days: DayCount[];
  leads: (Count & { form: string; standing: "queued" | "review" | "dead" })[];
  deliveries: (Count & { form: string; account: string; phase: string })[];
  groups: Group[];
  took: { of: number; median: number | null; p95: number | null };
  oldest: { id: string; form: string; accepted: number } | null;
  accounts: Account[];
  forms: FormNamed[];
}

/** What came, and what of it the systems still have. */
export interface Stored {
  day: number;
  /** Whether they are asked. */
  asks: boolean;
  days: DayCount<"accepted" | "there" | "vanished" | "unnamed">[];
  vanished: {
    lead: string;
    form: string;
    account: string;
    record: string;
    accepted: number;
    since: number;
  }[];
  forms: FormNamed[];
  accounts: { name: string; record: string | null }[];
}

export interface Delivery {
  account: string;
  phase: string;
  code: string | null;
  /** The parameters that the code is about, with blanks between. */
  param: string | null;
  warning: string | null;
  hold: string | null;
  gone: string | null;
  maybe_repeated: number;
  next: number;
  reason: string | null;
}

export interface Row {
  id: string;
  form: string;
  accepted: number;
  finished: number | null;
  review: string | null;
  raw: number;
  issues: string | null;
  /** A person has sent it to see how it arrives. */
  test?: number | null;
  state: string;
  who?: string | null;
  deliveries: Delivery[];
}

export interface Attempt {
  at: number;
  took: number;
  operation: string;
  kind: string;
  code: string | null;
  param: string | null;
}

export interface Lead extends Row {
  kept: boolean;
  /** The relay does not have the key that its values are locked with. */
  locked?: true;
  consents: { field: string; at?: string; purpose?: string; text?: string }[];
  values?: Record<string, unknown> | [string, unknown][] | null;
  source?: Record<string, unknown>;
  deliveries: (Delivery & {
    id: string;
    record: string | null;
    sentOn: number | null;
    attempts: Attempt[];
    cut: boolean;
    /** Of a test: why the record stays in its system; nothing where it can be deleted. */
    stays?: string | null;
  })[];
}

export interface Field {
  kind?: string;
  label?: string;
  required?: boolean;
  choices?: string[];
  min?: number;
}

export interface Setup {
  alerts?: Alerts | null;
  options: Finding[];
  forms: {
    name: string;
    title: string;
    fields: Record<string, Field>;
    origins: string[];
    deliver: { account: string; map: Record<string, string>; constants: string[] }[];
  }[];
  accounts: { name: string; system: string; host: string; record: string | null }[];
}

export interface Pending {
  name: string;
  what: "replay" | "discard" | "move";
  due: number;
  who: string;
  done: number | null;
  moved: number;
  stayed: Record<string, number>;
}

export interface Issue {
  field: string;
  code: string;
  message: string;
}

/** What became of one delivery that a person has ruled about. */
export interface Ruled {
  lead: string;
  account: string;
  moved: boolean;
  code?: string;
  message?: string;
}

export interface Audited {
  n: number;
  at: number;
  who: string;
  what: string;
  about: string;
}

export interface Pass {
  id: string;
  form: string;
  kind: "email" | "domain";
  domain: string | null;
  until: number;
  made: number;
  who: string;
}

/** The relay refused, or did not answer with what was asked for. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The relay's own sentence. */
    readonly said: string | undefined,
    readonly issues: readonly Issue[] = [],
  ) {
    super(said ?? String(status));
  }
}

/** What is shown of an error: the relay's sentence, or that nobody knows. */
export const sentence = (error: unknown): string =>
  (error instanceof Refusal ? error.said : undefined) ??
  "The relay did not say what became of it. Refresh and look before you do it again.";

/** Whether values are asked for with each call; the relay writes that down. */
export const seeing = { values: false };

/** Who hears that the session is over. */
export const ended: { heard: () => void } = { heard: () => {} };

/** No key is here: the browser holds the session's cookie, which no script can read. */
async function asked(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(`/operator/${path}`, {
    ...init,
    signal: AbortSignal.timeout(120_000),
    credentials: "same-origin",
    headers: {
      "fieldpost-console": "1",
      ...(seeing.values && { "fieldpost-values": "1" }),
    },
  });
  if (response.ok) return response;
  const said = (await response.json().catch(() => ({}))) as {
    code?: string;
    message?: string;
    issues?: Issue[];
  };
  if (response.status === 401) ended.heard();
  throw new Refusal(response.status, said.code ?? "", said.message, said.issues);
}

export const read = async <T>(path: string): Promise<T> =>
  (await asked(path, {})).json() as Promise<T>;

export const tell = async <T>(path: string, said: object, method = "POST"): Promise<T> =>
  (await asked(path, { method, body: JSON.stringify(said) })).json() as Promise<T>;

export const file = async (path: string): Promise<Blob> => (await asked(path, {})).blob();
