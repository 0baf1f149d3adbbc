import { json as jsonAnswer, respond } from "./answer.js";
import { csv } from "./csv.js";
import type { ShardStatus, Which } from "./desk.js";
import type { GateStatus } from "./gate.js";
import { same, sha256 } from "./hash.js";
import { log } from "./log.js";
import { metrics } from "./metrics.js";
import type { RelayEnv, RelayOptions } from "./options.js";
import { pageHtml, pageScript, pageStyle } from "./operator-page.js";
import { outbox, shards } from "./relay.js";

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
 * | `GET /operator/leads?phase=&code=&limit=` | the deliveries |
 * | `POST /operator/replay?id=` or `?code=` or `?phase=`, or `{ ids, code, phase }` as JSON | sends dead letters and reviewed leads on |
 * | `GET /operator/metrics` | Prometheus text |
 * | `GET /operator/export?format=json\|csv&phase=&code=` | values; needs `Fieldpost-Value-Key` too |
 * | `POST /operator/erase` with `{ email }` | takes a person out everywhere; needs `Fieldpost-Value-Key` too |
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
      return json(200, (await all<object[]>(env, relay, `list${url.search}`)).flat());
    case "GET /operator/status":
      return json(200, await status(env, relay));
    case "GET /operator/metrics": {
      const now = await status(env, relay);
      return new Response(metrics(now.shards, now.gates), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" } });
    }
    case "POST /operator/replay":
      return replay(request, url, env, relay);
    case "GET /operator/export":
      return withValues(request, relay, "export", url.searchParams.get("format") ?? "json", async () => {
        const rows = (await all<Record<string, unknown>[]>(env, relay, `export${url.search}`)).flat();
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

async function replay(request: Request, url: URL, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const which: Which = {};
  const text = await request.text();
  if (text) {
    try {
      const { ids, code, phase } = JSON.parse(text) as Which;
      if (Array.isArray(ids)) which.ids = ids.map(String).slice(0, 10_000);
      if (typeof code === "string") which.code = code;
      if (phase === "dead" || phase === "review") which.phase = phase;
    } catch {
      return json(400, { code: "body.json" });
    }
  }
  const { searchParams } = url;
  if (searchParams.has("id")) which.ids = searchParams.getAll("id");
  const code = searchParams.get("code");
  if (code !== null) which.code = code;
  const phase = searchParams.get("phase");
  if (phase === "dead" || phase === "review") which.phase = phase;
  // Everything at once only where it is said.
  if (!which.ids && which.code === undefined && !which.phase) return json(400, { code: "replay.which" });
  return json(200, (await all<object[]>(env, relay, "replay", which)).flat());
}

async function erase(request: Request, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  let email: unknown;
  try {
    ({ email } = (await request.json()) as { email?: unknown });
  } catch {
    // Said below.
  }
  if (typeof email !== "string" || !email.includes("@") || email.length > 320) return json(400, { code: "erase.email" });
  const person = await sha256(email.trim().toLowerCase());
  const done = await all<{ erased: number; out: number }>(env, relay, "erase", { persons: [person] });
  const erased = done.reduce((sum, one) => sum + one.erased, 0);
  const out = done.reduce((sum, one) => sum + one.out, 0);
  log("erased", { leads: erased, out });
  // `out`: calls that had left before; what they wrote is in the CRM.
  return json(200, { erased, out });
}

async function status(env: RelayEnv, relay: RelayOptions): Promise<{ shards: (ShardStatus & { shard: string })[]; gates: GateStatus[] }> {
  const gates = Object.keys(relay.accounts).map(async (account) => {
    const response = await env.GATE.get(env.GATE.idFromName(account)).fetch(`https://gate/status?account=${encodeURIComponent(account)}`);
    return (await response.json()) as GateStatus;
  });
  // An object that its alarm woke does not know its own name.
  const names = shards(relay);
  const named = (await all<ShardStatus>(env, relay, "status")).map((one, at) => ({ ...one, shard: names[at] as string }));
  return { shards: named, gates: await Promise.all(gates) };
}

function all<T>(env: RelayEnv, relay: RelayOptions, path: string, body: object = {}): Promise<T[]> {
  return Promise.all(
    shards(relay).map(async (shard) => {
      const response = await outbox(env, shard).fetch(`https://outbox/${path}`, { method: "POST", body: JSON.stringify(body) });
      if (!response.ok) throw new Error("outbox");
      return (await response.json()) as T;
    }),
  );
}

/** A row with its lead as data. */
function parsed(row: Record<string, unknown>): Record<string, unknown> {
  return { ...row, lead: JSON.parse(String(row["lead"])), visitor: JSON.parse(String(row["visitor"])) };
}
