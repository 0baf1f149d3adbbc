import { ROW, steady, WORD } from "../../core/edge.js";
import { DEFAULTS } from "../options.gen.js";
import { options, type RelayEnv } from "../options.js";
import type { OperatorStore } from "../storage/operator-store.js";
import { Passing } from "../storage/passing.js";
import { Review } from "../storage/review.js";
import { type Standing, Tally } from "../storage/tally.js";

/** A lead that passed the form's check, on its way into the outbox. */
export interface Offer {
  key: string;
  bodyHash: string;
  form: string;
  /** The clean values, as JSON; of a raw lead the fields as they came. */
  lead: string;
  visitor: string;
  /** See `Hashes`; of leads without e-mail and phone `persons` is empty. The release before sends no keyed ones. */
  person: string;
  persons: string;
  personsKeyed?: string;
  bodyKeyed?: string;
  /** The form token that is spent with it, where this outbox is the token's, too. */
  nonce?: string;
  /** Why a person should look first; empty for nearly all. */
  review: string[];
  /** What today's rules say against it, `field:code` with blanks between: of a lead that waited in a browser. */
  issues?: string;
  /** The accounts it goes to. */
  targets: string[];
  /** The check did not come to its end. */
  raw?: boolean;
  counts?: number[];
  /** Where it came from, as a keyed hash: kept of a suspect. Empty where nobody knows. */
  source?: string;
  /** A person has sent it to see how it arrives. */
  test?: 1;
}

export interface Accepted {
  id: string;
  /** A person has to look first: its token was another lead's. */
  held?: true;
  state: "queued" | "stored" | "conflict" | "full" | "running" | "free" | "moved";
  /** Where the key was promised to instead. */
  shard?: string | undefined;
}

/** A key that somebody asks about. */
export interface Asked {
  key: string;
  bodyHash?: string;
  /** The numbers of shards under which this is the key's shard; none where it was promised to this one. */
  counts?: number[];
}

/** An offer that is being written, with the id that it gets and what it takes on disk. */
interface Entry {
  offer: Offer;
  id: string;
  bytes: number;
  /** Of its accounts, in their order. */
  systems: string[];
  /** Its deliveries, as {@link DELIVER} has them. */
  deliveries: string[][];
  accepted: Accepted;
}

/** What leads that are written together have in common: the states that deliveries begin with, by system, and who has something to do. */
interface Writing {
  readonly now: number;
  readonly states: Record<string, string>;
  due?: Set<string>;
}

/** By key: what the rows say of the lead that has it, as words; and the words of none. */
type Known = ReadonlyMap<string, readonly string[]>;
const NOBODY = ["", "", ""];

type Arrives = (offer: Offer, more: number) => Promise<Accepted>;

interface Arrival {
  offer: Offer;
  resolve(accepted: Accepted): void;
  reject(error: unknown): void;
}

/** UUID version 7 (RFC 9562, 5.7): leads that arrive together stand together on disk, and a write of many touches few pages. */
function timedId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** Form tokens and keys that one outbox remembers. */
const MOST_SPENT = 500_000;
const MOST_RUNNING = 10_000;
const MOST_CLAIMS = 2_000_000;

/** The lead that has a key, with what became of its deliveries once it is done. */
const LEAD = `SELECT id, body_hash, CASE WHEN finished IS NOT NULL
  THEN (SELECT group_concat(phase, ' ') FROM deliveries WHERE lead = leads.id) END AS phases, key FROM leads WHERE key`;

/** Of one key, and of some at once: the platform takes longer over a statement than SQLite over a key. */
const [OF_KEY, OF_KEYS] = [`${LEAD} = ?`, `${LEAD} IN (SELECT value FROM json_each(?))`];

/** Where a key was promised to another shard under one of these numbers of shards. A Worker that names none means all. */
const MOVED =
  "SELECT shard FROM claims WHERE key = ?1 AND shard <> '' AND until > ?2 AND (?3 IS NULL OR count IN (SELECT value FROM json_each(?3))) ORDER BY count LIMIT 1";

/** The lead that a token was good for. Where the token's nonce is the lead's key, the lead's own row says so. */
const USER =
  "SELECT key FROM spent WHERE nonce = ?1 UNION ALL SELECT key FROM leads WHERE key = 'k:' || ?1 LIMIT 1";

/** Whether a person looks first, in the columns' own way: of others nobody keeps why, and where they came from. */
const PUT = `INSERT INTO leads (id, key, body_hash, body_keyed, form, person, persons, persons_keyed, accepted, review, lead, visitor, raw, issues, source, test)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?10, ''), ?, ?, ?, ?, iif(?10 = '', NULL, ?15), ?)`;

/**
 * All deliveries of a write in one statement: its triggers keep the pages that it may have to take back, once for each statement.
 * What waits for an account that there is not, so of no system, is marked by its form, as what lost its way is.
 */
const DELIVER = `INSERT INTO deliveries (id, lead, account, state, phase, code, hold, next)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, nullif(value ->> 5, ''), iif(value ->> 4 = 'waiting' AND value ->> 6 = '', value ->> 7, NULL), ?2 FROM json_each(?1)`;

/** The way into an outbox: each lead once, on disk before its page hears of it, and not more of them than the bounds allow. */
export class Acceptance {
  /** Leads that are to be written, with who waits for the word. */
  arrived: Arrival[] = [];
  private characters = 0;
  readonly spent: Passing;
  readonly running: Passing;
  readonly claims: Passing;
  readonly review: Review;

  /** `begin` sees that what is due for these accounts goes out, or throws where it cannot promise it. */
  constructor(
    readonly store: OperatorStore,
    readonly env: RelayEnv,
    readonly begin: (accounts: readonly string[]) => Promise<void>,
  ) {
    this.spent = new Passing(store, "spent", "nonce", MOST_SPENT);
    this.running = new Passing(store, "running", "key", MOST_RUNNING);
    this.claims = new Passing(store, "claims", "key", MOST_CLAIMS);
    this.review = new Review(store);
  }

  /** What this outbox has to say of a key. */
  find(asked: Asked): Accepted {
    return this.answer("known", asked);
  }

  /** Promises a key to a shard, this one where it is empty. */
  claim({
    count,
    shard,
    ...asked
  }: {
    key: string;
    bodyHash: string;
    count: number;
    shard: string;
  }): Accepted {
    const claim = "SELECT 1, shard FROM claims WHERE key = ? AND count = ? AND until > ?";
    const promised = this.words(2, claim, asked.key, count, Date.now());
    return this.answer("claim", { ...asked, counts: [] }, count, ...promised, shard);
  }

  /** Keeps a key while its lead is checked elsewhere. */
  reserve(asked: Asked & { bodyHash: string }): Accepted {
    return this.answer("reserve", asked);
  }

  /** Whether a form token is good for this lead: its first, or the same again. */
  spend({ nonce, key }: { nonce: string; key: string }): { spent: boolean } {
    const [user = ""] = this.words(1, USER, nonce);
    const rows = steady((glue) => glue.spendToken(user, key, Date.now())).split(ROW);
    const acts: Record<string, (until: string) => void> = {
      spend: (until) => this.use(nonce, key, until),
    };
    for (const row of rows) {
      const [name = "", , until = ""] = row.split(WORD);
      acts[name]?.(until);
    }
    return { spent: rows.includes(["spent", 0].join(WORD)) };
  }

  /** The first row that a statement gives, as words: an empty one for what is not there, and so many where there is none. */
  private words(columns: number, query: string, ...bindings: unknown[]): string[] {
    const [row] = this.store.rows(query, ...bindings);
    return row
      ? Object.values(row).map((value) => String(value ?? ""))
      : new Array<string>(columns).fill("");
  }

  /** Where a key was promised to; nobody looks where nothing was. */
  private moved({ key, counts }: Asked): string {
    const among = counts ? JSON.stringify(counts) : null;
    const [row] = this.claims.rows(MOVED, key, Date.now(), among);
    return String(row?.["shard"] ?? "");
  }

  /** Answers who asks about a key: what the rows say, one crossing, and what follows of it. See `src/relay/acceptance.rs`. */
  private answer(what: string, asked: Asked, count = 0, ...more: string[]): Accepted {
    const { key, bodyHash = "" } = asked;
    const now = Date.now();
    const running = "SELECT body_hash FROM running WHERE key = ? AND until > ?";
    const given = [
      bodyHash,
      ...this.words(3, OF_KEY, key).slice(0, 3),
      this.moved(asked),
      ...this.words(1, running, key, now),
      ...more,
    ];
    let accepted: Accepted = { id: "", state: "free" };
    const acts: Record<string, (...words: string[]) => void> = {
      reserve: (until) => {
        this.running.drop(key);
        this.running.grow(now);
        this.store.rows(
          "INSERT INTO running (key, body_hash, until) VALUES (?, ?, ?)",
          key,
          bodyHash,
          Number(until),
        );
      },
      promise: (until, shard) => {
        this.claims.grow(now);
        this.store.rows(
          "INSERT INTO claims (key, count, shard, until) VALUES (?, ?, ?, ?) ON CONFLICT (key, count) DO UPDATE SET shard = excluded.shard, until = excluded.until",
          key,
          count,
          shard,
          Number(until),
        );
      },
      tell: (...words) => (accepted = told(words)),
    };
    const effects = steady((glue) => glue.answerKey(what, given.join(WORD), now));
    for (const effect of effects.split(ROW)) {
      const [name = "", , ...words] = effect.split(WORD);
      acts[name]?.(...words);
    }
    return accepted;
  }

  private use(nonce: string, key: string, until: string): void {
    this.spent.grow(Date.now());
    this.store.rows(
      "INSERT INTO spent (nonce, key, until) VALUES (?, ?, ?)",
      nonce,
      key,
      Number(until),
    );
  }

  /** Leads that arrive in the same moment are written together: a burst costs a write to disk now and then, not one for each. */
  accept(offer: Offer): Promise<Accepted> {
    const more = offer.lead.length + offer.visitor.length;
    const { length } = this.arrived;
    const place = steady((glue) => glue.placeFor(length, this.characters, more));
    return (this.places[place] as Arrives)(offer, more);
  }

  /** What is done with a lead that arrives, by the place that there is for it: none, the first, or the next one. */
  private readonly places: readonly Arrives[] = [
    () => Promise.resolve({ id: "", state: "full" }),
    (offer, more) => {
      this.gather(1, Date.now());
      return this.wait(offer, more);
    },
    (offer, more) => this.wait(offer, more),
  ];

  private wait(offer: Offer, more: number): Promise<Accepted> {
    this.characters += more;
    return new Promise((resolve, reject) => {
      this.arrived.push({ offer, resolve, reject });
    });
  }

  /** Leads that go on arriving are waited for. */
  private gather(before: number, began: number): void {
    setTimeout(() => {
      const { length } = this.arrived;
      if (steady((glue) => glue.gathers(before, length, began, Date.now())))
        this.gather(length, began);
      else void this.write();
    }, 0);
  }

  /** One write for all that have arrived, then the answers: the output gate holds the replies until the write is on disk. */
  async write(): Promise<void> {
    const arrivals = this.arrived.splice(0);
    this.characters = 0;
    const writing: Writing = { now: Date.now(), states: {} };
    let taken: [Arrival, Accepted][] = [];
    const take = (some: Arrival[]): [Arrival, Accepted][] =>
      this.store.together(() =>
        this.take(
          some.map(({ offer }) => offer),
          writing,
        ).map((accepted, at) => [some[at] as Arrival, accepted]),
      );
    try {
      taken = take(arrivals);
    } catch {
      this.review.changed();
      // A full disk, say. One by one: whose lead cannot be written is told to come again, and the others' are none the worse.
      for (const arrival of arrivals) {
        try {
          taken.push(...take([arrival]));
        } catch (error) {
          this.review.changed();
          arrival.reject(error);
        }
      }
    }
    try {
      if (writing.due) await this.begin([...writing.due]);
    } catch (error) {
      // Nothing is promised; the outbox knows the leads when they come again.
      for (const [{ reject }] of taken) reject(error);
      return;
    }
    for (const [{ resolve }, accepted] of taken) resolve(accepted);
  }

  /** Writes leads down, inside a transaction. What becomes of each, the machine says. */
  private take(offers: readonly Offer[], writing: Writing): Accepted[] {
    const relay = options(this.env);
    const { now } = writing;
    const { queued, review, bytes } = this.store.tally.now;
    const room = Float64Array.of(
      queued,
      relay.maxQueued ?? Number.MAX_SAFE_INTEGER,
      review,
      relay.maxReview ?? DEFAULTS.maxReview,
      bytes,
      relay.maxBytes ?? DEFAULTS.maxBytes,
    );
    const entries = offers.map(
      (offer): Entry => ({
        offer,
        id: timedId(now),
        bytes: Tally.sizeOf(offer.lead, offer.visitor, offer.targets.length),
        // None where the options have no such account yet.
        systems: offer.targets.map((account) => relay.accounts[account]?.system ?? ""),
        deliveries: [],
        accepted: { id: "", state: "full" },
      }),
    );
    const systems = [...new Set(entries.flatMap((entry) => entry.systems))];
    const known = this.known(offers.map(({ key }) => key));
    const given = entries.map((entry) => this.given(entry, known).join(WORD)).join(ROW);
    const effects = steady((glue) => glue.acceptOffers(room, systems.join(WORD), given, now));
    for (const effect of effects.split(ROW)) {
      const [name = "", at = "", ...words] = effect.split(WORD);
      this.acts[name]?.(entries[Number(at)] as Entry, writing, ...words);
    }
    const deliveries = entries.flatMap((entry) => entry.deliveries);
    this.store.rows(DELIVER, JSON.stringify(deliveries), now);
    return entries.map(({ accepted }) => accepted);
  }

  /** Which of these keys are a lead's. */
  private known(keys: readonly string[]): Known {
    const rows = this.store.rows(OF_KEYS, JSON.stringify(keys));
    return new Map(
      rows.map(({ key, ...row }) => [
        String(key),
        Object.values(row).map((value) => String(value ?? "")),
      ]),
    );
  }

  /** An offer and what the rows say of it, as `src/wasm/acceptance.rs` reads it. */
  private given({ offer, id, bytes }: Entry, known: Known): unknown[] {
    const { key, bodyHash, nonce, review, source = "" } = offer;
    return [
      id,
      key,
      bodyHash,
      nonce ?? "",
      review.join(" "),
      source,
      bytes,
      ...(known.get(key) ?? NOBODY),
      this.moved(offer),
      ...(nonce === undefined ? [""] : this.words(1, USER, nonce)),
      this.review.of(source),
    ];
  }

  /** What is done for a lead, by the effect. */
  private readonly acts: Record<
    string,
    (own: Entry, writing: Writing, ...words: string[]) => void
  > = {
    state: (_, { states }, system = "", state = "") => (states[system] = state),
    put: (own, writing, review = "", standing = "", phase = "") =>
      this.put(own, writing, { review, standing: standing as Standing, phase }),
    took: ({ offer }) => this.review.took(offer.source ?? ""),
    spend: ({ offer }, _, until = "") => this.use(offer.nonce ?? "", offer.key, until),
    due: ({ offer }, writing) => {
      const due = writing.due ?? new Set();
      for (const account of offer.targets) due.add(account);
      writing.due = due;
    },
    tell: (own, _, ...words) => (own.accepted = told(words)),
  };

  put(
    { offer, id, bytes, systems, deliveries }: Entry,
    { now, states }: Writing,
    { review, standing, phase }: { review: string; standing: Standing; phase: string },
  ): void {
    const { key, bodyHash, form, lead, visitor, person, persons, targets } = offer;
    const {
      personsKeyed = null,
      bodyKeyed = null,
      raw,
      issues = null,
      source = "",
      test = null,
    } = offer;
    this.store.rows(
      PUT,
      id,
      key,
      bodyHash,
      bodyKeyed,
      form,
      person,
      persons,
      personsKeyed,
      now,
      review,
      lead,
      visitor,
      Number(raw ?? false),
      issues,
      source,
      test,
    );
    for (const [at, account] of targets.entries())
      deliveries.push([
        `${id}/${account}`,
        id,
        account,
        states[systems[at] as string] as string,
        phase,
        review,
        systems[at] as string,
        form,
      ]);
    this.store.accepted(standing, bytes, Boolean(test));
  }
}

/** Says a person has to look first. */
const HELD: Record<string, { held?: true }> = { held: { held: true } };

/** What is said of a key, out of its words. */
const told = ([id = "", state, held = "", shard]: readonly string[]): Accepted => ({
  id,
  state: state as Accepted["state"],
  ...HELD[held],
  shard,
});
