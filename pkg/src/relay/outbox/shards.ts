import { steady } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import type { Accepted } from "./acceptance.js";
import { consult, patience, timely } from "../host/consult.js";
import { STATES } from "../arrival.gen.js";
import { digest } from "../host/hash.js";
import { Limited } from "../host/limited.js";
import { facts } from "../host/facts.js";
import { DEFAULTS, MOST_SHARDS } from "../options.gen.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { BELIEVED, BELIEVES, SAYS, type Says, Walk } from "./shards.gen.js";

/** The object that knows every number of shards that was in use. An outbox by its class, which never holds a lead. */
export const REGISTRY = "shards";

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

/** As it was heard a while ago, by whoever used so many shards. */
let kept: Registered & { own: number; at: number } = { counts: [], most: 0, own: 0, at: 0 };

/** A shard's id, which the platform hashes out of its name: as many as an owner may have. */
const ids = new WeakMap<RelayEnv["OUTBOX"], Limited<string, unknown>>();

export function outbox(env: RelayEnv, shard: string): ReturnType<RelayEnv["OUTBOX"]["get"]> {
  let known = ids.get(env.OUTBOX);
  if (!known) ids.set(env.OUTBOX, (known = new Limited(MOST_SHARDS)));
  let id = known.get(shard);
  if (id === undefined) known.set(shard, (id = env.OUTBOX.idFromName(shard)));
  return env.OUTBOX.get(id);
}

/** Asks a shard, and hands its answer to what reads it, by what its status says; what nobody reads is no answer. */
const post = <T>(
  env: RelayEnv,
  relay: RelayOptions,
  shard: string,
  what: string,
  body: object,
  readers: Readonly<Record<Says, (response: Response) => T | Promise<T>>>,
): Promise<T> =>
  timely(patience(relay.timeScale), async () => {
    const response = await outbox(env, shard).fetch(`https://outbox/${what}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const says = SAYS[response.status];
    if (!says) throw new FieldpostError("outbox.failed");
    return readers[says](response);
  });

const parsed = async <T>(response: Response): Promise<T> => JSON.parse(await response.text()) as T;

const NAME = "shard-";

export const nameOf = (shard: number): string => NAME + shard;

export const countOf = (relay: RelayOptions): number => relay.shards ?? DEFAULTS.shards;

/** Every shard that was ever in use: what was accepted there may still wait for a person. */
export async function shards(env: RelayEnv, relay: RelayOptions): Promise<string[]> {
  const { most } = await register(env, relay);
  return Array.from({ length: most }, (_, shard) => nameOf(shard));
}

/** Tells the registry which number is in use here, and hears of the others. */
async function register(env: RelayEnv, relay: RelayOptions): Promise<Registered> {
  const own = countOf(relay);
  return post(
    env,
    relay,
    REGISTRY,
    "register",
    { count: own },
    {
      answer: async (response) => {
        const heard = await parsed<Registered>(response);
        kept = { ...heard, own, at: Date.now() };
        return heard;
      },
      // It knows one number alone, as that release did.
      before: () => ({ counts: [own], most: own }),
    },
  );
}

/** Asks the object that all shards have in common about the people at the console. */
export const atDesk = <T>(
  env: RelayEnv,
  relay: RelayOptions,
  what: string,
  given: object,
): Promise<T> =>
  consult<T>(outbox(env, REGISTRY), `https://outbox/${what}`, patience(relay.timeScale), given);

/** What is done with what the registry has said, by whether it is gone by. */
const GOES_BY: readonly ((env: RelayEnv, relay: RelayOptions) => Promise<Registered>)[] = [
  register,
  (env, relay) => register(env, relay).catch(() => kept),
  () => Promise.resolve(kept),
];

/** The numbers of shards that a Worker has to know of. */
async function registered(env: RelayEnv, relay: RelayOptions): Promise<Registered> {
  const isBelieved = facts(kept.own === countOf(relay), Date.now() < kept.at + BELIEVED);
  return (GOES_BY[BELIEVES[isBelieved] as number] as typeof register)(env, relay);
}

/** The shards that have a say in who takes a key, and under which number of shards each of them has. */
interface Homes {
  counts: number[];
  shards: Uint32Array;
}

async function homes(env: RelayEnv, relay: RelayOptions, key: string): Promise<Homes> {
  const heard = await registered(env, relay);
  const counts = heard.counts.slice(0, heard.counts.indexOf(countOf(relay)) + 1);
  const hash = new DataView(await digest(key)).getUint32(0);
  return { counts, shards: Uint32Array.from(counts, (count) => hash % count) };
}

/** A key that somebody asks about, or brings a lead for. */
interface Body {
  key: string;
  bodyHash: string;
}

/** One question of a walk: to which home it belongs, and the shard that it is about. */
type Asks = (homes: Homes, home: number, shard: number) => Promise<Located>;

/** Asks one shard after the other, as `src/relay/shards.rs` says, until one of them has the last word. */
async function walk(
  env: RelayEnv,
  relay: RelayOptions,
  begins: Walk,
  key: string,
  asks: { [ask in Walk]?: Asks },
): Promise<Located> {
  const all = await homes(env, relay, key);
  let found: Located = { id: "", state: "free", at: "" };
  for (let said: number = begins; ; ) {
    const { state } = found;
    const at = steady((glue) => glue.nextShard(all.shards, said, STATES[state] ?? 0, named(found)));
    const asked = asks[(at % 8) as Walk];
    if (!asked) return found;
    found = await asked(all, (at >> 3) % 256, at >> 11);
    said = at;
  }
}

/** The shard that an answer names, counted from 1; the empty name is its own. 0 where it names none. */
const named = ({ shard, at }: Located): number =>
  shard === undefined ? 0 : Number((shard || at).slice(NAME.length)) + 1;

/** Whether a key is known, and what has become of its lead. */
export function known(env: RelayEnv, relay: RelayOptions, body: Body): Promise<Located> {
  const look =
    (counts: (home: number, all: Homes) => number[]): Asks =>
    (all, home, shard) =>
      ask(env, relay, nameOf(shard), "known", { ...body, counts: counts(home, all) });
  return walk(env, relay, Walk.Finds, body.key, {
    [Walk.Look]: look((home, { counts }) => counts.slice(home, home + 1)),
    [Walk.There]: look(() => []),
  });
}

/** Has a lead taken, or its key reserved, at the one shard where it belongs: `offer` says which. */
function take(
  env: RelayEnv,
  relay: RelayOptions,
  body: Body,
  offer: (at: string, body: object) => Promise<Located>,
): Promise<Located> {
  const { key, bodyHash } = body;
  const claim = (all: Homes, home: number, shard: string): Promise<Located> => {
    const count = all.counts[home];
    const asked = nameOf(all.shards[home] as number);
    return ask(env, relay, asked, "claim", { key, bodyHash, count, shard });
  };
  return walk(env, relay, Walk.Takes, key, {
    [Walk.Take]: ({ counts }, home, shard) =>
      offer(nameOf(shard), { ...body, counts: counts.slice(home) }),
    [Walk.Claim]: (all, home, to) => claim(all, home, nameOf(to)),
    [Walk.Keep]: (all, home) => claim(all, home, ""),
  });
}

/** An outbox as a Worker may call it; of some hosts, and of tests, it has no methods. */
interface Callable {
  accept?(offer: object): Promise<Accepted>;
}

/** Has a key reserved. */
export const reserve = (env: RelayEnv, relay: RelayOptions, body: Body): Promise<Located> =>
  take(env, relay, body, (at, offered) => ask(env, relay, at, "reserve", offered));

/** Has a lead taken. */
export const accept = (env: RelayEnv, relay: RelayOptions, body: Body): Promise<Located> =>
  take(env, relay, body, async (at, offered) => {
    const object = outbox(env, at) as Callable;
    if (object.accept) {
      try {
        const found = await timely(patience(relay.timeScale), async () => object.accept?.(offered));
        return { ...(found as Accepted), at };
      } catch (error) {
        // An object of the release before has no methods. Whatever else it was, a lead is taken once however often it comes.
        if (!(error instanceof TypeError)) throw error;
      }
    }
    return ask(env, relay, at, "accept", offered);
  });

/** An object of the release before promises nothing; whether it has the lead it can say. */
const BEFORE: Readonly<Record<string, string>> = { claim: "known" };

function ask(
  env: RelayEnv,
  relay: RelayOptions,
  at: string,
  what: string,
  body: object,
): Promise<Located> {
  const read = async (response: Response): Promise<Located> => ({
    ...(await parsed<Accepted>(response)),
    at,
  });
  return post(env, relay, at, what, body, {
    answer: read,
    before: () => {
      const before = BEFORE[what];
      if (before === undefined) throw new FieldpostError("outbox.failed");
      return ask(env, relay, at, before, body);
    },
  });
}

/** The shards that know of a token, and how many they are with those that have a say about its lead. */
export async function keepersOf(
  env: RelayEnv,
  relay: RelayOptions,
  nonce: string,
  key: string,
): Promise<{ ofToken: string[]; all: number }> {
  const [ofToken, ofLead] = await Promise.all([
    homes(env, relay, `k:${nonce}`),
    homes(env, relay, key),
  ]);
  return {
    ofToken: [...new Set(ofToken.shards)].map(nameOf),
    all: new Set([...ofToken.shards, ...ofLead.shards]).size,
  };
}

/** Spends a form token at one of its shards for the lead of a key. Says whether it was another lead's. */
export async function isSpent(
  env: RelayEnv,
  relay: RelayOptions,
  shard: string,
  body: { nonce: string; key: string },
): Promise<boolean> {
  const asked = "https://outbox/spend";
  const said = await consult<{ spent: boolean }>(
    outbox(env, shard),
    asked,
    patience(relay.timeScale),
    body,
  );
  return said.spent;
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
