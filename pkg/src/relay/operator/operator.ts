import { alerts, testAlert } from "./alerts.js";
import { check } from "./check.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import { capped, Unreadable } from "../http/body.js";
import { consult, patience } from "../host/consult.js";
import { log } from "../host/log.js";
import { MESSAGES } from "../codes.gen.js";
import type { ShardStatus } from "../storage/operator-store.js";
import type { LimiterStatus } from "../limiter/account-limiter.js";
import { LACKS, MOST_BODY, UNKNOWN } from "../desk.gen.js";
import { wholeOf } from "../host/spelling.js";
import type { Given } from "./given.js";
import { audited } from "./audit.js";
import { erase } from "./erase.js";
import { correct, lead, search } from "./leads.js";
import { setup } from "./setup.js";
import { metrics } from "./metrics.js";
import { attention, Away, deliveries, exported, one } from "./lists.js";
import {
  audit,
  hasDesk,
  lacking,
  type Person,
  personOf,
  shown,
  signIn,
  signOut,
} from "./people.js";
import { changePasses, passes } from "./passes.js";
import pageStyle from "../pages/operator/page.css.js";
import pageHtml from "../pages/operator/page.html.js";
import pageScript from "../pages/operator/page.script.js";
import sheetScript from "../pages/operator/sheet.script.js";
import { discards, moves, pending, type Reads, replays, rounds, rule, undo } from "./rules.js";
import { stored } from "./stored.js";
import { today } from "./today.js";
import { remove, test } from "./trial.js";
import type { Finding } from "../findings.js";
import { findingsOf, type RelayEnv, type RelayOptions } from "../options.js";
import { atDesk, shards } from "../outbox/shards.js";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page itself holds nothing: what it shows it asks for, as whoever is there. */
const PAGE: Record<string, [type: string, text: string]> = {
  "/operator": ["text/html", pageHtml],
  "/operator/": ["text/html", pageHtml],
  "/operator/page.js": ["text/javascript", pageScript],
  "/operator/sheet.js": ["text/javascript", sheetScript],
  "/operator/page.css": ["text/css", pageStyle],
};

/** A call, by somebody who is known and may make it. */
interface Asked {
  request: Request;
  url: URL;
  person: Person;
  env: RelayEnv;
  relay: RelayOptions;
}

/** A call with a body: the object in it, and its text. */
interface Told extends Asked {
  given: Given;
  text: string;
}

const json = (...answer: Parameters<typeof jsonAnswer>): Response => respond(jsonAnswer(...answer));

const reads: Record<string, (asked: Asked) => Promise<Response> | Response> = {
  leads: ({ url, env, relay }) => deliveries(url.searchParams, env, relay),
  attention: ({ url, env, relay }) => attention(url.searchParams, env, relay),
  status: async ({ env, relay }) => json(200, await status(env, relay)),
  today: async ({ url, env, relay }) =>
    json(200, {
      ...(await today(url.searchParams, await gates(env, relay), env, relay)),
      alerts: await alerts(env, relay),
      options: findingsOf(relay),
    }),
  stored: async ({ url, env, relay }) => json(200, await stored(url.searchParams, env, relay)),
  lead: ({ url, person, env, relay }) =>
    lead(url.searchParams.get("id") ?? "", person.values, env, relay),
  metrics: async ({ env, relay }) => {
    const [now, told] = await Promise.all([status(env, relay), alerts(env, relay)]);
    return new Response(metrics(now.shards, now.gates, told, Date.now()), {
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "cache-control": "no-store",
      },
    });
  },
  pending: ({ env, relay }) => pending(env, relay),
  rounds: ({ url, env, relay }) => rounds(url.searchParams, env, relay),
  setup: async ({ env, relay }) => json(200, { ...setup(relay), alerts: await alerts(env, relay) }),
  export: ({ url, env, relay }) => exported(url.searchParams, env, relay),
  passes: ({ env, relay }) => passes(env, relay),
  audit: async ({ url, env, relay }) => {
    const before = wholeOf(url.searchParams.get("cursor")) ?? Number.MAX_SAFE_INTEGER;
    const lines = await atDesk(env, relay, "audit", { before });
    return json(200, { lines });
  },
  session: ({ person }) => json(200, { ...shown(person) }),
};

const ruled =
  (reads: Reads) =>
  ({ text, url, person, env, relay }: Told): Promise<Response> =>
    rule(reads, text, url.searchParams, person.who, env, relay);

const tells: Record<string, (told: Told) => Promise<Response>> = {
  search: ({ given, person, env, relay }) => search(given, person.values, env, relay),
  replay: ruled(replays),
  discard: ruled(discards),
  move: ruled(moves),
  undo: ({ given, env, relay }) => undo(given, env, relay),
  correct: ({ given, env, relay }) => correct(given, env, relay),
  passes: ({ given, person, env, relay }) => changePasses(given, person, env, relay),
  test: ({ given, person, env, relay }) => test(given, person.who, env, relay),
  remove: ({ given, env, relay }) => remove(given, env, relay),
  erase: ({ given, env, relay }) => erase(given, env, relay),
  check: ({ url, env, relay }) => check(url.searchParams, env, relay),
  alert: ({ given, env }) => testAlert(given, env),
};

/**
 * The operator's interface, behind a key in `Authorization: Bearer`, a session of the console, or Cloudflare Access. Lists show
 * ids, states, codes and times; a value only to whom it is allowed, and who asks for it. docs/relay.md has the calls.
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
  if (page && hasDesk(relay)) {
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
  try {
    return await known(request, url, env, relay);
  } catch (error) {
    if (!(error instanceof Away)) throw error;
    return json(
      503,
      { code: "outbox.unavailable", message: error.message },
      { "retry-after": "10" },
    );
  }
}

const said = (code: string): { code: string; message?: string } => {
  const message = (MESSAGES as Readonly<Record<string, string>>)[code];
  return { code, ...(message !== undefined && { message }) };
};

/** What somebody asks who has to be known, and allowed to. */
async function known(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const call = `${request.method} ${url.pathname}`;
  if (call === "POST /operator/session") return session(request, url, env, relay);
  const person = await personOf(request, url, env, relay);
  if (typeof person === "string") {
    const { status = 401, headers } = UNKNOWN[person] ?? {};
    return json(status, said(person), headers);
  }
  const name = url.pathname.slice("/operator/".length);
  const needs = lacking(call, person);
  if (needs !== undefined) {
    const { code, log: line } = LACKS[needs];
    if (line !== undefined) log(line, { what: name });
    return json(403, { ...said(code), needs });
  }
  if (call === "DELETE /operator/session")
    return json(200, {}, { "set-cookie": await signOut(person, url, env, relay) });
  const asked: Asked = { request, url, person, env, relay };
  const read = request.method === "GET" && Object.hasOwn(reads, name) ? reads[name] : undefined;
  const tell = request.method === "POST" && Object.hasOwn(tells, name) ? tells[name] : undefined;
  if (read) return written(call, asked, {}, async () => read(asked));
  if (!tell) return json(404, { code: "not_found" });
  const body = await bodyOf(request);
  if (!("given" in body)) return body;
  return written(call, asked, body.given, () => tell({ ...asked, ...body }));
}

/** In which form a call answers where it does not say. */
const FORMATS: Readonly<Record<string, string>> = { export: "json" };

/** Does what was asked for, and has written down before who changes something or sees values. */
async function written(
  call: string,
  { person, url, env, relay }: Asked,
  given: Given,
  act: () => Promise<Response>,
): Promise<Response> {
  const line = audited(call, person, given, url.searchParams);
  if (!line) return act();
  await audit(env, relay, person, line.what, line.about);
  const response = await act();
  if (line.values !== undefined)
    log("values.used", {
      who: person.who,
      what: line.what,
      format: url.searchParams.get("format") ?? FORMATS[line.what] ?? "",
      status: response.status,
    });
  return response;
}

/** `POST /operator/session` with `{ key }`, `{ valueKey }` or both: the console signs in. */
async function session(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const body = await bodyOf(request);
  if (!("given" in body)) return body;
  const came = await signIn(body.given, request, url, env, relay);
  if ("cookie" in came) return json(200, { ...came.shown }, { "set-cookie": came.cookie });
  if ("wait" in came)
    return json(429, said(came.code), { "retry-after": String(Math.ceil(came.wait / 1000)) });
  return json(came.status, said(came.code));
}

/** The body, as the object that it is; an answer where it is none. */
async function bodyOf(request: Request): Promise<{ given: Given; text: string } | Response> {
  try {
    const text = new TextDecoder().decode(await capped(request, MOST_BODY));
    const given: unknown = text === "" ? {} : JSON.parse(text);
    // What is no object says nothing: whoever needs to be told something says so.
    return { given: Object(given) as Given, text };
  } catch (error) {
    if (error instanceof Unreadable) return json(error.status, { code: error.code });
    if (!(error instanceof SyntaxError)) throw error;
    return json(400, { code: "body.json" });
  }
}

async function status(
  env: RelayEnv,
  relay: RelayOptions,
): Promise<{
  shards: (ShardStatus & { shard: string })[];
  gates: LimiterStatus[];
  options: readonly Finding[];
}> {
  // An object that its alarm woke does not know its own name.
  const names = await shards(env, relay);
  const named = names.map(async (shard) => ({
    ...(await one<ShardStatus>(env, shard, "status", {})),
    shard,
  }));
  // All at once: one that does not answer holds up the others for its own time alone.
  const [held, limiters] = await Promise.all([Promise.all(named), gates(env, relay)]);
  return { shards: held, gates: limiters, options: findingsOf(relay) };
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
