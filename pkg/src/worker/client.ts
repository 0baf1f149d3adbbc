import { isReady } from "../core.js";
import { edge, plainAccount, plainReply, read, request } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { send } from "../send.js";
import type { Outcome, Params } from "../types.js";
import type { RelayAccount } from "./options.js";

export interface ClientOptions {
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
  /** Milliseconds until a call is given up; default 35,000. */
  timeout?: number;
}

export interface Client {
  /** Calls an operation and reads its reply. Throws `params.invalid` and `account.invalid`; everything else is an outcome. */
  call(operation: string, params: Params): Promise<Outcome>;
}

/** An account that gets its own token, keeps it, and renews it once when the system no longer takes it. */
export function makeClient(account: RelayAccount, options: ClientOptions, load: () => Promise<void>): Client {
  let token: Promise<string> | undefined;
  const plain = plainAccount(account as never);
  const call = { timeout: options.timeout ?? 35_000, ...(options.fetch && { fetch: options.fetch }) };

  async function newToken(): Promise<string> {
    edge((glue) => glue.checkAccount(plain));
    const asked = edge((glue) => glue.tokenRequest(plain, account.credentials));
    if (!asked) return account.credentials.key ?? "";
    const reply = await plainReply(await send(asked, call));
    const said = edge((glue) => glue.readToken(reply));
    if ("token" in said) return said.token;
    throw new FieldpostError(said.kind === "refused" ? "auth.refused" : "auth.busy", "There is no token for this account.");
  }

  async function once(operation: string, params: Params): Promise<{ outcome: Outcome; used: Promise<string> }> {
    const used = (token ??= newToken().catch((error: unknown) => {
      token = undefined;
      throw error;
    }));
    const { credentials: _, allowHost, ...rest } = account;
    const built = request(operation, params, { ...rest, token: await used, ...(allowHost && { allowHost }) } as never);
    try {
      return { outcome: await read(operation, await send(built, call)), used };
    } catch (error) {
      return { outcome: { kind: "unknown", why: error instanceof FieldpostError ? error.code : "network.failed" }, used };
    }
  }

  return {
    async call(operation, params) {
      if (!isReady()) await load();
      const first = await once(operation, params);
      if (first.outcome.kind !== "retry" || (first.outcome as { reason?: string }).reason !== "token") return first.outcome;
      // Another call may have renewed it already.
      if (token === first.used) token = undefined;
      return (await once(operation, params)).outcome;
    },
  };
}
