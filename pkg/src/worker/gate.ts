import { edge, plainAccount, plainReply, steady } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { send } from "../send.js";
import type { Outcome } from "../types.js";
import { log } from "./log.js";
import { options, type RelayAccount, type RelayEnv } from "./options.js";
import type { DurableObjectClass, DurableState } from "./durable.js";
import type { Pace } from "./pace.js";
import { short } from "./reply.js";
import { nextMidnight, zoneOf } from "./reset.js";

/** The gate's answer to a call that wants to go out. */
export type Place =
  /** `doubt`: until then a look-up that finds nobody proves nothing; `kept`: nobody else wrote since the last call. */
  | { answer: "granted"; token: string; doubt: number | null; kept: boolean }
  /** `whole`: the account waits, not only this person. */
  | { answer: "wait"; until: number; whole: boolean };

export interface Acquire {
  account: string;
  id: string;
  /** The person, as a hash. */
  key: string;
  shard: string;
  deadline: number;
  /** Nobody heard what became of this delivery's last call. */
  lost: boolean;
}

export interface Release {
  account: string;
  id: string;
  outcome?: Outcome;
  token?: string;
  /** The call was a write: after an unknown outcome it may still be running. */
  write?: boolean;
  /** The write that relies on this look-up comes next. */
  goesOn?: boolean;
  /** After so many milliseconds the call can no longer be running, whatever became of it. */
  landed?: number;
  /** What the reply's headers said. */
  pace?: Pace;
  /** How long the system asked to be left alone, in milliseconds. */
  after?: number;
}

/** What an operator may see of an account's gate. */
export interface GateStatus {
  account: string;
  running: number;
  /** Calls that began in the current window. */
  calls: number;
  /** Until when no call goes out, in milliseconds since 1970; 0 for now. */
  quietUntil: number;
  /** When a used-up quota is back. */
  quota: number | null;
  /** Why there is no token. */
  refused: string | null;
}

/** After credentials were refused they are tried again this often: somebody has to mend them. */
const REFUSED = 60_000;

/** An account's one door: its token, its limits, and one call at a time for each person. Kept in storage, so that a restart resets no window; the token is not, for it is a secret. */
export function makeGate(load: () => Promise<void>): DurableObjectClass {
  return class Gate {
    readonly state: DurableState;
    readonly env: RelayEnv;
    limiter = "";
    token: { value: string; until: number; proven: boolean } | undefined;
    asking: Promise<void> | undefined;
    /** No token is asked for before. */
    notBefore = 0;
    /** Tokens in a row that were refused before they were good for anything. */
    fruitless = 0;
    refused: string | null = null;

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
      if (url.pathname === "/status") return Response.json(this.status(url.searchParams.get("account") ?? ""));
      return new Response(null, { status: 404 });
    }

    account(name: string): RelayAccount {
      const account = options(this.env).accounts[name];
      if (!account) throw new FieldpostError("account.invalid");
      return account;
    }

    get scale(): number {
      return options(this.env).timeScale ?? 1;
    }

    async acquire({ account: name, id, key, shard, deadline, lost }: Acquire): Promise<Place> {
      const account = this.account(name);
      if (!this.usable()) {
        if (Date.now() < this.notBefore) return { answer: "wait", until: this.notBefore, whole: true };
        // One refresh at a time, whoever asks.
        this.asking ??= this.refresh(name, account).finally(() => {
          this.asking = undefined;
        });
        await this.asking;
        if (!this.usable()) return { answer: "wait", until: Math.max(this.notBefore, Date.now() + 1_000 / this.scale), whole: true };
      }
      // Taken now: while the place is written down, a refused call may drop it.
      const token = this.token?.value ?? "";
      const ask = { id, key, shard, deadline, lost, lag: steady((glue) => glue.readLag(account.system)) / this.scale };
      const placed = steady((glue) => glue.acquirePlace(account.system, account.limits, this.limiter, ask, Date.now()));
      // Who was turned away changes nothing that a restart may not forget, so it costs no write.
      this.limiter = placed.state;
      if (placed.answer !== "granted") return { answer: "wait", until: placed.until ?? Date.now() + 1_000, whole: placed.whole ?? true };
      await this.keep(placed.state);
      return { answer: "granted", token, doubt: placed.doubt ?? null, kept: placed.kept ?? false };
    }

    async release({ account: name, id, outcome, token, write, goesOn, landed, pace, after }: Release): Promise<object> {
      const account = this.account(name);
      const retry = outcome?.kind === "retry" ? (outcome as { reason?: string; after?: number }) : undefined;
      const good = outcome?.kind === "stored" || outcome?.kind === "found" || outcome?.kind === "refused";
      // A late refusal of an old token must not cost the new one.
      if (this.token && this.token.value === token) {
        if (good && !this.token.proven) {
          this.token.proven = true;
          this.fruitless = 0;
        }
        if (retry?.reason === "token") this.drop();
      }
      const now = Date.now();
      const wait = Math.max(after ?? 0, retry?.after ?? 1_000) / this.scale;
      const lost = write === true && outcome?.kind === "unknown";
      const told = {
        id,
        keep: goesOn ? "goeson" : lost ? "lost" : "no",
        ...(lost && landed !== undefined && { landed: now + landed }),
        opened: good,
        scale: Math.max(1, Math.round(this.scale)),
        ...(write && outcome?.kind === "stored" && { lag: steady((glue) => glue.readLag(account.system)) / this.scale }),
        ...(pace && { left: pace.left, until: pace.until }),
        ...((retry?.reason === "rate" || (retry && after !== undefined)) && { quiet: now + wait }),
        ...(retry?.reason === "quota" && { reset: now + (nextMidnight(zoneOf(account), now) - now) / this.scale }),
      };
      await this.keep(steady((glue) => glue.releasePlace(this.limiter, told, now)));
      return {};
    }

    usable(): boolean {
      return this.token !== undefined && this.token.until > Date.now();
    }

    /** The system no longer takes the token. One that never was good for anything is not replaced at full speed. */
    drop(): void {
      this.fruitless = this.token?.proven ? 0 : this.fruitless + 1;
      this.token = undefined;
      if (this.fruitless > 1) this.notBefore = Date.now() + Math.min(60_000, 1_000 * 2 ** (this.fruitless - 2)) / this.scale;
    }

    /** Gets a token, or notes why there is none and when to ask again. */
    async refresh(name: string, account: RelayAccount): Promise<void> {
      const plain = plainAccount(account as never);
      edge((glue) => glue.checkAccount(plain));
      const request = edge((glue) => glue.tokenRequest(plain, account.credentials));
      if (!request) {
        this.token = { value: account.credentials.key ?? "", until: Number.MAX_SAFE_INTEGER, proven: false };
        return;
      }
      this.notBefore = Date.now() + 1_000 / this.scale;
      try {
        const got = await send(request);
        const reply = await plainReply({ status: got.status, headers: got.headers as never, body: await short(got) });
        const said = edge((glue) => glue.readToken(reply, account.system, account.credentials.refreshToken !== undefined));
        if ("token" in said) {
          this.token = { value: said.token, until: Date.now() + said.usable, proven: false };
          this.notBefore = 0;
          this.refused = null;
          return;
        }
        if (said.kind !== "refused") return;
        // The leads have done nothing wrong: they wait until the credentials are mended.
        this.notBefore = Date.now() + REFUSED / this.scale;
        this.refused = (said as { issues: { code: string }[] }).issues[0]?.code ?? "auth.refused";
        log("auth.refused", { account: name, code: this.refused });
      } catch (error) {
        log("auth.busy", { account: name, code: error instanceof FieldpostError ? error.code : "auth.busy" });
      }
    }

    status(account: string): GateStatus {
      const limiter = JSON.parse(this.limiter || "{}") as { calls?: unknown[]; leases?: unknown[]; quiet_until?: number; quota?: { reset: number } | null };
      const quiet = limiter.quiet_until ?? 0;
      return {
        account,
        running: limiter.leases?.length ?? 0,
        calls: limiter.calls?.length ?? 0,
        quietUntil: quiet > Date.now() ? quiet : 0,
        quota: limiter.quota && limiter.quota.reset > Date.now() ? limiter.quota.reset : null,
        refused: this.refused,
      };
    }

    async keep(limiter: string): Promise<void> {
      this.limiter = limiter;
      await this.state.storage.put("limiter", limiter);
    }
  };
}
