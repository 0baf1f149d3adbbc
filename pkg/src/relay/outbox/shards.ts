import { FieldpostError } from "../../core/errors.js";
import type { Accepted } from "./acceptance.js";
import { consult, patience, timely } from "../host/consult.js";
import { Spending } from "../arrival.gen.js";
import { digest } from "../host/hash.js";
import { Limited } from "../host/limited.js";
import { DEFAULTS, MOST_SHARDS } from "../options.gen.js";
import type { RelayEnv, RelayOptions } from "../options.js";

/** The object that knows every number of shards that was in use. An outbox by its class, which never holds a lead. */
export const REGISTRY = "shards";

/** For so long an isolate believes what the registry said. That it has not heard of a newer number does no harm. */
const BELIEVED = 60 * 60 * 1000;

/** What the registry says. */
export interface Registered {
  /** The numbers of shards under which keys may have come that are still remembered, the one that is in use longest first. */
  counts: number[];
  /** So many shards have been in use. */
  most: number;
}

/** What an outbox says of a lead, and which one it was. */
export interface Located extends Accepted {
  at: string;
}

let kept: (Registered & { own: number; until: number }) | undefined;

/** A shard's id, which the platform hashes out of its name: as many as an owner may have. */
const ids = new WeakMap<RelayEnv["OUTBOX"], Limited<string, unknown>>();

export function outbox(env: RelayEnv, shard: string): ReturnType<RelayEnv["OUTBOX"]["get"]> {
  let known = ids.get(env.OUTBOX);
  if (!known) ids.set(env.OUTBOX, (known = new Limited(MOST_SHARDS)));
  let id = known.get(shard);
  if (id === undefined) known.set(shard, (id = env.OUTBOX.idFromName(shard)));
  return env.OUTBOX.get(id);
}

/** An answer with what it says, whether it is a good one or not. */
const post = (
  env: RelayEnv,
  relay: RelayOptions,
  shard: string,
  what: string,
  body: object,
): Promise<{ status: number; said: unknown }> =>
  timely(patience(relay.timeScale), async () => {
    const response = await outbox(env, shard).fetch(`https://outbox/${what}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      said:
        response.ok || response.status === MOVED
          ? (JSON.parse(await response.text()) as unknown)
          : undefined,
    };
  });

export const nameOf = (shard: number): string => `shard-${shard}`;

export const countOf = (relay: RelayOptions): number => relay.shards ?? DEFAULTS.shards;

/** Every shard that was ever in use: what was accepted there may still wait for a person. */
export async function shards(env: RelayEnv, relay: RelayOptions): Promise<string[]> {
  const { most } = await register(env, relay);
  return Array.from({ length: most }, (_, shard) => nameOf(shard));
}

/** Tells the registry which number is in use here, and hears of the others. */
async function register(env: RelayEnv, relay: RelayOptions): Promise<Registered> {
  const own = countOf(relay);
  const { status, said } = await post(env, relay, REGISTRY, "register", { count: own });
  // An object of the release before knows one number alone, as that did.
  if (status === 404) return { counts: [own], most: own };
  if (said === undefined) throw new FieldpostError("outbox.failed");
  const heard = said as Registered;
  kept = { ...heard, own, until: Date.now() + BELIEVED };
  return heard;
}

/** Asks the object that all shards have in common about the people at the console. */
export const atDesk = <T>(
  env: RelayEnv,
  relay: RelayOptions,
  what: string,
  given: object,
): Promise<T> =>
  consult<T>(outbox(env, REGISTRY), `https://outbox/${what}`, patience(relay.timeScale), given);

/** As it was heard a while ago; older than that only where the registry is away. */
async function registered(env: RelayEnv, relay: RelayOptions): Promise<Registered> {
  const known = kept?.own === countOf(relay) ? kept : undefined;
  if (known && known.until > Date.now()) return known;
  try {
    return await register(env, relay);
  } catch (error) {
    if (!known) throw error;
    return known;
  }
}

/** A shard that has a say in who takes a key, and under which number of shards it is the key's. */
interface Home {
  count: number;
  shard: string;
}

/**
 * Who is asked about a key, in this order: its shard follows from the number of shards, so it has one for each number that
 * was in use before ours, and ours, where it is kept if nobody has taken it. Nobody needs to know of numbers that came
 * later: whoever uses one of those asks at our shard, too.
 */
async function homes(env: RelayEnv, relay: RelayOptions, key: string): Promise<Home[]> {
  const { counts } = await registered(env, relay);
  const hash = new DataView(await digest(key)).getUint32(0);
  return counts
    .slice(0, counts.indexOf(countOf(relay)) + 1)
    .map((count) => ({ count, shard: nameOf(hash % count) }));
}

/** Whether a key is known, and what has become of its lead. */
export async function known(
  env: RelayEnv,
  relay: RelayOptions,
  body: { key: string; bodyHash: string },
): Promise<Located> {
  for (const { count, shard } of await homes(env, relay, body.key)) {
    let found = await ask(env, relay, shard, "known", { ...body, counts: [count] });
    if (found.state === "moved")
      found = await ask(env, relay, found.shard as string, "known", { ...body, counts: [] });
    if (found.state !== "free") return found;
  }
  return { id: "", state: "free", at: "" };
}

/**
 * Has a lead taken, or its key reserved, at the one shard where it belongs. With one number of shards this is one call. While
 * others are remembered each number's shard promises the key to one shard for good, the oldest number's first. Whoever
 * comes with whatever number passes the shard of the oldest one in use, so all of them come to the same end.
 */
export async function take(
  env: RelayEnv,
  relay: RelayOptions,
  what: "reserve" | "accept",
  body: { key: string; bodyHash: string },
): Promise<Located> {
  const { key, bodyHash } = body;
  const all = await homes(env, relay, key);
  const own = (all.at(-1) as Home).shard;
  const others = all.map(({ shard }) => shard === own).lastIndexOf(false);
  let to = own;
  for (const [n, { count, shard }] of all.entries()) {
    if (n > others && to === own) {
      // The rest is here, where taking it is the promise.
      const found = await offer(env, relay, own, what, {
        ...body,
        counts: all.slice(n).map((home) => home.count),
      });
      if (found.state !== "moved") return found;
      to = found.shard as string;
    }
    const promised = await ask(env, relay, shard, "claim", {
      key,
      bodyHash,
      count,
      shard: shard === to ? "" : to,
    });
    if (promised.state !== "free") return promised;
    // Nobody is named by this shard itself, nor by one of the release before.
    if (promised.shard !== undefined) to = promised.shard || shard;
  }
  return offer(env, relay, to, what, { ...body, counts: [] });
}

/** An outbox as a Worker may call it; of some hosts, and of tests, it has no methods. */
interface Callable {
  accept?(offer: object): Promise<Accepted>;
}

/** Offers a lead, or its key, to the shard where it belongs. */
async function offer(
  env: RelayEnv,
  relay: RelayOptions,
  at: string,
  what: "reserve" | "accept",
  body: object,
): Promise<Located> {
  const object = outbox(env, at) as Callable;
  if (what === "accept" && object.accept) {
    try {
      const found = await timely(patience(relay.timeScale), async () => object.accept?.(body));
      return { ...(found as Accepted), at };
    } catch (error) {
      // An object of the release before has no methods. Whatever else it was, a lead is taken once however often it comes.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return ask(env, relay, at, what, body);
}

/** "Misdirected Request": a Worker of the release before takes it for an outbox that is away, and its page comes again. */
export const MOVED = 421;

async function ask(
  env: RelayEnv,
  relay: RelayOptions,
  at: string,
  what: string,
  body: object,
): Promise<Located> {
  const { status, said } = await post(env, relay, at, what, body);
  // An object of the release before promises nothing; whether it has the lead it can say.
  if (status === 404 && what === "claim") return ask(env, relay, at, "known", body);
  if (said === undefined) throw new FieldpostError("outbox.failed");
  return { ...(said as Accepted), at };
}

/**
 * Spends a form token for the lead of a key: each shard that has a say in who takes a lead with the token's own key knows of
 * it. Where one outbox keeps token and lead, it does so as it takes the lead.
 */
export async function spend(
  env: RelayEnv,
  relay: RelayOptions,
  nonce: string,
  key: string,
): Promise<{ spending: Spending; spends?: { nonce: string } }> {
  const [ofToken, ofLead] = (
    await Promise.all([homes(env, relay, `k:${nonce}`), homes(env, relay, key)])
  ).map((all) => new Set(all.map(({ shard }) => shard)));
  const every = [...(ofToken as Set<string>)];
  if (every.length === 1 && ofLead?.size === 1 && ofLead.has(every[0] as string))
    return { spending: Spending.Beside, spends: { nonce } };
  for (const shard of every) {
    const { spent } = await consult<{ spent: boolean }>(
      outbox(env, shard),
      "https://outbox/spend",
      patience(relay.timeScale),
      { nonce, key },
    );
    if (spent) return { spending: Spending.Spent };
  }
  return { spending: Spending.Free };
}

/** How long an outbox may take to say what became of a lead. */
const OUTCOME = 15_000;

/** What became of a lead, by one call: it comes back when something has, or after some seconds. */
export async function outcome(
  env: RelayEnv,
  shard: string,
  key: string,
): Promise<Accepted["state"]> {
  try {
    return (await consult<Accepted>(outbox(env, shard), "https://outbox/outcome", OUTCOME, { key }))
      .state;
  } catch {
    // It is written down; what became of it the page need not know.
    return "queued";
  }
}
