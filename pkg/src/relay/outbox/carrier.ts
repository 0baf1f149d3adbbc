import type { Begun, Happened, Rendered } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import type { Effect } from "../../core/steps.gen.js";
import type { Called, Unsent } from "../calls/call.js";
import { ObjectRefusal, patience } from "../host/consult.js";
import { opened } from "../lead/locked.js";
import {
  aboutOf,
  type Attempt,
  codeOf,
  MOST_ATTEMPTS,
  wordOf,
  written,
} from "../storage/attempts.js";
import type { OperatorStore } from "../storage/operator-store.js";
import { fills } from "../lead/fills.js";
import { LIMITER_DEADLINE } from "./deadlines.gen.js";
import type { Acquire, Lease, Release, Released } from "../limiter/account-limiter.js";
import { log } from "../host/log.js";
import { options, type RelayAccount, type RelayEnv, type Target, targetOf } from "../options.js";
import type { Peers } from "../calls/peers.js";
import { faultOf, HostRefusal, saidOf } from "../host/platform.js";
import { render } from "./render.js";
import { Sender, type Sending, senderOf } from "../calls/sender.js";

/** A delivery that is under way: what the machine knows of it, and what is needed to carry out what it says. */
export interface Own {
  run: Begun;
  /** Reads the row of a delivery that begins; nothing once that is done. */
  read: (() => Promise<void>) | undefined;
  lead: string;
  persons: string;
  /** Nothing where they are locked with a key that is not here. */
  values: string | undefined;
  visitor: string | undefined;
  /** How limiters know it. */
  known: { account: string; id: string; form: string; fills: string };
  target: Target | undefined;
  rendered?: Rendered;
  /** Keeps the request that was just made. */
  keep: () => void;
  /** The call that was made last, until it is written down with what came of it. */
  attempt?: Attempt | undefined;
}

/** What a delivery hears, and of what it matters for, whether the delivery is where it was. */
export type Heard = Happened & { looks?: () => boolean };

type Of<Name extends Effect["do"]> = Extract<Effect, { do: Name }>;

/** A delivery, as it begins. */
const ROW = `SELECT deliveries.id AS id, account, form, state, phase, code, hold, trouble, deliveries.lead AS "leadId", leads.lead AS "values", visitor, leads.key AS key, test,
  CASE WHEN persons <> '' THEN persons ELSE person END AS persons
  FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE deliveries.id = ?`;

interface Row extends Omit<Begun, "test"> {
  test: number | null;
  leadId: string;
  values: string;
  visitor: string;
  persons: string;
  key: string;
}

/** What a delivery's row has of its calls, with one more where there was one. */
const ATTEMPTS = `iif(?9 IS NULL, attempts, substr(coalesce(attempts, '') || ?9, -${MOST_ATTEMPTS}))`;

/** Carries out the effects of single deliveries: calls of limiters and senders, requests, and rows. */
export class Carrier {
  private readonly sender = new Sender();

  /** `id` and `shard`: how senders and limiters know this outbox. `ended` hears of a lead of which something has become. */
  constructor(
    readonly env: RelayEnv,
    readonly store: OperatorStore,
    readonly peers: Peers,
    readonly outbox: { readonly id: string; readonly shard: string; ended(lead: string): void },
  ) {}

  private rows(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.store.rows(query, ...bindings);
  }

  private account(name: string): RelayAccount {
    const account = options(this.env).accounts[name];
    if (!account) throw new FieldpostError("account.invalid");
    return account;
  }

  /** Nothing is read yet, so nothing can fail. */
  own(id: string, account: string, of: number): Own {
    const run: Begun = {
      id,
      account,
      of,
      form: "",
      state: "",
      phase: "waiting",
      code: null,
      hold: null,
      trouble: null,
    };
    const own: Own = {
      run,
      read: () => this.read(own),
      lead: "",
      persons: "",
      values: "",
      visitor: "",
      known: { account, id, form: "", fills: "" },
      target: undefined,
      keep: () => {},
    };
    return own;
  }

  /** Reads the row of a delivery that begins. What is locked and cannot be opened stays so: whoever makes a request of it says so. */
  private async read(own: Own): Promise<void> {
    const { id, account, of } = own.run;
    const relay = options(this.env);
    const [row] = this.rows(ROW, id) as unknown as Row[];
    if (!row) throw new FieldpostError("delivery.failed");
    const { form, state, phase, code, hold, trouble, leadId, persons, key } = row;
    const target = targetOf(relay, form, account);
    const [values, visitor] = await Promise.all([
      opened(relay, "lead", key, row.values),
      opened(relay, "visitor", key, row.visitor),
    ]);
    const isOpen = values !== undefined && visitor !== undefined;
    const run: Begun = {
      id,
      account,
      of,
      form,
      state,
      phase,
      code,
      hold,
      trouble,
      test: row.test === 1,
      by: target?.match ?? "",
    };
    const known = {
      account,
      id,
      form,
      fills: target && isOpen ? fills(target, { lead: values, visitor }) : "",
    };
    Object.assign(own, {
      run,
      read: undefined,
      lead: leadId,
      persons,
      values,
      visitor,
      known,
      target,
    });
  }

  /** Whether a delivery is where it was at this moment: nobody has erased it or sent it on while it waited. */
  private stands({ run: { id, state } }: Own): boolean {
    return this.rows("SELECT 1 FROM deliveries WHERE id = ? AND state = ?", id, state).length > 0;
  }

  // What is waited for, by its effect.

  private readonly calls: {
    [Name in Effect["do"]]?: (effect: Of<Name>, own: Own) => Promise<Heard>;
  } = {
    acquire: async ({ lost, deadline }, own) => {
      await own.read?.();
      const asked = Date.now();
      const { answer, ...lease } = await this.limiter<Lease>("acquire", {
        ...own.known,
        keys: own.persons,
        shard: this.outbox.shard,
        deadline,
        lost,
      });
      return { event: answer, asked, ...lease, looks: () => this.stands(own) };
    },
    release: async ({ do: _, ...told }, own) => ({
      event: "released",
      ...(await this.limiter<Released>("release", { ...own.known, ...told })),
    }),
    render: async ({ state, call, version }, own) => {
      const { run, values, visitor } = own;
      if (values === undefined || visitor === undefined) throw new FieldpostError("storage.locked");
      const made = await render(
        options(this.env),
        this.store.tally,
        { id: run.id, state, values, visitor },
        call,
        own.target as Target,
        this.account(run.account),
        version,
      );
      own.rendered = made.rendered;
      own.keep = made.keep;
      return {
        event: "rendered",
        write: made.rendered.method !== "GET",
        identity: made.rendered.identity ?? null,
        looks: () => this.stands(own),
      };
    },
    send: async ({ operation, token, deadline, ends, patience }, own) => {
      const sending = {
        operation,
        rendered: own.rendered as Rendered,
        token,
        deadline,
        ends,
        own: Object.keys(own.target?.constants ?? {}),
      };
      const at = Date.now();
      const called = await this.send(own.run.account, sending, patience);
      const { unsent } = called as Partial<Unsent>;
      if (unsent !== undefined) return { event: "unsent", ...called };
      const { outcome, pace, after } = called as Called;
      own.attempt = {
        at,
        took: Date.now() - at,
        operation,
        kind: outcome.kind,
        code: codeOf(outcome),
        param: aboutOf(outcome as { issues?: { field: string }[] }),
      };
      return { event: "called", outcome, pace, after };
    },
    sleep: async ({ after }) => {
      await new Promise((resolve) => setTimeout(resolve, after));
      return { event: "slept" };
    },
  };

  /** An effect that is waited for; nothing where it is another one. */
  question(effect: Effect): Effect | undefined {
    return this.calls[effect.do] && effect;
  }

  /** What came of it; throws where nothing did. */
  async ask(effect: Effect, own: Own): Promise<Heard> {
    return (this.calls[effect.do] as (effect: Effect, own: Own) => Promise<Heard>)(effect, own);
  }

  /** An error as the machine hears of it. */
  failed(error: unknown, { target }: Own): Happened {
    const { issues = [], message = "" } = saidOf(error);
    return {
      event: "failed",
      code: faultOf(error),
      host: error instanceof HostRefusal,
      message,
      issues: [...issues],
      map: Object.entries(target?.map ?? {}),
      constants: Object.keys(target?.constants ?? {}),
    };
  }

  // What is done at once, by its effect.

  private readonly acts: { [Name in Effect["do"]]?: (effect: Of<Name>, own: Own) => void } = {
    mark: ({ id, target, code }) =>
      void this.rows(
        "UPDATE deliveries SET hold = ?, code = coalesce(?, code) WHERE id = ?",
        target,
        code,
        id,
      ),
    log: ({ do: _, event, param, ...line }) =>
      log(event, param === undefined ? line : { ...line, param: wordOf(param) }),
    count: ({ name }) => this.store.tick(name),
    write: ({ state, phase, next, code, maybe_repeated, warning, answered, keep }, own) => {
      const put = (): void =>
        this.store.turn(own.lead, phase, () => {
          this.rows(
            `UPDATE deliveries SET state = ?, phase = ?2, next = ?, code = ?, maybe_repeated = ?, warning = ?, hold = iif(?2 IN ('done', 'dead'), NULL, hold),
             trouble = iif(?7, NULL, trouble), attempts = ${ATTEMPTS} WHERE id = ?8`,
            state,
            phase,
            next,
            code,
            Number(maybe_repeated),
            warning,
            Number(answered),
            own.run.id,
            own.attempt ? written(own.attempt) : null,
          );
        });
      this.store.together(() => {
        if (keep) own.keep();
        put();
      });
      own.attempt = undefined;
    },
    restore: ({ state, phase, code, next, was }, { run }) =>
      void this.rows(
        "UPDATE deliveries SET state = ?, phase = ?, code = ?, next = ? WHERE id = ? AND state = ?",
        state,
        phase,
        code,
        next,
        run.id,
        was,
      ),
    stumble: ({ phase, code, next, trouble }, { lead, run }) =>
      this.store.turn(lead, phase, () => {
        this.rows(
          "UPDATE deliveries SET phase = ?, code = ?, next = ?, trouble = ? WHERE id = ?",
          phase,
          code,
          next,
          trouble,
          run.id,
        );
      }),
    hold: ({ target }, { run }) => {
      this.rows("UPDATE deliveries SET hold = ? WHERE id = ?", target, run.id);
      this.store.tally.together(() => this.store.tally.drop(run.id));
    },
    ended: (_, { lead }) => this.outbox.ended(lead),
  };

  /** Does what waits for nothing: all of it, or where something throws nothing. */
  carryOut(effects: readonly Effect[], own: Own | undefined): void {
    const acts = effects.flatMap((effect) => {
      const act = this.acts[effect.do] as ((effect: Effect, own?: Own) => void) | undefined;
      return act ? [(): void => act(effect, own)] : [];
    });
    const [first] = acts;
    if (first) this.store.together(() => acts.forEach((act) => act()));
  }

  /** Makes a call by the account's own sender. What cannot have left is told apart from what nobody can tell. */
  async send(account: string, sending: Sending, deadline: number): Promise<Called | Unsent> {
    try {
      return await this.peers.ask(
        senderOf(this.outbox.id, account),
        "send",
        patience(1, deadline),
        sending,
      );
    } catch (error) {
      if (error instanceof HostRefusal) return { unsent: "host" };
      // It runs the release before this one, which knows of no senders. So the outbox sends, as it did then.
      if (error instanceof ObjectRefusal) return this.sender.send(sending);
      return { outcome: { kind: "unknown", why: "delivery.lost" } };
    }
  }

  limiter<T>(what: "acquire" | "release", body: Acquire | Release): Promise<T> {
    return this.peers.ask(
      body.account,
      what,
      patience(options(this.env).timeScale, LIMITER_DEADLINE),
      body,
    );
  }
}
