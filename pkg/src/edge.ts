import { cross, type Glue } from "./core.js";
import { FieldpostError } from "./errors.js";
import { pack, unpack } from "./pack.js";
import type { Account, Issue, OperationInfo, Outcome, Params, Reply } from "./types.js";

/** What the edge build exports beside the common calls; see `src/wasm/edge.rs`. */
export interface EdgeGlue extends Glue {
  edgeRequest(operation: string, params: string, account: unknown): Request;
  edgeRead(operation: string, reply: unknown): Outcome;
  checkAccount(account: unknown): void;
  tokenRequest(account: unknown, credentials: unknown): Request | undefined;
  readToken(reply: unknown): { token: string; usable: number } | Outcome;
  render(operation: string, lead: string, visitor: string, mapping: unknown, account: unknown, record?: string): Rendered;
  toRequest(rendered: unknown, token: string): Request;
  newDelivery(system: string, now: number): string;
  stepDelivery(system: string, state: string, timing: unknown, event: unknown, now: number, random: number): Stepped;
  replayDelivery(system: string, state: string, now: number): string;
  readLag(system: string): number;
  acquirePlace(system: string, limits: unknown, state: string, ask: unknown, now: number): Placed;
  releasePlace(state: string, told: unknown, now: number): string;
}

/** A request as it is kept: without the token. */
export interface Rendered {
  method: string;
  url: string;
  headers: [string, string][];
  body: string | null;
}

/** A delivery that moved on. */
export interface Stepped {
  state: string;
  effect: { effect: "send"; operation: string; record: string | null } | { effect: "wait" | "done" | "dead" };
  next: number;
  phase: "waiting" | "sent" | "done" | "dead";
  maybe_repeated: boolean;
  outcome: Outcome | null;
}

/** A limiter's answer. */
export interface Placed {
  state: string;
  answer: "granted" | "wait";
  until?: number;
  whole?: boolean;
  doubt?: number | null;
  kept?: boolean;
}

/** A crossing to the edge build; what Rust throws becomes the package's own error. */
export function edge<T>(act: (glue: EdgeGlue) => T): T {
  try {
    return cross(act);
  } catch (error) {
    if (error instanceof FieldpostError || !(error instanceof Error) || !("code" in error)) throw error;
    const { code, issues } = error as Error & { code: string; issues?: Issue[] };
    throw new FieldpostError(code, issues?.map((issue) => `${issue.field}: ${issue.message}`).join(" ") || code, issues ?? []);
  }
}

/** A crossing that changes nothing outside: after a trap a fresh instance is asked once more. */
export function steady<T>(act: (glue: EdgeGlue) => T): T {
  try {
    return edge(act);
  } catch (error) {
    if (!(error instanceof FieldpostError) || error.code !== "wasm.trap") throw error;
    return edge(act);
  }
}

/** An account as the border reads it. */
export const plainAccount = (account: Account & { allowHost?: string | readonly string[] }): unknown => ({
  ...account,
  allowHost: account.allowHost === undefined ? [] : [account.allowHost].flat(),
});

/** Builds the request of an operation for an account. Throws `params.invalid` or `account.invalid` with `issues`. */
export const request = (operation: string, params: Params, account: Account): Request =>
  edge((glue) => glue.edgeRequest(operation, pack(params), plainAccount(account)));

/** A reply as the border reads it. */
export async function plainReply(reply: Response | Reply): Promise<unknown> {
  const headers = reply.headers ?? {};
  return {
    status: reply.status,
    headers: [...(headers instanceof Headers ? headers : Object.entries(headers))],
    body: typeof reply.body === "string" ? reply.body : await (reply as Response).text(),
  };
}

/** Reads a reply into its outcome; 200 is not success. */
export async function read(operation: string, reply: Response | Reply): Promise<Outcome> {
  const plain = await plainReply(reply);
  return edge((glue) => glue.edgeRead(operation, plain));
}

/** Every operation. */
export const operations = (): OperationInfo[] => unpack(edge((glue) => glue.operations()));
