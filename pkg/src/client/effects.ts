import type { Failure } from "../core/outcome.gen.js";
import type { Outcome } from "../core/types.js";

/** What a call is to give, by the goal that it has. */
export interface Gifts {
  outcome: Outcome;
  pages: Outcome;
  records: Record<string, unknown>[];
  job: string[];
  file: ReadableStream<Uint8Array>;
}

export interface Progress {
  state: string;
  /** How often it was asked. */
  asked: number;
  /** Milliseconds until it is asked again; 0 once it is over. */
  wait: number;
}

export type { Failure } from "../core/outcome.gen.js";

/** What the machine says that the host does, with its numbers and what it does it with; `Effect` of `src/client/mod.rs`. */
export type Effect =
  | [does: "keep" | "tell" | "batch"]
  | [does: "go", row: number]
  | [does: "sign", unsigned: [key: string, text: string]]
  | [does: "renew", refreshToken: string]
  | [does: "park" | "sleep" | "stream" | "fetch" | "head" | "read", milliseconds: number]
  | [does: "progress", asked: number, wait: number, state: string]
  | [does: "add", times: number, outcomes: Outcome[]]
  | [does: "give", outcome: Outcome]
  | [does: "records", records: Record<string, unknown>[]]
  | [does: "files", refs: string[]]
  | [does: "fail" | "deny", failure: Failure];

/** What the calls of a client share: the token, and numbers that are the machine's own, as those of a call are. */
export type Shared = [token: string, ...numbers: number[]];

/** What a step says: the state for the next one, and the effects; the request and the rows that these speak of. */
export type Stepped = [
  said: [client: Shared, call: number[], ...effects: Effect[]],
  request: Request | undefined,
  rows: string[] | undefined,
];
