import { form as makeForm, isReady } from "../core.js";
import type { Form, Issue, RelayForm, Report } from "../types.js";
import { answer, issue, json, redirect, refusal, wantsJson, WIRE_VERSION } from "./answer.js";
import { type Lead, readLead, Unreadable } from "./body.js";
import { hmac, joined, same, sha256 } from "./hash.js";
import { operator } from "./operator.js";
import {
  configure,
  options,
  type RelayEnv,
  type RelayFormOptions,
  type RelayOptions,
  type RelaySource,
} from "./options.js";
import type { Accepted, Offer } from "./outbox.js";
import { sealKey, unsealed } from "./seal.js";
import { issueToken, judgeToken } from "./token.js";

/** How long `?wait` waits for the outcome. */
const WAIT = 5_000;

/** A native submit has no key; two of the same within this time are one. */
const NATIVE_WINDOW = 10 * 60 * 1000;

/** What a Worker module exports by default. */
export interface RelayHandler {
  fetch(request: Request, env: RelayEnv): Promise<Response>;
  /** The cron trigger: wakes every outbox, should an alarm have been lost. */
  scheduled(event: unknown, env: RelayEnv): Promise<void>;
}

/** What a form's request is made of, step after step. */
interface Submission {
  request: Request;
  url: URL;
  env: RelayEnv;
  relay: RelayOptions;
  name: string;
  form: RelayFormOptions;
  lead: Lead;
  /** The page's origin, where it is one of the form's. */
  origin: string | null;
}

/** A relay for a Worker: `export default relay((env) => ({ forms, accounts, secret: env.SECRET }))`. */
export function makeRelay(source: RelaySource, load: () => Promise<void>): RelayHandler {
  configure(source);
  return {
    async fetch(request, env) {
      if (!isReady()) await load();
      const relay = options(env);
      const url = new URL(request.url);
      const [, root, name = "", ...rest] = url.pathname.split("/");
      if (root === "operator") return operator(request, url, env, relay);
      const form = Object.hasOwn(relay.forms, name) ? relay.forms[name] : undefined;
      if (root !== "leads" || !form || rest.length > 0) return answer(404, { id: null, state: "refused", issues: [issue("not_found")] });

      const given = request.headers.get("origin");
      // The relay's own page for refused forms sends from the relay's origin.
      const origin = given !== null && (form.origins.includes(given) || given === url.origin) ? given : null;
      const response = await route(request, url, env, relay, name, form, given, origin);
      response.headers.append("vary", "Origin");
      if (origin) response.headers.set("access-control-allow-origin", origin);
      return response;
    },

    async scheduled(_event, env) {
      if (!isReady()) await load();
      await Promise.allSettled(shards(options(env)).map((shard) => outbox(env, shard).fetch("https://outbox/wake", { method: "POST" })));
    },
  };
}

async function route(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
  name: string,
  form: RelayFormOptions,
  given: string | null,
  origin: string | null,
): Promise<Response> {
  switch (request.method) {
    case "GET":
    case "HEAD":
      return describe(relay, name, form, origin ?? form.origins[0] ?? "");
    case "OPTIONS":
      // The page's own calls need no preflight; a server's page that sends JSON gets an answer all the same.
      return new Response(null, {
        status: 204,
        headers: origin ? { "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "content-type", "access-control-max-age": "600" } : {},
      });
    case "POST":
      break;
    default:
      return answer(405, { id: null, state: "refused", issues: [issue("method")] }, { allow: "GET, POST" });
  }
  if (given !== null && given !== "null" && !origin) {
    return answer(403, { id: null, state: "refused", issues: [issue("origin.forbidden")] });
  }
  let lead: Lead;
  try {
    lead = await readLead(await unsealed(request, [relay.secret].flat()));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return answer(error.status, { id: null, state: "refused", issues: [issue(error.code)] });
  }
  return submit({ request, url, env, relay, name, form, lead, origin });
}

/** `GET /leads/{form}`: the rules, and a token for the page. */
async function describe(relay: RelayOptions, name: string, form: RelayFormOptions, origin: string): Promise<Response> {
  const { token, expires } = await issueToken(newest(relay), name, origin, Date.now());
  const body: RelayForm = { v: WIRE_VERSION, spec: { fields: form.fields }, token, expires, sealKey: await sealKey(newest(relay)) };
  return json(200, body);
}

async function submit(submission: Submission): Promise<Response> {
  const { relay, name, form, lead, url } = submission;
  const { own } = lead;
  if (own["v"] !== undefined && own["v"] !== String(WIRE_VERSION)) return problem(submission, 400, "wire.version");
  if (own["key"] !== undefined && !/^[\w-]{8,64}$/.test(own["key"])) return problem(submission, 400, "key.invalid");

  const trapped = form.trap !== undefined && lead.fields.some(([field, value]) => field === form.trap && value !== "");
  const fields = lead.fields.filter(([field]) => field !== form.trap);
  // A retry may carry a new token, so only what the visitor entered makes the lead.
  const bodyHash = await sha256(joined([name, ...fields.flatMap(([field, value]) => [field, canonical(value)])]));
  const keys = own["key"] !== undefined ? [`k:${own["key"]}`] : await nativeKeys(newest(relay), bodyHash, Date.now());

  for (const key of keys) {
    const known = await ask(submission, key, "known", { key, bodyHash });
    if (known) return tell(submission, known, []);
  }

  const report = compiled(relay, name).check(fields as [string, string][]);
  if (!report.ok) return refuse(submission, fields, report.issues);

  const key = keys[0] as string;
  const offer: Offer = {
    key,
    bodyHash,
    form: name,
    lead: JSON.stringify(report.values),
    visitor: JSON.stringify(visitor(submission, report)),
    person: await sha256(person(report, key)),
    review: await suspicion(submission, trapped),
    targets: form.deliver.map((target) => target.account),
  };
  const accepted = await ask(submission, key, "accept", offer);
  if (!accepted) return problem(submission, 503, "outbox.unavailable", { "retry-after": "30" });
  return tell(submission, accepted, report.issues, url.searchParams.has("wait") ? key : undefined);
}

/** What of the form's values is sent on with the lead: nothing but what was typed, unless the visitor agreed to more. */
function visitor({ request, form, lead }: Submission, report: Report): Record<string, string> {
  const asked = Object.entries(form.fields).filter(([, field]) => field.kind === "consent");
  if (asked.length === 0 || !asked.every(([name]) => report.values[name] === true)) return {};
  const { own } = lead;
  const given = {
    page: own["page"],
    query: own["query"]?.replace(/^\?/, ""),
    referrer: own["referrer"],
    first: own["first"],
    last: own["last"],
    pardot: own["pardot"],
    cookie: own["mkto_trk"],
    ip: request.headers.get("cf-connecting-ip") ?? undefined,
    userAgent: request.headers.get("user-agent") ?? undefined,
  };
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value ? [[name, value.slice(0, 2_000)]] : [])));
}

/** Whose record a write touches: never two at a time. E-mail, else phone, else the lead itself. */
function person(report: Report, key: string): string {
  const of = (name: string): string | undefined => {
    const value = report.values[name];
    return typeof value === "string" ? value.toLowerCase() : undefined;
  };
  return of("email") ?? of("phone") ?? key;
}

/** The reasons for a person to look before the lead goes on: two signs that have nothing to do with each other, or a token that is not ours. */
async function suspicion({ relay, name, form, lead, request, url }: Submission, trapped: boolean): Promise<string[]> {
  const origins = [...form.origins, url.origin];
  const verdict = await judgeToken([relay.secret].flat(), name, origins, lead.own["token"] ?? "", Date.now());
  if (verdict === "forged" || verdict === "expired") return [`token.${verdict}`];
  const signs: string[] = [];
  if (verdict !== "good") signs.push(`token.${verdict}`);
  if (trapped) signs.push("trap");
  if (request.headers.get("origin") === "null") signs.push("origin.null");
  return signs.length > 1 ? signs : [];
}

/** A known lead's answer, or what the outbox says of a new one. Nothing where the outbox cannot be reached. */
async function ask(submission: Submission, key: string, what: "known" | "accept", body: object): Promise<Accepted | undefined> {
  const { env, relay } = submission;
  const shard = await shardOf(relay, key);
  try {
    const response = await outbox(env, shard).fetch(`https://outbox/${what}`, { method: "POST", body: JSON.stringify(body) });
    if (response.status === 404 || !response.ok) return undefined;
    return (await response.json()) as Accepted;
  } catch {
    return undefined;
  }
}

/** Answers for a lead that the outbox holds. */
async function tell(submission: Submission, accepted: Accepted, issues: Issue[], waitFor?: string): Promise<Response> {
  if (accepted.state === "conflict") return problem(submission, 422, "key.reused");
  if (accepted.state === "full") return problem(submission, 503, "outbox.full", { "retry-after": "60" });
  if (!wantsJson(submission.request)) return redirect(submission.form.thanks);
  let { state } = accepted;
  const until = Date.now() + WAIT;
  while (waitFor !== undefined && state === "queued" && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    state = (await ask(submission, waitFor, "known", { key: waitFor }))?.state === "stored" ? "stored" : "queued";
  }
  return answer(state === "stored" ? 200 : 202, { id: accepted.id, state: state === "stored" ? "stored" : "queued", issues });
}

async function refuse(submission: Submission, fields: readonly [string, unknown][], issues: Issue[]): Promise<Response> {
  const { request, name, form, relay, url } = submission;
  if (wantsJson(request)) return answer(422, { id: null, state: "refused", issues });
  const { token } = await issueToken(newest(relay), name, url.origin, Date.now());
  return refusal(422, name, form, fields, issues, { ...kept(submission.lead), _fp_token: token }, url);
}

async function problem(submission: Submission, status: number, code: string, headers?: Record<string, string>): Promise<Response> {
  const { request, name, form, lead, url } = submission;
  if (!wantsJson(request)) {
    const page = await refusal(status, name, form, lead.fields, [issue(code)], kept(lead), url);
    for (const [header, value] of Object.entries(headers ?? {})) page.headers.set(header, value);
    return page;
  }
  return answer(status, { id: null, state: status === 503 ? "retry" : "refused", issues: [issue(code)] }, headers);
}

/** What travels through the relay's own page unseen. The key does not: other values are another lead. */
function kept({ own }: Lead): Record<string, string> {
  return Object.fromEntries(
    ["v", "page", "query", "referrer", "first", "last", "pardot", "mkto_trk"].flatMap((name) => (own[name] ? [[`_fp_${name}`, own[name]]] : [])),
  );
}

/** The key of a submit without one: the form, its fields, and the ten minutes it falls in; and those before. */
async function nativeKeys(secret: string, bodyHash: string, now: number): Promise<string[]> {
  const window = Math.floor(now / NATIVE_WINDOW);
  return Promise.all([window, window - 1].map(async (n) => `n:${await hmac(secret, joined([bodyHash, String(n)]))}`));
}

const canonical = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

const newest = (relay: RelayOptions): string => [relay.secret].flat()[0] as string;

export const shards = (relay: RelayOptions): string[] => Array.from({ length: relay.shards ?? 4 }, (_, shard) => `shard-${shard}`);

export const outbox = (env: RelayEnv, shard: string): ReturnType<RelayEnv["OUTBOX"]["get"]> => env.OUTBOX.get(env.OUTBOX.idFromName(shard));

async function shardOf(relay: RelayOptions, key: string): Promise<string> {
  const all = shards(relay);
  return all[Number.parseInt((await sha256(key)).slice(0, 8), 16) % all.length] as string;
}

const forms = new WeakMap<RelayOptions, Map<string, Form>>();

function compiled(relay: RelayOptions, name: string): Form {
  let made = forms.get(relay);
  if (!made) forms.set(relay, (made = new Map()));
  let form = made.get(name);
  if (!form) made.set(name, (form = makeForm({ fields: relay.forms[name]?.fields ?? {} })));
  return form;
}

/** Whether a request carries the operator's key. */
export async function isOperator(request: Request, relay: RelayOptions): Promise<boolean> {
  const given = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  return relay.operatorKey !== undefined && given !== undefined && same(given, relay.operatorKey);
}
