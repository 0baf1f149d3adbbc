import { steady } from "../../core/edge.js";
import type { OperatorStore } from "../storage/operator-store.js";
import { MAX_BYTES, options, type RelayEnv, systemOf } from "../options.js";
import { Passing } from "../storage/passing.js";
import { Review } from "../storage/review.js";
import { Tally } from "../storage/tally.js";
import { REMEMBERED } from "../http/token.js";

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
}

export interface Accepted {
  id: string;
  /** A person has to look first: its token was another lead's. */
  held?: true;
  state: "queued" | "stored" | "conflict" | "full" | "running" | "free" | "moved";
  /** Where the key was promised to instead. */
  shard?: string;
}

/** A key that somebody asks about. */
export interface Asked {
  key: string;
  bodyHash?: string;
  /** The numbers of shards under which this is the key's shard; none where it was promised to this one. */
  counts?: number[];
}

interface Arrival {
  offer: Offer;
  resolve(accepted: Accepted): void;
  reject(error: unknown): void;
}

/** After this long the memory of a delivered lead (hashes, id, outcome) goes, and what a key was promised to. */
export const KEEP = 8 * 24 * 60 * 60 * 1000;

/** So many leads of one outbox may wait for a person before anything was refused. */
const MAX_REVIEW = 10_000;

/** UUID version 7 (RFC 9562, 5.7): leads that arrive together stand together on disk, and a write of many touches few pages. */
function timedId(now: number): string {
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}

/** A lead that is being accepted elsewhere (Turnstile) keeps its key for this long. */
const RUNNING = 15_000;

/** Form tokens and keys that one outbox remembers, and leads that may wait for the same write, with their characters. */
const MOST_SPENT = 500_000;
const MOST_RUNNING = 10_000;
const MOST_CLAIMS = 2_000_000;
const MOST_ARRIVED = 1_000;
const MOST_CHARACTERS = 16 << 20;

/** Leads that go on arriving are waited for so long, in milliseconds. */
const LONGEST_GATHER = 10;

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
    return this.known(asked) ?? this.moved(asked) ?? { id: "", state: "free" };
  }

  known({ key, bodyHash }: { key: string; bodyHash?: string }): Accepted | undefined {
    const [lead] = this.store.rows("SELECT id, body_hash, finished FROM leads WHERE key = ?", key);
    if (!lead) return undefined;
    const id = String(lead["id"]);
    if (bodyHash !== undefined && bodyHash !== lead["body_hash"]) return { id, state: "conflict" };
    return { id, state: lead["finished"] !== null && this.delivered(id) ? "stored" : "queued" };
  }

  /** What was erased or discarded has been taken, and no system has it: nobody is told that one does. */
  private delivered(lead: string): boolean {
    const phases = this.store.rows("SELECT phase FROM deliveries WHERE lead = ?", lead);
    return phases.length > 0 && phases.every(({ phase }) => phase === "done");
  }

  /**
   * Promises a key to a shard, this one where it is empty, and tells to which it was promised before: whoever asks here under
   * this number of shards, now or later, comes to the same one. What is taken here already stays here.
   */
  claim({
    key,
    bodyHash,
    count,
    shard,
  }: {
    key: string;
    bodyHash: string;
    count: number;
    shard: string;
  }): Accepted {
    const known = this.known({ key, bodyHash });
    if (known) return known;
    const now = Date.now();
    const [claim] = this.store.rows(
      "SELECT shard FROM claims WHERE key = ? AND count = ? AND until > ?",
      key,
      count,
      now,
    );
    if (claim) return { id: "", state: "free", shard: String(claim["shard"]) };
    // What is being checked here is taken here.
    const [running] = this.store.rows(
      "SELECT 1 FROM running WHERE key = ? AND until > ?",
      key,
      now,
    );
    const to = running ? "" : shard;
    this.claims.grow(now);
    this.store.rows(
      "INSERT INTO claims (key, count, shard, until) VALUES (?, ?, ?, ?) ON CONFLICT (key, count) DO UPDATE SET shard = excluded.shard, until = excluded.until",
      key,
      count,
      to,
      now + KEEP,
    );
    return { id: "", state: "free", shard: to };
  }

  /** Where a key was promised to another shard under one of these numbers of shards. A Worker that names none means all. */
  private moved({ key, counts }: Asked): Accepted | undefined {
    if (counts?.length === 0 || this.claims.isEmpty()) return undefined;
    const [claim] = this.store.rows(
      "SELECT shard FROM claims WHERE key = ?1 AND shard <> '' AND until > ?2 AND (?3 IS NULL OR count IN (SELECT value FROM json_each(?3))) ORDER BY count LIMIT 1",
      key,
      Date.now(),
      counts ? JSON.stringify(counts) : null,
    );
    return claim && { id: "", state: "moved", shard: String(claim["shard"]) };
  }

  /** Keeps a key while its lead is checked elsewhere, so that it is checked once. */
  reserve({ key, bodyHash, counts }: Asked & { bodyHash: string }): Accepted {
    const found = this.find({ key, bodyHash, ...(counts && { counts }) });
    if (found.state !== "free") return found;
    const now = Date.now();
    const [running] = this.store.rows(
      "SELECT body_hash FROM running WHERE key = ? AND until > ?",
      key,
      now,
    );
    if (running)
      return { id: "", state: running["body_hash"] === bodyHash ? "running" : "conflict" };
    this.running.drop(key);
    this.running.grow(now);
    this.store.rows(
      "INSERT INTO running (key, body_hash, until) VALUES (?, ?, ?)",
      key,
      bodyHash,
      now + RUNNING,
    );
    return { id: "", state: "free" };
  }

  /** Whether a form token is good for this lead: its first, or the same again. */
  spend({ nonce, key }: { nonce: string; key: string }): { spent: boolean } {
    const user = this.userOf(nonce);
    if (user === undefined) this.use(nonce, key);
    return { spent: user !== undefined && user !== key };
  }

  /** The lead that a token was good for. Where the token's nonce is the lead's key, the lead's own row says so. */
  private userOf(nonce: string): unknown {
    const [used] = this.store.rows(
      "SELECT key FROM spent WHERE nonce = ?1 UNION ALL SELECT key FROM leads WHERE key = 'k:' || ?1 LIMIT 1",
      nonce,
    );
    return used?.["key"];
  }

  private use(nonce: string, key: string): void {
    const now = Date.now();
    this.spent.grow(now);
    this.store.rows(
      "INSERT INTO spent (nonce, key, until) VALUES (?, ?, ?)",
      nonce,
      key,
      now + REMEMBERED,
    );
  }

  /** Leads that arrive in the same moment are written together: a burst costs a write to disk now and then, not one for each. */
  accept(offer: Offer): Promise<Accepted> {
    const characters = offer.lead.length + offer.visitor.length;
    if (this.arrived.length >= MOST_ARRIVED || this.characters + characters > MOST_CHARACTERS)
      return Promise.resolve({ id: "", state: "full" });
    this.characters += characters;
    return new Promise((resolve, reject) => {
      this.arrived.push({ offer, resolve, reject });
      if (this.arrived.length === 1) this.gather(1, Date.now() + LONGEST_GATHER);
    });
  }

  /**
   * A write to disk holds up everybody, however many share it: as long as each turn of the event loop brings more leads, they
   * are waited for. Who comes alone is written at once.
   */
  private gather(known: number, until: number): void {
    setTimeout(() => {
      const { length } = this.arrived;
      if (length > known && Date.now() < until) this.gather(length, until);
      else void this.write();
    }, 0);
  }

  /** One write for all that have arrived, then the answers: the output gate holds the replies until the write is on disk. */
  async write(): Promise<void> {
    const arrivals = this.arrived.splice(0);
    this.characters = 0;
    const due = new Set<string>();
    let taken: [Arrival, Accepted][] = [];
    const take = (some: Arrival[]): [Arrival, Accepted][] =>
      this.store.together(() => some.map((arrival) => [arrival, this.take(arrival.offer, due)]));
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
      if (due.size > 0) await this.begin([...due]);
    } catch (error) {
      // Nothing is promised; the outbox knows the leads when they come again.
      for (const [{ reject }] of taken) reject(error);
      return;
    }
    for (const [{ resolve }, accepted] of taken) resolve(accepted);
  }

  /** Writes a lead down, inside a transaction, and adds the accounts that it is due for. */
  take(offer: Offer, due: Set<string>): Accepted {
    const found = this.find(offer);
    if (found.state !== "free") return found;
    const {
      key,
      bodyHash,
      form,
      lead,
      visitor,
      person,
      persons,
      personsKeyed = null,
      bodyKeyed = null,
      nonce,
      targets,
      raw,
      issues = null,
      source = "",
    } = offer;
    const relay = options(this.env);
    const user = nonce === undefined ? undefined : this.userOf(nonce);
    const review =
      user !== undefined && user !== key ? ["token.spent", ...offer.review] : offer.review;
    const held = review.length > 0;
    const bytes = Tally.sizeOf(lead, visitor, targets.length);
    const { now: holds } = this.store.tally;
    const full = held
      ? !this.review.hasRoom(source, holds.review, relay.maxReview ?? MAX_REVIEW)
      : holds.queued >= (relay.maxQueued ?? Number.POSITIVE_INFINITY);
    if (full || holds.bytes + bytes > (relay.maxBytes ?? MAX_BYTES))
      return { id: "", state: "full", ...(held && { held }) };
    const now = Date.now();
    const id = timedId(now);
    const states = targets.map(
      (account) =>
        [account, steady((glue) => glue.newDelivery(systemOf(relay, account), now))] as const,
    );
    this.store.rows(
      "INSERT INTO leads (id, key, body_hash, body_keyed, form, person, persons, persons_keyed, accepted, review, lead, visitor, raw, issues, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      key,
      bodyHash,
      bodyKeyed,
      form,
      person,
      persons,
      personsKeyed,
      now,
      held ? review.join(" ") : null,
      lead,
      visitor,
      raw ? 1 : 0,
      issues,
      held ? source : null,
    );
    if (held) this.review.took(source);
    for (const [account, state] of states) {
      this.store.rows(
        "INSERT INTO deliveries (id, lead, account, state, phase, next, code) VALUES (?, ?, ?, ?, ?, ?, ?)",
        `${id}/${account}`,
        id,
        account,
        state,
        held ? "review" : "waiting",
        now,
        held ? review.join(" ") : null,
      );
    }
    if (nonce !== undefined && user === undefined && key !== `k:${nonce}`) this.use(nonce, key);
    this.store.accepted(held, bytes);
    if (!held) for (const account of targets) due.add(account);
    return { id, state: "queued", ...(held && { held }) };
  }
}
