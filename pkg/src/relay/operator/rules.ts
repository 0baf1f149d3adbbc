import type { AskedCode } from "../../core/codes.gen.js";
import { facts } from "../host/facts.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import { MESSAGES } from "../codes.gen.js";
import { bodyOf, breath } from "../storage/merge.js";
import type { Move } from "../storage/moving.js";
import { idOf } from "../storage/finding.js";
import type { Pending } from "../storage/later.js";
import { log } from "../host/log.js";
import { IS_ABOUT, UNDO } from "../desk.gen.js";
import type { Given } from "./given.js";
import { all, one } from "./lists.js";
import { moved, spelled, within } from "./told.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import type { Ruled } from "../storage/ruled.js";
import type { Portion, Rule } from "../storage/ruling.js";
import type { Which } from "../storage/selection.js";
import { shards } from "../outbox/shards.js";

/** The most ids of one call, and the most of one. */
const MOST_IDS = 10_000;
const MOST_NAME = 200;

/** So many portions of leads has one page of results. */
const PORTIONS = 5;

/** An outbox that did not say what became of it. */
interface Unheard {
  shard: string;
  moved: false;
  code: string;
  message: string;
}

const json = (...answer: Parameters<typeof jsonAnswer>): Response => respond(jsonAnswer(...answer));

/** A call that does not say what it wants: a code, and for a person a sentence. */
class Wrong extends Error {
  constructor(readonly code: AskedCode) {
    super((MESSAGES as Readonly<Record<string, string>>)[code] ?? "");
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value.slice(0, MOST_NAME) : undefined;

/** Which leads are meant: of the body, and of the query, which has the last word. */
function whichOf(given: Given, query: URLSearchParams): Which {
  const which: Which = {};
  const ids = query.has("id") ? query.getAll("id") : given["ids"];
  if (Array.isArray(ids))
    which.ids = ids.slice(0, MOST_IDS).map((id) => String(id).slice(0, MOST_NAME));
  const code = query.get("code") ?? text(given["code"]);
  if (code !== undefined) which.code = code;
  const phase = query.get("phase") ?? given["phase"];
  if (phase === "dead" || phase === "review") which.phase = phase;
  for (const name of ["account", "form"] as const) {
    const own = text(given[name]);
    if (own !== undefined) which[name] = own;
  }
  return which;
}

function reasonOf(given: unknown): string {
  const why = spelled("reason", given) ?? "";
  if (why === "") throw new Wrong("discard.reason");
  return why;
}

function moveOf(given: Given, relay: RelayOptions): Move {
  const sure = given["sure"] === true;
  const pair = (one: unknown): { from: string; to: string } | undefined => {
    const { from, to } = Object(one) as Given;
    const [old, other] = moved(from, to);
    return old === undefined || other === undefined
      ? undefined
      : { from: old.slice(0, MOST_NAME), to: other };
  };
  const form = pair(given["form"]);
  if (form && !Object.hasOwn(relay.forms, form.to)) throw new Wrong("move.to");
  if (form) return { form, sure };
  const account = pair(given);
  if (!account) throw new Wrong("move.which");
  if (!Object.hasOwn(relay.accounts, account.to)) throw new Wrong("move.to");
  return { account, sure };
}

/** What a call wants, of its body and its query. */
export type Reads = (given: Given, query: URLSearchParams, relay: RelayOptions) => Rule;

export const moves: Reads = (given, query, relay) => {
  const which = whichOf({ ids: given["ids"] }, query);
  const move = moveOf(given, relay);
  // Of an account all that is open; of a form what has no way.
  if (!which.ids && move.account) which.account = move.account.from;
  const form = move.form?.from ?? text(given["form"]);
  if (form !== undefined) which.form = form;
  return { what: "move", which, after: "", move };
};

/** Everything at once only where it is said. */
function some(what: "discard" | "replay", given: Given, query: URLSearchParams): Which {
  const which = whichOf(given, query);
  const { ids, code, phase } = which;
  if (IS_ABOUT[facts(ids !== undefined, code !== undefined, phase !== undefined)]) return which;
  throw new Wrong(`${what}.which`);
}

export const discards: Reads = (given, query) => ({
  what: "discard",
  which: some("discard", given, query),
  after: "",
  reason: reasonOf(given["reason"] ?? query.get("reason")),
});

export const replays: Reads = (given, query) => {
  const which = some("replay", given, query);
  const anyway = given["anyway"] === true || query.get("anyway") === "1";
  const round = roundOf(given["round"]);
  return { what: "replay", which, after: "", round, ...(anyway && { anyway }) };
};

/** Writes down what is due in a moment: each outbox carries it out by itself, unless somebody takes it back. */
async function later(
  asks: Rule,
  who: string,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const now = Date.now();
  const name = asks.round ?? roundOf(undefined);
  const due = now + Math.ceil(UNDO / (relay.timeScale ?? 1));
  // Leads that are named have been seen; of all others those that were there.
  const rule = asks.which.ids ? asks : { ...asks, before: idOf(now) };
  await all(env, relay, "later", { name, due, rule, who });
  return json(200, { name, due });
}

/** `GET /operator/pending`: what people have ruled of late, the newest first, over all outboxes. */
export async function pending(env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const sums = new Map<string, Pending>();
  for (const one of (await all<Pending[]>(env, relay, "pending")).flat()) {
    const sum = sums.get(one.name);
    if (!sum) {
      sums.set(one.name, one);
      continue;
    }
    sum.moved += one.moved;
    for (const [code, n] of Object.entries(one.stayed))
      sum.stayed[code] = (sum.stayed[code] ?? 0) + n;
    sum.done = sum.done === null || one.done === null ? null : Math.max(sum.done, one.done);
  }
  const newest = [...sums.values()].sort((one, other) => (one.name < other.name ? 1 : -1));
  return json(200, { pending: newest.slice(0, MOST_ROUNDS) });
}

/** `POST /operator/undo` with `{ name }`: takes back what has not begun. */
export async function undo({ name }: Given, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const gone = await all<boolean>(env, relay, "undo", { name: String(name).slice(0, MOST_NAME) });
  if (!gone.every(Boolean)) return json(409, { code: "undo.late", message: MESSAGES["undo.late"] });
  log("undone", { name: String(name).slice(0, 20) });
  return json(200, {});
}

/** A replay's name, which begins with its time: the one that a page's next call carries on, or a new one. */
export const roundOf = (given: unknown): string =>
  spelled("round", given) ?? `${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`;

/** What each outbox made of it, portion after portion; one that does not answer must not hide what the others did. */
async function* portions(
  rule: Rule,
  from: { shard: string; after: string } | undefined,
  env: RelayEnv,
  relay: RelayOptions,
): AsyncGenerator<{ rows: Row[]; at: string }> {
  const names = await shards(env, relay);
  const begins = new Map(from ? [[from.shard, from.after]] : []);
  for (const shard of names.slice(from ? Math.max(0, names.indexOf(from.shard)) : 0)) {
    for (let after: string | null = begins.get(shard) ?? ""; after !== null; ) {
      try {
        const { ruled, next }: Portion = await one<Portion>(env, shard, "rule", { ...rule, after });
        after = next;
        if (after !== null) await breath();
        if (ruled[0] !== undefined || next !== null)
          yield { rows: ruled, at: `${shard} ${next ?? "~"}` };
      } catch {
        yield {
          rows: [
            {
              shard,
              moved: false,
              code: "outbox.unavailable",
              message: `${shard} does not answer; what it holds may or may not have moved.`,
            },
          ],
          at: `${shard} ~`,
        };
        break;
      }
    }
  }
}

/** `POST /operator/replay`, `/operator/discard` and `/operator/move`. */
export async function rule(
  reads: Reads,
  body: string,
  query: URLSearchParams,
  who: string,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  let given: unknown = {};
  try {
    if (body !== "") given = JSON.parse(body);
  } catch {
    return json(400, { code: "body.json" });
  }
  if (typeof given !== "object" || given === null) return json(400, { code: "body.json" });
  let asks: Rule;
  try {
    asks = reads(given as Given, query, relay);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return json(400, { code: error.code, ...(error.message !== "" && { message: error.message }) });
  }
  if ((given as Given)["later"] === true) return later(asks, who, env, relay);
  const [shard = "", after = ""] = (query.get("cursor") ?? "").split(" ");
  const found = portions(asks, shard === "" ? undefined : { shard, after }, env, relay);
  const { rows, next } = await first(found);
  const round = asks.round;
  if (query.has("page")) {
    await found.return(undefined);
    return json(200, { rows, next, ...(round !== undefined && { round }) });
  }
  const headers = round === undefined ? {} : { "fieldpost-round": round };
  // Nearly always that is all, and done when the answer comes; what is more is done while the answer is read.
  if (next === null)
    return new Response(JSON.stringify(rows), { headers: { ...HEADERS, ...headers } });
  return new Response(bodyOf(array(rows, found)), { headers: { ...HEADERS, ...headers } });
}

const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

type Row = Ruled | Unheard;

/** The first portions, and where the others begin. */
async function first(
  found: ReturnType<typeof portions>,
): Promise<{ rows: Row[]; next: string | null }> {
  const rows: Row[] = [];
  let next: string | null = null;
  for (const _ of Array.from({ length: PORTIONS })) {
    const portion = await found.next();
    if (portion.done) return { rows, next: null };
    rows.push(...portion.value.rows);
    next = portion.value.at;
  }
  return { rows, next };
}

async function* array(rows: Row[], found: ReturnType<typeof portions>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const text = (some: Row[]): Uint8Array =>
    encoder.encode(some.map((row) => `${mark()}${JSON.stringify(row)}`).join(""));
  let begins: string | undefined = "[";
  const mark = (): string => {
    const before = begins ?? ",\n";
    begins = undefined;
    return before;
  };
  if (rows[0]) yield text(rows);
  for await (const { rows: more } of found) if (more[0]) yield text(more);
  yield encoder.encode(`${begins ?? ""}]\n`);
}

interface Round {
  round: string;
  states: { phase: string; code: string | null; deliveries: number }[];
}

const MOST_ROUNDS = 20;

/** `GET /operator/rounds`: where the deliveries are that a person has sent on, replay by replay, the newest first. */
export async function rounds(
  query: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const round = query.get("round");
  const limit = within("limit", Math.trunc(Number(query.get("limit") ?? 5)));
  const most = Math.min(MOST_ROUNDS, limit ?? 5);
  const sums = new Map<string, Map<string, Round["states"][number]>>();
  for (const own of (
    await all<Round[]>(env, relay, "rounds", { most, ...(round !== null && { round }) })
  ).flat()) {
    const states = sums.get(own.round) ?? new Map<string, Round["states"][number]>();
    sums.set(own.round, states);
    for (const state of own.states) {
      const name = `${state.phase} ${state.code}`;
      const before = states.get(name)?.deliveries ?? 0;
      states.set(name, { ...state, deliveries: before + state.deliveries });
    }
  }
  const newest = [...sums.keys()].sort().reverse().slice(0, most);
  return json(200, {
    rounds: newest.map((round) => ({
      round,
      states: [...(sums.get(round)?.values() ?? [])],
      at: Number.parseInt(round, 36),
    })),
  });
}
