import { json as jsonAnswer, respond } from "./answer.js";
import { capped, Unreadable } from "./body.js";
import { consult, patience } from "./consult.js";
import { csv } from "./csv.js";
import { type Attention, type Group, limitOf, type ShardStatus } from "./desk.js";
import type { GateStatus } from "./gate.js";
import { same } from "./hash.js";
import { log } from "./log.js";
import { metrics } from "./metrics.js";
import type { RelayEnv, RelayOptions } from "./options.js";
import { pageHtml, pageStyle } from "./operator-page.js";
import { pageScript } from "./operator-page-script.js";
import { isKnown, type Known, sought } from "./persons.js";
import { outbox, shards } from "./relay.js";
import type { Ruled, Which } from "./ruling.js";

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page itself holds nothing: a person types the key, and it stays in the page's memory. */
const PAGE: Record<string, [type: string, text: string]> = {
  "/operator": ["text/html", pageHtml],
  "/operator/": ["text/html", pageHtml],
  "/operator/page.js": ["text/javascript", pageScript],
  "/operator/page.css": ["text/css", pageStyle],
};

/**
 * The operator's interface, behind a key in `Authorization: Bearer`. Lists show ids, states, codes and times, never a
 * value.
 *
 * | call | what it does |
 * |---|---|
 * | `GET /operator` | the operator's page |
 * | `GET /operator/status` | shards, gates and their counters |
 * | `GET /operator/leads?phase=&code=&limit=` | the deliveries, the newest first |
 * | `GET /operator/attention?phase=&code=&limit=` | the leads that wait for a person, and how many there are of each code |
 * | `POST /operator/replay?id=` or `?code=` or `?phase=`, or `{ ids, code, phase }` as JSON | sends leads on that wait for a person; with `anyway` those too that do not pass the check |
 * | `POST /operator/discard`, the same with `reason` | gives them up |
 * | `GET /operator/metrics` | Prometheus text |
 * | `GET /operator/export?format=json\|csv&phase=&code=` | values; needs `Fieldpost-Value-Key` too |
 * | `POST /operator/erase` with `{ email, phone }`, or one of them | takes a person out everywhere; needs `Fieldpost-Value-Key` too |
 */
export async function operator(request: Request, url: URL, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const page = request.method === "GET" ? PAGE[url.pathname] : undefined;
  if (page && relay.operatorKey !== undefined) {
    return new Response(page[1], {
      headers: {
        "content-type": `${page[0]}; charset=utf-8`,
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-cache",
      },
    });
  }
  if (!(await hasKey(bearer(request), relay.operatorKey))) return json(401, { code: "operator.key" }, { "www-authenticate": "Bearer" });
  switch (`${request.method} ${url.pathname}`) {
    case "GET /operator/leads":
      return json(200, newest((await all<{ accepted: number; id: string }[]>(env, relay, `list${url.search}`)).flat(), limitOf(url.searchParams)));
    case "GET /operator/attention": {
      const each = await all<{ groups: Group[]; leads: Attention[] }>(env, relay, `attention${url.search}`);
      const leads = each.flatMap((one) => one.leads).map((one) => ({ ...one, id: one.lead }));
      return json(200, { groups: summed(each.flatMap((one) => one.groups)), leads: newest(leads, limitOf(url.searchParams, 200)) });
    }
    case "GET /operator/status":
      return json(200, await status(env, relay));
    case "GET /operator/metrics": {
      const now = await status(env, relay);
      return new Response(metrics(now.shards, now.gates), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" } });
    }
    case "POST /operator/replay":
    case "POST /operator/discard":
      return rule(url.pathname === "/operator/discard" ? "discard" : "replay", request, url, env, relay);
    case "GET /operator/export":
      return withValues(request, relay, "export", url.searchParams.get("format") ?? "json", async () => {
        const rows = newest((await all<(Record<string, unknown> & { accepted: number; id: string })[]>(env, relay, `export${url.search}`)).flat());
        if (url.searchParams.get("format") !== "csv") return json(200, rows.map(parsed));
        return new Response(csv(rows.map(parsed)), {
          headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="leads.csv"', "cache-control": "no-store" },
        });
      });
    case "POST /operator/erase":
      return withValues(request, relay, "erase", "", async () => erase(request, env, relay));
    default:
      return json(404, { code: "not_found" });
  }
}

const json = (...answer: Parameters<typeof jsonAnswer>): Response => respond(jsonAnswer(...answer));

const bearer = (request: Request): string | undefined => /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];

async function hasKey(given: string | null | undefined, key: string | undefined): Promise<boolean> {
  return key !== undefined && typeof given === "string" && same(given, key);
}

/** Values need a second key, and each use of it is logged, the ones that fail too. */
async function withValues(request: Request, relay: RelayOptions, what: string, format: string, act: () => Promise<Response>): Promise<Response> {
  if (!(await hasKey(request.headers.get("fieldpost-value-key"), relay.valueKey))) {
    log("values.refused", { what });
    return json(403, { code: "value.key" });
  }
  const response = await act();
  log("values.used", { what, format, status: response.status });
  return response;
}

/** The newest first, of all shards together. */
const newest = <T extends { accepted: number; id: string }>(rows: T[], limit = rows.length): T[] =>
  rows.sort((one, other) => other.accepted - one.accepted || (one.id < other.id ? 1 : -1)).slice(0, limit);

/** The groups of all shards, each once. */
function summed(groups: readonly Group[]): Group[] {
  const sums = new Map<string, Group>();
  for (const one of groups) {
    const name = `${one.phase} ${one.code}`;
    sums.set(name, { ...one, leads: one.leads + (sums.get(name)?.leads ?? 0) });
  }
  return [...sums.values()].sort((one, other) => other.leads - one.leads);
}

/** The most of an operator's body, of ids in it, and of a reason. */
const MOST_BODY = 1 << 20;
const MOST_IDS = 10_000;
const MOST_REASON = 200;

async function bodyOf(request: Request): Promise<string | Unreadable> {
  try {
    return new TextDecoder().decode(await capped(request, MOST_BODY));
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
}

async function rule(what: "replay" | "discard", request: Request, url: URL, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const which: Which = {};
  let reason: unknown = url.searchParams.get("reason");
  const text = await bodyOf(request);
  if (text instanceof Unreadable) return json(text.status, { code: text.code });
  if (text) {
    try {
      const given = JSON.parse(text) as Which & { reason?: unknown };
      if (Array.isArray(given.ids)) which.ids = given.ids.slice(0, MOST_IDS).map((id) => String(id).slice(0, 200));
      if (typeof given.code === "string") which.code = given.code.slice(0, 200);
      if (given.phase === "dead" || given.phase === "review") which.phase = given.phase;
      if (given.anyway === true) which.anyway = true;
      reason = given.reason ?? reason;
    } catch {
      return json(400, { code: "body.json" });
    }
  }
  const { searchParams } = url;
  if (searchParams.has("id")) which.ids = searchParams.getAll("id").slice(0, MOST_IDS);
  const code = searchParams.get("code");
  if (code !== null) which.code = code;
  const phase = searchParams.get("phase");
  if (phase === "dead" || phase === "review") which.phase = phase;
  if (searchParams.get("anyway") === "1") which.anyway = true;
  // Everything at once only where it is said.
  if (!which.ids && which.code === undefined && !which.phase) return json(400, { code: `${what}.which` });
  if (what === "replay") return json(200, await ruled(env, relay, "replay", which));
  const why = typeof reason === "string" ? reason.trim() : "";
  if (!why || why.length > MOST_REASON) return json(400, { code: "discard.reason", message: `A reason has 1 to ${MOST_REASON} characters.` });
  // It stays when the lead's values are gone, and stands in the log.
  if (/@|(?:\d[^\p{L}\d]*){7}/u.test(why)) return json(400, { code: "discard.reason", message: "A reason must not name a person: no address and no number." });
  const done = await ruled(env, relay, "discard", { ...which, reason: why });
  if (done.length > 0) log("discarded", { leads: new Set(done.flatMap((row) => ("lead" in row && row.moved ? [row.lead] : []))).size, code: which.code ?? null, reason: why });
  return json(200, done);
}

/** An outbox that did not say what became of it. */
interface Unheard {
  shard: string;
  moved: false;
  code: string;
  message: string;
}

/** What each outbox made of it; one that does not answer must not hide what the others did. */
async function ruled(env: RelayEnv, relay: RelayOptions, what: string, body: object): Promise<(Ruled | Unheard)[]> {
  const each = await Promise.allSettled(shards(relay).map((shard) => one<Ruled[]>(env, shard, what, body)));
  return each.flatMap((done, at): (Ruled | Unheard)[] => {
    if (done.status === "fulfilled") return done.value;
    const shard = shards(relay)[at] as string;
    return [{ shard, moved: false, code: "outbox.unavailable", message: `${shard} does not answer; what it holds may or may not have moved.` }];
  });
}

async function erase(request: Request, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const body = await bodyOf(request);
  if (body instanceof Unreadable) return json(body.status, { code: body.code });
  let given: Record<string, unknown>;
  try {
    given = Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return json(400, { code: "body.json" });
  }
  const known: Known = {};
  for (const kind of ["email", "phone"] as const) {
    const text = given[kind] ?? undefined;
    if (text === undefined) continue;
    if (typeof text !== "string" || !isKnown[kind](text)) return json(400, { code: `erase.${kind}` });
    known[kind] = text;
  }
  if (Object.keys(known).length === 0) return json(400, { code: "erase.which" });
  const person = await sought(relay, known);
  const names = shards(relay);
  const done = await Promise.allSettled(names.map((shard) => one<{ erased: number; out: number }>(env, shard, "erase", person)));
  const sum = (what: "erased" | "out"): number => done.reduce((sum, each) => sum + (each.status === "fulfilled" ? each.value[what] : 0), 0);
  const missing = names.filter((_, at) => done[at]?.status === "rejected");
  const [erased, out] = [sum("erased"), sum("out")];
  log("erased", { leads: erased, out, missing: missing.length });
  // `out`: calls that had left before; what they wrote is in the CRM. Where an outbox is away, it has to be asked again.
  if (missing.length > 0) return json(503, { code: "outbox.unavailable", erased, out, missing });
  return json(200, { erased, out });
}

async function status(env: RelayEnv, relay: RelayOptions): Promise<{ shards: (ShardStatus & { shard: string })[]; gates: GateStatus[] }> {
  const gates = Object.keys(relay.accounts).map((account) =>
    consult<GateStatus>(env.GATE.get(env.GATE.idFromName(account)), `https://gate/status?account=${encodeURIComponent(account)}`, patience(relay.timeScale)),
  );
  // An object that its alarm woke does not know its own name.
  const names = shards(relay);
  const named = (await all<ShardStatus>(env, relay, "status")).map((one, at) => ({ ...one, shard: names[at] as string }));
  return { shards: named, gates: await Promise.all(gates) };
}

/** An operator's call may be about thousands of leads. */
const OPERATED = 60_000;

const one = <T>(env: RelayEnv, shard: string, path: string, body: object): Promise<T> => consult<T>(outbox(env, shard), `https://outbox/${path}`, OPERATED, body);

const all = <T>(env: RelayEnv, relay: RelayOptions, path: string, body: object = {}): Promise<T[]> =>
  Promise.all(shards(relay).map((shard) => one<T>(env, shard, path, body)));

/** A row with its lead as data. */
function parsed(row: Record<string, unknown>): Record<string, unknown> {
  const { lead, visitor, deliveries } = row;
  return { ...row, lead: JSON.parse(String(lead)), visitor: JSON.parse(String(visitor)), deliveries: JSON.parse(String(deliveries)) };
}
