import { edge, plainAccount, plainReply, steady } from "../edge.js";
import { FieldpostError } from "../errors.js";
import type { Issue, Outcome } from "../types.js";
import { call } from "./call.js";
import { type Ask, type Closed, Limiter, OPEN, type Placed, READ, type Settled, TOKEN } from "./limiter.js";
import { log } from "./log.js";
import { goesTo, options, type RelayAccount, type RelayEnv } from "./options.js";
import type { DurableObjectClass, DurableState } from "./durable.js";
import type { Pace } from "./pace.js";
import { later } from "./peers.js";
import { isRefusal } from "./platform.js";
import { exchange } from "./reply.js";
import { nextMidnight, zoneOf } from "./reset.js";
import { isSender, Sender, type Sending } from "./sender.js";

/**
 * The gate's answer to a call that wants to go out. `doubt`: until then a look-up that finds nobody proves nothing; `kept`:
 * nobody else wrote since the last call; `probe`: what it is about is closed, and this call finds out whether it still is;
 * `version`: the API's, as the account said. `scope`: whether the account waits, what goes to a closed `target`, or only
 * this person.
 */
export type Place = (Extract<Placed, { answer: "granted" }> & { token: string }) | Extract<Placed, { answer: "wait" }>;

export interface Acquire extends Ask {
  account: string;
}

export interface Release {
  account: string;
  id: string;
  /** As in {@link Ask}. */
  form: string;
  fills: string;
  outcome?: Outcome;
  token?: string;
  /** The request could not be made, so no call was. */
  unsent?: boolean;
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

/** What follows of a call for its delivery. */
export interface Released extends Settled {
  /** The refusal of which nobody was sure is the lead's own. */
  blamed: boolean;
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
  /** Sign-ins that failed since the instance began. */
  refusals: number;
  /** Why nothing of this account can pass. */
  closed: Closed | null;
  /** The forms, or parameters of forms, that it does not take. */
  targets: (Closed & { form: string; param: string | null })[];
  /** The API version that it turned out to speak. */
  version: 3 | 4 | null;
}

/** What is closed is asked about this often: somebody has to mend it. */
const EVERY = 60_000;

/** After so many sign-ins that failed for the moment, the account is closed. */
const TRIES = 3;

/** How long a sign-in may take, and the harmless read. */
const SIGN_IN_DEADLINE = 30_000;
const READ_DEADLINE = 35_000;

/** What an answer of the gate's may take: a sign-in and a read may stand before it, and its own way. */
export const GATE_DEADLINE = SIGN_IN_DEADLINE + READ_DEADLINE + 10_000;

/** No test divides a sign-in's time below this: where it is late three times, the account is closed. */
const LEAST_SIGN_IN = 1_000;

/**
 * An account's one door: its token, its limits, and one call at a time for each person. Kept in storage, so that a restart
 * resets no window and opens nothing; the token is not, for it is a secret. The machine that decides is
 * `src/delivery/limiter.rs`.
 */
export function makeGate(load: () => Promise<void>): DurableObjectClass {
  return class Gate {
    readonly state: DurableState;
    readonly env: RelayEnv;
    readonly limiter: Limiter;
    /** An object of this class either lets calls pass or makes them, by its name. */
    readonly sender = new Sender();
    token: { value: string; until: number; proven: boolean } | undefined;
    asking: Promise<void> | undefined;
    signing: Promise<void> | undefined;
    looking: Promise<Looked> | undefined;
    /** No token is asked for before. */
    notBefore = 0;
    /** Tokens in a row that were refused before one was good for anything. */
    fruitless = 0;
    /** Sign-ins in a row that failed for the moment. */
    failed = 0;
    refused: string | null = null;
    refusals = 0;

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      this.limiter = new Limiter(state.storage, () => EVERY / this.scale, (name) => this.account(name), (...way) => goesTo(options(this.env), ...way));
      void state.blockConcurrencyWhile(async () => {
        await load();
        if (!isSender(state.id?.name)) await this.limiter.begin();
      });
    }

    async fetch(request: Request): Promise<Response> {
      const url = new URL(request.url);
      if (url.pathname === "/acquire") return later(this.acquire((await request.json()) as Acquire));
      if (url.pathname === "/release") return later(this.release((await request.json()) as Release));
      if (url.pathname === "/send") return later(this.sender.send((await request.json()) as Sending));
      if (url.pathname === "/forget") {
        this.limiter.forget(Date.now());
        return Response.json({});
      }
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

    async acquire({ account: name, ...ask }: Acquire): Promise<Place> {
      const account = this.account(name);
      const door = this.limiter.door(name);
      if (door === TOKEN || door === READ || (door === OPEN && !this.usable())) {
        // One at a time, whoever asks.
        this.asking ??= this.prepare(name, account, door).finally(() => {
          this.asking = undefined;
        });
        await this.asking;
      }
      // Taken now: while the place is written down, a refused call may drop it.
      const token = this.usable() ? this.token?.value : undefined;
      if (token === undefined) {
        // Without a token there is no place to ask for.
        const until = Math.max(this.notBefore, this.limiter.status(name).closed?.probe ?? 0, Date.now() + 1_000 / this.scale);
        return { answer: "wait", until, scope: "account", target: null };
      }
      const placed = this.limiter.acquire(name, ask, steady((glue) => glue.readLag(account.system)) / this.scale);
      return placed.answer === "granted" ? { ...placed, token } : placed;
    }

    /** Sees what stands before a call: that there is a token, and that a closed account is mended. */
    async prepare(name: string, account: RelayAccount, door: number): Promise<void> {
      // Only a new token opens what a sign-in has closed, and one that was good for nothing shows nothing.
      if (door === TOKEN || (door !== OPEN && !this.token?.proven)) this.token = undefined;
      if (!this.usable() && (door !== OPEN || Date.now() >= this.notBefore)) await this.refresh(name, account);
      if (door !== READ || !this.usable()) return;
      const { what, code, message } = await this.look(name, account);
      this.limiter.found(name, what, code, message);
    }

    /** The harmless read of an account: one at a time. */
    look(name: string, account: RelayAccount): Promise<Looked> {
      this.looking ??= this.read(name, account).finally(() => {
        this.looking = undefined;
      });
      return this.looking;
    }

    async read(name: string, account: RelayAccount): Promise<Looked> {
      if (!this.usable()) return { what: "unknown" };
      try {
        const { version } = this.limiter.status(name);
        const read = edge((glue) => glue.harmless(plainAccount(spoken(account, version) as never)));
        if (!read) return { what: "forbidden" };
        const called = await call(read.operation, read.rendered, this.token?.value ?? "", READ_DEADLINE / this.scale);
        return "unsent" in called ? { what: "unknown" } : judged(called.outcome);
      } catch (error) {
        return { what: "refused", ...told(error, "account.invalid") };
      }
    }

    async release({ account: name, id, form, fills, outcome, unsent, token, write, goesOn, landed, pace, after }: Release): Promise<Released> {
      const account = this.account(name);
      const retry = outcome?.kind === "retry" ? (outcome as { code: string; reason?: string; after?: number }) : undefined;
      let fault: Fault | undefined = outcome?.kind === "refused" ? (outcome.fault ?? "lead") : undefined;
      const good = !unsent && (outcome?.kind === "stored" || outcome?.kind === "found" || fault === "lead" || fault === "target");
      let [code, message, param] = outcome?.kind === "refused" ? about(outcome) : [retry?.code ?? "", "", ""];
      // A late refusal of an old token must not cost the new one.
      if (this.token && this.token.value === token) {
        if (good && !this.token.proven) {
          this.token.proven = true;
          this.fruitless = 0;
        }
        if (retry?.reason === "token" && this.drop(name, code) && !EXPIRED.includes(code)) {
          // A token that was just issued is refused, too: by the system, or by something before it that says no more.
          fault = code.startsWith("http.") ? "unsure" : "account";
          message = account.credentials?.key ? NO_KEY : NOT_TAKEN;
        }
      }
      let blamed = false;
      if (fault === "unsure") {
        if (retry) await this.refresh(name, account);
        const looked = await this.look(name, account);
        const { closed } = this.limiter.status(name);
        blamed = looked.what === "good" && closed === null;
        // Mended between this call and the read: the lead goes once more before anybody blames it.
        if (looked.what === "good" && closed !== null) this.limiter.found(name, "good");
        // Where the read gets it too, it is the account's; and where it may not read at all, a lead has to ask.
        fault = ({ refused: "account", forbidden: "writes" } as const)[looked.what as "refused"];
      }
      const now = Date.now();
      const wait = Math.max(after ?? 0, retry?.after ?? 1_000) / this.scale;
      const lost = write === true && outcome?.kind === "unknown";
      const settled = this.limiter.release(name, {
        id,
        form,
        fills,
        code,
        message,
        param,
        // What was wrong with one lead before a call was made says nothing of what is closed.
        fault: unsent && fault === "lead" ? "unsent" : (fault ?? (outcome ? "" : "unsent")),
        keep: goesOn ? "goeson" : lost ? "lost" : "no",
        landed: lost && landed !== undefined ? now + landed : undefined,
        good,
        stored: write === true && outcome?.kind === "stored",
        lag: write && outcome?.kind === "stored" ? steady((glue) => glue.readLag(account.system)) / this.scale : undefined,
        quiet: retry?.reason === "rate" || (retry && after !== undefined) ? now + wait : undefined,
        reset: retry?.reason === "quota" ? now + (nextMidnight(zoneOf(account), now) - now) / this.scale : undefined,
        scale: Math.max(1, Math.round(this.scale)),
        left: pace?.left,
        until: pace?.until,
        version: retry?.reason === "version" ? (retry.code === "pardot.88" ? 4 : 3) : undefined,
      });
      return { ...settled, blamed };
    }

    usable(): boolean {
      return this.token !== undefined && this.token.until > Date.now();
    }

    /**
     * The system no longer takes the token. Whether the one before was refused as well, with nothing good between: then
     * the next one is not asked for at full speed.
     */
    drop(name: string, code: string): boolean {
      this.fruitless = this.token?.proven ? 1 : this.fruitless + 1;
      this.token = undefined;
      if (this.fruitless < 2) return false;
      this.notBefore = Date.now() + Math.min(60_000, 1_000 * 2 ** (this.fruitless - 2)) / this.scale;
      this.refusals++;
      log("token.refused", { account: name, code });
      return true;
    }

    /** One sign-in at a time: of two, the one that is refused would close the account over the other's token. */
    refresh(name: string, account: RelayAccount): Promise<void> {
      this.signing ??= this.signIn(name, account).finally(() => {
        this.signing = undefined;
      });
      return this.signing;
    }

    /** Gets a token, or notes why there is none and when to ask again. */
    async signIn(name: string, account: RelayAccount): Promise<void> {
      try {
        const plain = plainAccount(account as never);
        edge((glue) => glue.checkAccount(plain));
        const request = edge((glue) => glue.tokenRequest(plain, account.credentials ?? {}));
        if (!request) return this.signedIn(name, account.credentials.key ?? "", Number.MAX_SAFE_INTEGER);
        this.notBefore = Date.now() + 1_000 / this.scale;
        const reply = await plainReply(await exchange(request, Math.max(LEAST_SIGN_IN, SIGN_IN_DEADLINE / this.scale)));
        const said = edge((glue) => glue.readToken(reply, account.system, account.credentials?.refreshToken !== undefined));
        if ("token" in said) return this.signedIn(name, said.token, Date.now() + said.usable);
        const [code, message] = said.kind === "refused" ? about(said) : [said.kind === "retry" ? said.code : "auth.busy", ""];
        this.signInFailed(name, said.kind === "refused", code || "auth.refused", message || NO_TOKEN, said.kind === "retry" ? (said.after ?? 0) : 0);
      } catch (error) {
        // The host would not let it out, so no sign-in has failed.
        if (isRefusal(error)) return;
        const { code, message } = told(error, "auth.busy");
        // What is missing or wrong in the options does not pass by itself.
        this.signInFailed(name, error instanceof FieldpostError && error.code === "account.invalid", code, message, 0);
      }
    }

    signedIn(name: string, value: string, until: number): void {
      this.token = { value, until, proven: false };
      this.notBefore = 0;
      this.failed = 0;
      this.refused = null;
      this.limiter.found(name, "signed");
    }

    /** The leads have done nothing wrong: they wait until somebody has mended it. What may pass is asked soon, a few times. */
    signInFailed(name: string, lasts: boolean, code: string, message: string, after: number): void {
      this.failed++;
      this.refusals++;
      this.refused = code;
      log("auth.refused", { account: name, code });
      const { closed } = this.limiter.status(name);
      const soon = Math.max(after, 1_000 * 2 ** (this.failed - 1)) / this.scale;
      const closes = lasts || closed !== null || this.failed >= TRIES;
      this.notBefore = Date.now() + (closes ? EVERY / this.scale : Math.min(EVERY / this.scale, soon));
      if (closes) this.limiter.found(name, "token", code, message);
    }

    status(account: string): GateStatus {
      const { closed, targets, quietUntil, quota, ...said } = this.limiter.status(account);
      const now = Date.now();
      return {
        account,
        ...said,
        quietUntil: quietUntil > now ? quietUntil : 0,
        quota: quota !== null && quota > now ? quota : null,
        refused: closed?.by === "token" ? closed.code : this.refused,
        refusals: this.refusals,
        closed: closed && { code: closed.code, message: closed.message, since: closed.since, probe: closed.probe },
        targets,
      };
    }
  };
}

type Fault = "lead" | "unsure" | "target" | "writes" | "account";

/** A token that has expired is replaced, and no more. */
const EXPIRED: readonly string[] = ["marketo.602"];

const NO_TOKEN = "The system gives no token for the account's credentials.";
const NO_KEY = "The system refuses the account's key.";
const NOT_TAKEN = "The system refuses the tokens that it has just issued: check the API user, its role and the account's address.";

/** What the harmless read came to. */
interface Looked {
  what: "good" | "refused" | "forbidden" | "unknown";
  code?: string;
  message?: string;
}

/** An account in the version that it turned out to speak. */
export const spoken = (account: RelayAccount, version: 3 | 4 | null): RelayAccount => (version === null ? account : { ...account, version });

/** Code, sentence and field of a refusal. */
function about(outcome: { issues: Issue[] }): [code: string, message: string, field: string] {
  const [issue] = outcome.issues;
  const { code = "refused", message = "", field = "" } = issue ?? {};
  return [code, field === "" ? message : `${field}: ${message}`, field];
}

/** What an exception says that somebody can mend. */
function told(error: unknown, otherwise: string): { code: string; message: string } {
  if (!(error instanceof FieldpostError)) return { code: otherwise, message: NO_TOKEN };
  // What is wrong with the account has a code of its own.
  const [issue] = error.issues;
  return issue ? { code: issue.code.startsWith("account.") ? issue.code : error.code, message: `${issue.field}: ${issue.message}` } : { code: error.code, message: error.code === error.message ? NO_TOKEN : error.message };
}

function judged(outcome: Outcome): Looked {
  switch (outcome.kind) {
    case "refused": {
      const [code, message] = about(outcome);
      if (outcome.fault === "account") return { what: "refused", code, message };
      return outcome.fault === "unsure" || outcome.fault === "writes" ? { what: "forbidden", code, message } : { what: "good" };
    }
    case "retry": {
      const { reason, code } = outcome as { reason?: string; code: string };
      return reason === "token" ? { what: "refused", code, message: NOT_TAKEN } : { what: "unknown" };
    }
    case "unknown":
      return { what: "unknown" };
    default:
      return { what: "good" };
  }
}
