import { plainAccount, ROW, steady, WORD } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import type { Outcome } from "../../core/types.js";
import { facts } from "../host/facts.js";
import type { Called, Unsent } from "../calls/call.js";
import { log } from "../host/log.js";
import { type Lease, spoken } from "../limiter/account-limiter.js";
import { options, type RelayAccount, type RelayEnv, type RelayOptions } from "../options.js";
import { codeOf } from "../storage/attempts.js";
import type { Portion, Reconciled, Reconciling } from "../storage/reconciled.js";
import { GOES_ON, WRITES } from "../storage/ruling.gen.js";
import type { Carrier } from "./carrier.js";

/** So many calls follow from one event, beside those for leads: on the free plan it has few milliseconds of the processor. */
const CALLS = { free: 2, paid: 50 } as const;

/** So many times it is looked what is next, whether a call follows or not. */
const LOOKS = 200;

const MINUTE = 60_000;

/** Who is asked about whom: no lead is called so, so a call of this kind waits for no person, and no person for it. */
const NOBODY = "r:reconciled";

/** What the machine's letters stand for. */
const VERDICTS: Readonly<Record<string, Reconciling>> = {
  t: "there",
  v: "vanished",
  u: "unnamed",
};

/** What the machine says: see `src/relay/reconcile.rs`. */
interface Said {
  what: string;
  verdicts: string;
  numbers: number[];
}

/** What came of one turn: how many calls it took, and whether there may be more to do now. */
interface Round {
  calls: number;
  goesOn: boolean;
}

/** Some deliveries of an account, while a system is asked about them. */
interface Batch extends Portion {
  name: string;
  account: RelayAccount;
  isFirst: boolean;
}

/**
 * Asks the systems whether what they have stored is still there. What is due, what an answer means and when to go on is decided in
 * `src/relay/reconcile.rs`; the limiter gives it a share of the day's calls, and none that a lead needs.
 */
export class Reconciler {
  private running: Promise<void> | undefined;
  /** What was heard and is not worth a row. */
  private readonly states = new Map<string, string>();

  constructor(
    readonly env: RelayEnv,
    readonly reconciled: Reconciled,
    readonly carrier: Carrier,
    readonly outbox: { readonly shard: string },
  ) {}

  /** The cron has rung. Nobody waits for this. */
  wake(): void {
    const relay = options(this.env);
    if (relay.reconcile === false || this.running) return;
    this.running = this.all(relay).finally(() => {
      this.running = undefined;
    });
  }

  private async all(relay: RelayOptions): Promise<void> {
    const accounts = Object.entries(relay.accounts);
    // Another one is the first each time, so that one with many does not keep the others waiting.
    const first = Math.floor(Date.now() / MINUTE) % Math.max(1, accounts.length);
    let calls: number = CALLS[relay.plan ?? "free"];
    let looks = LOOKS;
    for (const [name, account] of [...accounts.slice(first), ...accounts.slice(0, first)]) {
      try {
        let mayBeMore = true;
        while (GOES_ON[facts(mayBeMore, calls > 0, looks > 0)]) {
          const round = await this.round(name, account);
          calls -= round.calls;
          mayBeMore = round.goesOn;
          looks--;
        }
      } catch (error) {
        // What is written is what is so.
        this.states.delete(name);
        const code = error instanceof FieldpostError ? error.code : "delivery.failed";
        log("records.failed", { account: name, code });
      }
    }
  }

  /** One call, or as many leads passed as one go looks at. */
  private async round(name: string, account: RelayAccount): Promise<Round> {
    const look = this.step(name, account);
    if (look.what !== "look") return { calls: 0, goesOn: false };
    const [first = 0, ended = 0, row = 0, to = 0, toRow = 0, most = 0] = look.numbers;
    const between = [
      { ended, row },
      { ended: to, row: toRow },
    ] as const;
    const batch = {
      name,
      account,
      isFirst: first === 1,
      ...this.reconciled.next(name, ...between, most),
    };
    const next = this.step(name, account, batch);
    if (next.what !== "ask") {
      this.write(batch, next.verdicts);
      return { calls: 0, goesOn: true };
    }
    const [lease = 0, deadline = 0, ...places] = next.numbers;
    const ids = places.map((at) => batch.rows[at]?.record ?? "");
    const heard = await this.ask(batch, ids, lease, deadline);
    const then = this.step(name, account, batch, heard);
    if (then.what === "write") {
      this.write(batch, then.verdicts);
      return { calls: 1, goesOn: true };
    }
    // A limiter that lets none go for a moment is asked again with the next event.
    if (then.numbers[0] === 1) this.reconciled.keep(name, this.states.get(name) ?? "");
    if (typeof heard === "object")
      log("records.failed", { account: name, code: codeOf(heard) ?? heard.kind });
    return { calls: 1, goesOn: false };
  }

  /** The outcome of a call; or until when none goes out. */
  private async ask(
    { name, account }: Batch,
    ids: readonly string[],
    lease: number,
    deadline: number,
  ): Promise<Outcome | number> {
    const known = {
      account: name,
      id: `reconcile ${this.outbox.shard}`,
      form: "",
      fills: "",
    };
    const granted = await this.carrier.limiter<Lease>("acquire", {
      ...known,
      keys: NOBODY,
      shard: this.outbox.shard,
      deadline: lease,
      lost: false,
      spare: true,
    });
    if (granted.answer === "wait") return granted.until;
    let called: Called | Unsent = { unsent: "failed" };
    try {
      const { operation, rendered } = steady((glue) =>
        glue.reading(plainAccount(spoken(account, granted.version) as never), ids.join(WORD)),
      );
      const ends = Date.now() + deadline;
      const sending = { operation, rendered, token: granted.token, deadline, ends, own: [] };
      called = await this.carrier.send(name, sending, deadline);
    } finally {
      const { outcome, pace, after } = called as Partial<Called>;
      await this.carrier.limiter("release", {
        ...known,
        token: granted.token,
        // Which records there are concerns nobody else.
        ...(outcome && { outcome: { ...outcome, records: [] } as Outcome }),
        ...(pace && { pace }),
        ...(after !== undefined && { after }),
      });
    }
    return "unsent" in called ? Date.now() : called.outcome;
  }

  private write({ name, isFirst, rows, isLast }: Batch, verdicts: string): void {
    // That there is nothing is seen again at no cost, and each row that is written counts against the day.
    if (!WRITES[facts(rows.length > 0, isLast)]) return;
    const all = rows.flatMap((row, at) => {
      const is = VERDICTS[verdicts[at] ?? ""];
      return is === undefined ? [] : { ...row, is, before: isFirst ? undefined : row.was };
    });
    const vanished = this.reconciled.write(name, this.states.get(name) ?? "", all);
    const [first] = vanished;
    if (first) log("records.vanished", { account: name, records: vanished.length });
  }

  /** One step of an account's machine. */
  private step(name: string, account: RelayAccount, batch?: Batch, heard?: Outcome | number): Said {
    const { timeScale = 1 } = options(this.env);
    const state = this.states.get(name) ?? this.reconciled.state(name);
    const numbers = Float64Array.of(
      Date.now(),
      Math.max(1, timeScale),
      Number(batch?.isFirst ?? false),
      batch?.end.ended ?? 0,
      batch?.end.row ?? 0,
    );
    const rows = batch ? ["rows", ...batch.rows.map(({ record }) => record)].join(ROW) : "";
    const said = steady((glue) =>
      glue.stepReconciliation(account.system, state, rows, heard, numbers),
    );
    const [kept = "", words = ""] = said.split(ROW);
    this.states.set(name, kept);
    const [what = "", verdicts = "", ...others] = words.split(WORD);
    return { what, verdicts, numbers: others.map(Number) };
  }
}
