import {
  edge,
  type EdgeGlue,
  plainAccount,
  read,
  request,
  ROW,
  type Token,
  WORD,
} from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import type { Pace } from "../../core/outcome.gen.js";
import type { Issue, Outcome } from "../../core/types.js";
import { call, type Called } from "../calls/call.js";
import { type Checked, Checks, type MappingCheck } from "../checks/check.js";
import { signIn } from "../checks/sign-in.js";
import type { DurableObjectClass, DurableState } from "../storage/durable.js";
import { Limiter, type Outside } from "./machine.js";
import { options, type RelayAccount, type RelayEnv, targetOf, waitsOf } from "../options.js";
import { Refresh } from "./refresh.js";
import { later } from "../calls/peers.js";
import { isRefusal } from "../host/platform.js";
import { exchange } from "../calls/reply.js";
import { nextMidnight } from "./reset.js";
import { isSender, Sender, type Sending } from "../calls/sender.js";

/**
 * The limiter's answer to a call that wants to go out. `doubt`: until then a look-up that finds nobody proves nothing; `kept`:
 * nobody else wrote since the last call; `probe`: what it is about is closed, and this call finds out whether it still is;
 * `version`: the API's, as the account said. `scope`: whether the account waits, what goes to a closed `target`, or only
 * this person.
 */
export type Lease =
  | {
      answer: "granted";
      doubt: number | null;
      others: number | null;
      kept: boolean;
      probe: boolean;
      version: 3 | 4 | null;
      token: string;
    }
  | {
      answer: "wait";
      until: number;
      scope: "account" | "target" | "person";
      target: string | null;
    };

/** A call that wants to go out. */
export interface Acquire {
  account: string;
  id: string;
  /** The persons, as hashes with their kinds and blanks between. */
  keys: string;
  shard: string;
  /** The lead's form, and the parameters that it fills, a line each. */
  form: string;
  fills: string;
  deadline: number;
  /** Nobody heard what became of this delivery's last call. */
  lost: boolean;
  /** No lead waits for this call. */
  spare?: boolean;
}

export interface Release {
  account: string;
  id: string;
  /** As in {@link Acquire}. */
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
export interface Released {
  /** The closed target that the delivery waits for. */
  hold: string | null;
  /** When what is closed is asked again; 0 where nothing is. */
  until: number;
  /** Something that was asked about is mended. */
  opened: boolean;
  /** The refusal of which nobody was sure is the lead's own. */
  blamed: boolean;
}

/** What is closed: why, since when, and when it is asked again, in milliseconds since 1970. */
interface Closed {
  code: string;
  /** What has to be mended. */
  message: string;
  since: number;
  probe: number;
}

/** What an operator may see of an account's limiter. */
export interface LimiterStatus {
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

/** How long a check's sign-in may take, and each of its reads, in milliseconds. */
const [SIGN_IN, READ] = [20_000, 15_000];

/**
 * An account's one door: its token, its limits, and one call at a time for each person. Kept in storage, so that a restart
 * resets no window and opens nothing; the token is not, for it is a secret. The machine that decides is
 * `src/relay/account.rs`; here is what it has done.
 */
export function makeAccountLimiter(load: () => Promise<void>): DurableObjectClass {
  return class Gate {
    readonly state: DurableState;
    readonly env: RelayEnv;
    readonly limiter: Limiter;
    /** An object of this class either lets calls pass or makes them, by its name. */
    readonly sender = new Sender();
    readonly refresh: Refresh;
    /** The sign-in that is out: a refresh token may be sent once alone. */
    private last: Promise<unknown> = Promise.resolve();

    constructor(state: DurableState, env: RelayEnv) {
      this.state = state;
      this.env = env;
      this.refresh = new Refresh(state.storage);
      this.limiter = new Limiter(
        state.storage,
        (...given) => this.load(...given),
        (name) => this.outside(name),
      );
      void state.blockConcurrencyWhile(async () => {
        await load();
        if (!isSender(state.id?.name)) await this.limiter.begin();
      });
    }

    async fetch(request: Request): Promise<Response> {
      const url = new URL(request.url);
      switch (url.pathname) {
        case "/acquire":
          return later(this.acquire((await request.json()) as Acquire));
        case "/release":
          return later(this.release((await request.json()) as Release));
        case "/send":
          return later(
            this.sender
              .send((await request.json()) as Sending)
              .then((called) => JSON.stringify(called)),
          );
        case "/check":
          return Response.json(
            await this.check((await request.json()) as { account: string; forms: string[] }),
          );
        case "/delete":
          return Response.json(
            await this.delete(
              (await request.json()) as { account: string; operation: string; record: string },
            ),
          );
        case "/forget":
          this.limiter.forget(Date.now());
          return Response.json({});
        case "/status":
          return new Response(this.limiter.status(url.searchParams.get("account") ?? ""), {
            headers: { "content-type": "application/json" },
          });
        default:
          return new Response(null, { status: 404 });
      }
    }

    account(name: string): RelayAccount {
      const account = options(this.env).accounts[name];
      if (!account) throw new FieldpostError("account.invalid");
      return account;
    }

    acquire({
      account,
      id,
      keys,
      shard,
      form,
      fills,
      deadline,
      lost,
      spare = false,
    }: Acquire): Promise<string> {
      const words = [id, keys, shard, form, fills];
      return this.limiter.ask(account, "acquire", words, deadline, lost, spare);
    }

    release({
      account,
      id,
      form,
      fills,
      outcome,
      unsent,
      token = "",
      write,
      goesOn,
      landed,
      pace,
      after,
    }: Release): Promise<string> {
      const [words, wait] = said(outcome);
      return this.limiter.ask(
        account,
        "release",
        [...words, id, form, fills, token],
        wait,
        unsent ?? false,
        write ?? false,
        goesOn ?? false,
        landed,
        pace?.left,
        pace?.until,
        after,
      );
    }

    /** What the options say of an account, for the machine. */
    load(glue: EdgeGlue, name: string, parts: string): string {
      const { system, timeZone = "", limits } = this.account(name);
      const { forms, timeScale = 1, reconcile } = options(this.env);
      const ways = Object.entries(forms).flatMap(([form, { deliver }]) =>
        deliver
          .filter((target) => target.account === name)
          .map(({ map, constants = {} }) =>
            [form, ...Object.keys(map), ...Object.keys(constants)].join(WORD),
          ),
      );
      const limited = limits ? [limits.calls, limits.window, limits.atOnce] : [];
      // Where the owner says nothing it is not a number.
      const share = reconcile === false ? 0 : Number(reconcile?.share);
      const scale = Math.max(1, Math.round(timeScale));
      const numbers = Float64Array.of(Date.now(), scale, share, ...limited);
      const wrong = waitsOf(options(this.env), name).map(({ form, param, code, message }) =>
        [form, param, code, message].join(WORD),
      );
      const own = [system, timeZone].join(WORD);
      return glue.limiterLoad(name, own, ways.join(ROW), numbers, parts, wrong.join(ROW));
    }

    outside(name: string): Outside {
      return {
        signIn: (number, deadline) => void this.signIn(name, number, deadline),
        look: (number, deadline, token, version) =>
          void this.look(name, number, deadline, token, version),
        midnight: (number, zone) =>
          this.limiter.heard(name, "midnight", number, [], nextMidnight(zone, Date.now())),
      };
    }

    /** Gets a token: from the system, or it is the owner's key. */
    async signIn(name: string, number: number, deadline: number): Promise<void> {
      const heard = (token: string, usable: number, [words, wait]: Said): void =>
        this.limiter.heard(name, "signed", number, [...words, token], wait, usable);
      try {
        const got = await this.token(this.account(name), deadline);
        const { token = "", usable = 0 } = got as Partial<Token>;
        heard(token, usable, said("kind" in got ? got : undefined));
      } catch (error) {
        heard("", 0, failed(error));
      }
    }

    /** Signs in, one after another; a refresh token that takes the place of the one before is stored first. */
    token(account: RelayAccount, deadline: number): Promise<Token | Outcome> {
      const act = async (): Promise<Token | Outcome> => {
        const plain = plainAccount(account as never);
        edge((glue) => glue.checkAccount(plain));
        const own = (account as Partial<RelayAccount>).credentials ?? {};
        const now = await this.refresh.current(own);
        return signIn(
          plain,
          account.system,
          now,
          (request) => exchange(request, deadline),
          (refreshToken) => this.refresh.renew(own, refreshToken),
        );
      };
      const turn = this.last.then(act, act);
      this.last = turn.catch(() => {});
      return turn;
    }

    /** Signs in anew and asks the system what it has; what is checked changes nothing here. */
    async check({ account: name, forms }: { account: string; forms: string[] }): Promise<Checked> {
      const relay = options(this.env);
      const account = this.account(name);
      const checks = new Checks(
        account,
        () => this.token(account, SIGN_IN),
        (request) => exchange(request, READ),
      );
      const checked = await checks.checkAccount();
      const ways: (MappingCheck & { form: string })[] = [];
      for (const form of forms) {
        const [fields, way] = [relay.forms[form]?.fields, targetOf(relay, form, name)];
        if (fields && way) ways.push({ form, ...(await checks.checkMapping(fields, way)) });
      }
      return { ...checked, forms: ways };
    }

    /** Takes a record out of the system: one call, which a person has asked for. */
    async delete({
      account: name,
      operation,
      record,
    }: {
      account: string;
      operation: string;
      record: string;
    }): Promise<{ outcome: object }> {
      const got = await this.token(this.account(name), SIGN_IN);
      if (!("token" in got)) return { outcome: got };
      const { version } = JSON.parse(this.limiter.status(name)) as LimiterStatus;
      const account = spoken(this.account(name), version);
      const asked = request(operation, { id: record }, { ...account, token: got.token } as never);
      const outcome = await exchange(asked, READ).then(
        (reply) => read(operation, reply as never, { id: record }, version ?? undefined),
        (error: unknown) => ({ kind: "unknown", why: failed(error)[0][3] || "network.failed" }),
      );
      return { outcome };
    }

    /** Makes the read that shows whether the account takes anything. */
    async look(
      name: string,
      number: number,
      deadline: number,
      token: string,
      version: string,
    ): Promise<void> {
      const heard = ([words, wait]: Said): void =>
        this.limiter.heard(name, "looked", number, words, wait);
      try {
        const account = this.account(name);
        const { operation, rendered } = edge((glue) =>
          glue.reading(
            plainAccount({ ...account, ...(version && { version: Number(version) }) } as never),
            "",
          ),
        );
        const called = await call(operation, rendered, token, deadline);
        heard(said((called as Partial<Called>).outcome));
      } catch (error) {
        heard(failed(error));
      }
    }
  };
}

/** What came of a call as the machine reads it, `Given::said` in `src/wasm/limiter.rs`: words, and how long to wait. */
type Said = [words: string[], wait: number | undefined];

/** No outcome: no call was made. */
function said(outcome?: Outcome): Said {
  const given = (outcome ?? {}) as {
    kind?: string;
    fault?: string;
    reason?: string;
    code?: string;
    issues?: Issue[];
    after?: number;
  };
  const { kind = "", fault = "", reason = "", code = "", issues: [issue] = [], after } = given;
  return [[kind, fault, reason, code, ...about(issue)], after];
}

/** What stopped a call before it was one. What the host would not let out says nothing at all. */
function failed(error: unknown): Said {
  if (isRefusal(error)) return said();
  const { code, message, issues } =
    error instanceof FieldpostError ? error : { code: "", message: "", issues: [] };
  const [issue] = issues;
  return [["failed", "", "", code, ...about(issue, message)], undefined];
}

/** Field, code and sentence of an issue. A field may be a system's own word for it, and must not pass for several words. */
const about = (issue?: Issue, message = ""): string[] =>
  [issue?.field ?? "", issue?.code ?? "", issue?.message ?? message].map((word) =>
    word.replaceAll(/[\0-\x08]/g, ""),
  );

/** An account in the version that it turned out to speak. */
export const spoken = (account: RelayAccount, version: 3 | 4 | null): RelayAccount =>
  version === null ? account : { ...account, version };
