import { check } from "./check.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import { capped, Unreadable } from "../http/body.js";
import { consult, patience } from "../host/consult.js";
import type { ShardStatus } from "../storage/operator-store.js";
import type { LimiterStatus } from "../limiter/account-limiter.js";
import { same } from "../host/hash.js";
import { log } from "../host/log.js";
import { metrics } from "./metrics.js";
import { lead, search } from "./leads.js";
import { attention, Away, deliveries, exported, one } from "./lists.js";
import pageStyle from "../pages/operator/page.css.js";
import pageHtml from "../pages/operator/page.html.js";
import pageScript from "../pages/operator/page.script.js";
import { rounds, rule } from "./rules.js";
import { today } from "./today.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { isKnown, type Known, sought } from "../lead/persons.js";
import { shards } from "../outbox/shards.js";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
 * | `GET /operator/status` | shards, limiters and their counters |
 * | `GET /operator/today?days=&zone=` | what came, was delivered and waits, by form and account |
 * | `POST /operator/search` with `{ text, form, account, state, code, from, to, cursor, limit }` | leads, the newest first |
 * | `GET /operator/lead?id=` | one lead with every attempt |
 * | `GET /operator/leads?phase=&code=&id=&limit=` | the deliveries, the newest first |
 * | `GET /operator/attention?phase=&code=&limit=` | the leads that wait for a person, and how many there are of each code |
 * | `POST /operator/replay?id=` or `?code=` or `?phase=`, or `{ ids, code, phase }` as JSON | sends leads on that wait for a person; with `anyway` those too that do not pass the check |
 * | `POST /operator/discard`, the same with `reason` | gives them up |
 * | `POST /operator/move` with `{ from, to }` or `{ form: { from, to } }` | gives what waits for an account or form that is gone to another one |
 * | `POST /operator/check?account=&form=` | signs in to each account, and compares each form's mapping with what the system has |
 * | `GET /operator/rounds?round=&limit=` | what became of what was sent on |
 * | `GET /operator/metrics` | Prometheus text |
 * | `GET /operator/export?format=json\|ndjson\|csv&phase=&code=` | values; needs `Fieldpost-Value-Key` too |
 * | `POST /operator/erase` with `{ email, phone }`, or one of them | takes a person out everywhere; needs `Fieldpost-Value-Key` too |
 *
 * Lists are made as they are read. With `?page=1` one has an end, and `next`, which is the `?cursor=` of the next one.
 */
export async function operator(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
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
  if (!(await hasKey(bearer(request), relay.operatorKey)))
    return json(401, { code: "operator.key" }, { "www-authenticate": "Bearer" });
  try {
    return await answered(request, url, env, relay);
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    return json(
      503,
      { code: "outbox.unavailable", message: error.message },
      { "retry-after": "10" },
    );
  }
}

async function answered(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  switch (`${request.method} ${url.pathname}`) {
    case "GET /operator/leads":
      return deliveries(url.searchParams, env, relay);
    case "GET /operator/attention":
      return attention(url.searchParams, env, relay);
    case "GET /operator/status":
      return json(200, await status(env, relay));
    case "GET /operator/today":
      return json(200, await today(url.searchParams, await gates(env, relay), env, relay));
    case "POST /operator/search": {
      const text = await bodyOf(request);
      if (text instanceof Unreadable) return json(text.status, { code: text.code });
      return maybeValues(request, relay, "search", (values) => search(text, values, env, relay));
    }
    case "GET /operator/lead": {
      const id = url.searchParams.get("id") ?? "";
      return maybeValues(request, relay, "lead", (values) => lead(id, values, env, relay));
    }
    case "GET /operator/metrics": {
      const now = await status(env, relay);
      return new Response(metrics(now.shards, now.gates), {
        headers: {
          "content-type": "text/plain; version=0.0.4; charset=utf-8",
          "cache-control": "no-store",
        },
      });
    }
    case "POST /operator/replay":
    case "POST /operator/discard":
    case "POST /operator/move": {
      const text = await bodyOf(request);
      return text instanceof Unreadable
        ? json(text.status, { code: text.code })
        : rule(
            url.pathname.slice("/operator/".length) as "replay",
            text,
            url.searchParams,
            env,
            relay,
          );
    }
    case "POST /operator/check":
      return check(url.searchParams, env, relay);
    case "GET /operator/rounds":
      return rounds(url.searchParams, env, relay);
    case "GET /operator/export":
      return withValues(
        request,
        relay,
        "export",
        url.searchParams.get("format") ?? "json",
        async () => exported(url.searchParams, env, relay),
      );
    case "POST /operator/erase":
      return withValues(request, relay, "erase", "", async () => erase(request, env, relay));
    default:
      return json(404, { code: "not_found" });
  }
}

const json = (...answer: Parameters<typeof jsonAnswer>): Response => respond(jsonAnswer(...answer));

const bearer = (request: Request): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];

async function hasKey(given: string | null | undefined, key: string | undefined): Promise<boolean> {
  return key !== undefined && typeof given === "string" && same(given, key);
}

/** Values need a second key, and each use of it is logged, the ones that fail too. */
async function withValues(
  request: Request,
  relay: RelayOptions,
  what: string,
  format: string,
  act: () => Promise<Response>,
): Promise<Response> {
  if (!(await hasKey(request.headers.get("fieldpost-value-key"), relay.valueKey))) {
    log("values.refused", { what });
    return json(403, { code: "value.key" });
  }
  const response = await act();
  log("values.used", { what, format, status: response.status });
  return response;
}

/** What can be seen without values, and with them where the second key is given. */
const maybeValues = (
  request: Request,
  relay: RelayOptions,
  what: string,
  act: (values: boolean) => Promise<Response>,
): Promise<Response> =>
  request.headers.has("fieldpost-value-key")
    ? withValues(request, relay, what, "json", () => act(true))
    : act(false);

/** The most of an operator's body. */
const MOST_BODY = 1 << 20;

async function bodyOf(request: Request): Promise<string | Unreadable> {
  try {
    return new TextDecoder().decode(await capped(request, MOST_BODY));
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
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
    if (typeof text !== "string" || !isKnown[kind](text))
      return json(400, { code: `erase.${kind}` });
    known[kind] = text;
  }
  if (Object.keys(known).length === 0) return json(400, { code: "erase.which" });
  const person = await sought(relay, known);
  const names = await shards(env, relay);
  const done = await Promise.allSettled(
    names.map((shard) => one<{ erased: number; out: number }>(env, shard, "erase", person)),
  );
  const sum = (what: "erased" | "out"): number =>
    done.reduce((sum, each) => sum + (each.status === "fulfilled" ? each.value[what] : 0), 0);
  const missing = names.filter((_, at) => done[at]?.status === "rejected");
  const [erased, out] = [sum("erased"), sum("out")];
  log("erased", { leads: erased, out, missing: missing.length });
  // `out`: calls that had left before; what they wrote is in the CRM. Where an outbox is away, it has to be asked again.
  if (missing.length > 0) return json(503, { code: "outbox.unavailable", erased, out, missing });
  return json(200, { erased, out });
}

async function status(
  env: RelayEnv,
  relay: RelayOptions,
): Promise<{ shards: (ShardStatus & { shard: string })[]; gates: LimiterStatus[] }> {
  // An object that its alarm woke does not know its own name.
  const names = await shards(env, relay);
  const named = await Promise.all(
    names.map(async (shard) => ({ ...(await one<ShardStatus>(env, shard, "status", {})), shard })),
  );
  return { shards: named, gates: await gates(env, relay) };
}

const gates = (env: RelayEnv, relay: RelayOptions): Promise<LimiterStatus[]> =>
  Promise.all(
    Object.keys(relay.accounts).map((account) =>
      consult<LimiterStatus>(
        env.GATE.get(env.GATE.idFromName(account)),
        `https://gate/status?account=${encodeURIComponent(account)}`,
        patience(relay.timeScale),
      ),
    ),
  );
