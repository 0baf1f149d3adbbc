import { answer, cross, type Glue } from "./core.js";
import { FieldpostError } from "./errors.js";
import { pack, unpack } from "./pack.js";
import type { Account, OperationInfo, Outcome, Params, Reply } from "./types.js";

/** What the lean build exports beside the common calls. */
export interface LeanGlue extends Glue {
  request(operation: string, params: string, account: string): string;
  read_relay(status: number, body: string): string;
}

/** Builds the request of an operation for an account. Throws `params.invalid` or `account.invalid` with `issues`. */
export function request(operation: string, params: Params, account: Account): Request {
  const { url, method, headers, body } = answer<{ url: string; method: string; headers: Record<string, string>; body: string | null }>(
    cross((glue: LeanGlue) => glue.request(operation, pack(params), pack(account))),
  );
  return new Request(url, { method, headers, body, redirect: "manual" });
}

/** Reads the relay's answer. The CRMs' own replies are read where their secrets are: by the build for Workers and Node. */
export async function read(operation: string, reply: Response | Reply): Promise<Outcome> {
  if (!operation.startsWith("relay.")) throw new FieldpostError("build.lean", "Only the build for Workers and Node reads this reply.");
  let body: unknown;
  try {
    body = typeof reply.body === "string" ? JSON.parse(reply.body) : await (reply as Response).json();
  } catch {
    body = null;
  }
  return unpack<Outcome>(cross((glue: LeanGlue) => glue.read_relay(reply.status, pack(body))));
}

/** The operations of this build: those that capture a lead. */
export const operations = (): OperationInfo[] => unpack(cross((glue) => glue.operations()));
