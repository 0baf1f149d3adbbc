import { edge, plainAccount, plainReply } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { send } from "../send.js";
import type { Outcome } from "../types.js";
import { options, type RelayAccount, type RelayEnv } from "./options.js";
import type { DurableObjectClass, DurableState } from "./outbox.js";

/** The gate's answer to a call that wants to go out. */
export type Place =
  | { answer: "granted"; token: string }
  /** `outcome`: why there is no token. */
  | { answer: "wait"; until: number; outcome?: Outcome };

interface Acquire {
  account: string;
  id: string;
  key: string;
  deadline: number;
}

interface Release {
  id: string;
  outcome?: Outcome;
  token?: string;
  /** The call was a write: after an unknown outcome it may still be running. */
  write?: boolean;
}

/** An account's one door: its token, its limits, and one call at a time for each person. Kept in storage, so that a restart resets no window; the token is not, for it is a secret. */
export function makeGate(load: () => Promise<void>): DurableObjectClass {
  return class Gate {
    readonly state: DurableState;
    readonly env: RelayEnv;
    limiter = "";
    token: { value: string; until: number } | undefined;
    asking: Promise<Outcome | undefined> | undefined;

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      void state.blockConcurrencyWhile(async () => {
        await load();
        this.limiter = (await state.storage.get<string>("limiter")) ?? "";
      });
    }

    async fetch(request: Request): Promise<Response> {
      const url = new URL(request.url);
      if (url.pathname === "/acquire") return Response.json(await this.acquire((await request.json()) as Acquire));
      if (url.pathname === "/release") return Response.json(await this.release((await request.json()) as Release));
      return new Response(null, { status: 404 });
    }

    async acquire({ account: name, id, key, deadline }: Acquire): Promise<Place> {
      const account = options(this.env).accounts[name];
      if (!account) throw new FieldpostError("account.invalid");
      if (!this.usable()) {
        // One refresh at a time, whoever asks.
        this.asking ??= this.refresh(account).finally(() => {
          this.asking = undefined;
        });
        const outcome = await this.asking;
        if (!this.usable()) return { answer: "wait", until: Date.now() + 5_000, ...(outcome && { outcome }) };
      }
      const placed = edge((glue) => glue.acquirePlace(account.system, this.limiter, id, key, deadline, Date.now()));
      await this.keep(placed.state);
      if (placed.answer !== "granted") return { answer: "wait", until: placed.until ?? Date.now() + 1_000 };
      return { answer: "granted", token: (this.token as { value: string }).value };
    }

    async release({ id, outcome, token, write }: Release): Promise<object> {
      const retry = outcome?.kind === "retry" ? (outcome as { reason?: string; after?: number }) : undefined;
      // A late refusal of an old token must not cost the new one.
      if (retry?.reason === "token" && this.token?.value === token) this.token = undefined;
      const busy = retry?.reason === "rate" || retry?.reason === "quota";
      const quiet = busy ? Date.now() + (retry?.after ?? 1_000) / (options(this.env).timeScale ?? 1) : 0;
      await this.keep(edge((glue) => glue.releasePlace(this.limiter, id, write === true && outcome?.kind === "unknown", quiet)));
      return {};
    }

    usable(): boolean {
      return this.token !== undefined && this.token.until > Date.now();
    }

    /** Gets a token; what it gives back says why there is none. */
    async refresh(account: RelayAccount): Promise<Outcome | undefined> {
      const plain = plainAccount(account as never);
      edge((glue) => glue.checkAccount(plain));
      const request = edge((glue) => glue.tokenRequest(plain, account.credentials));
      if (!request) {
        this.token = { value: account.credentials.key ?? "", until: Number.MAX_SAFE_INTEGER };
        return undefined;
      }
      try {
        const reply = await plainReply(await send(request));
        const said = edge((glue) => glue.readToken(reply));
        if (!("token" in said)) return said;
        this.token = { value: said.token, until: Date.now() + said.usable };
        return undefined;
      } catch {
        return { kind: "retry", code: "auth.busy" };
      }
    }

    async keep(limiter: string): Promise<void> {
      this.limiter = limiter;
      await this.state.storage.put("limiter", limiter);
    }
  };
}
