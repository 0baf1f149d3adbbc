import { isReady } from "../core.js";
import { FieldpostError } from "../errors.js";
import type { Issue, RelayForm, Report } from "../types.js";
import type { Accepted, Offer } from "./acceptance.js";
import { isTooMuch } from "./address.js";
import { type Answer, answer, issue, json, redirect, refusal, respond, wantsJson, WIRE_VERSION } from "./answer.js";
import { type Lead, readLead, Unreadable } from "./body.js";
import { compiled } from "./check.js";
import { digest, hmac, joined, sha256 } from "./hash.js";
import { log } from "./log.js";
import { operator } from "./operator.js";
import {
  configure,
  options,
  type RelayEnv,
  type RelayFormOptions,
  type RelayOptions,
  type RelaySource,
} from "./options.js";
import { sealKey, unsealed } from "./seal.js";
import { issueToken, judgeToken, nonceOf } from "./token.js";
import { verify } from "./turnstile.js";

/** How long `?wait` waits for the outcome. */
const WAIT = 5_000;

/** The field that Turnstile's widget adds to a form. */
const CHALLENGE = "cf-turnstile-response";

/** A native submit has no key; two of the same within this time are one. */
const NATIVE_WINDOW = 10 * 60 * 1000;

/** What one address may send where the owner says nothing: an office behind one address must get through. */
const ADDRESS_LIMIT = { leads: 60, seconds: 60 };

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
      if (root !== "leads" || !form || rest.length > 0) return respond(answer(404, { id: null, state: "refused", issues: [issue("not_found")] }));

      const given = request.headers.get("origin");
      // The relay's own page for refused forms sends from the relay's origin.
      const origin = given !== null && (form.origins.includes(given) || given === url.origin) ? given : null;
      // A browser says where a call comes from; where its two words disagree, somebody else is speaking.
      const site = request.headers.get("sec-fetch-site");
      if (given !== null && site === "same-origin" && given !== url.origin) return respond(forbidden());
      return respond(await route(request, url, env, relay, name, form, given, origin), origin);
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
): Promise<Answer> {
  switch (request.method) {
    case "GET":
    case "HEAD":
      // A token is for the form's own pages; a server that renders one has no origin.
      if (given !== null && !origin) return forbidden();
      return describe(relay, name, form, origin ?? form.origins[0] ?? "");
    case "OPTIONS":
      // The page's own calls need no preflight; a server's page that sends JSON gets an answer all the same.
      return {
        status: 204,
        body: null,
        headers: origin ? { "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "content-type", "access-control-max-age": "600" } : {},
      };
    case "POST":
      break;
    default:
      return answer(405, { id: null, state: "refused", issues: [issue("method")] }, { allow: "GET, POST" });
  }
  if (given !== null && given !== "null" && !origin) return forbidden();
  const limit = relay.addressLimit === undefined ? ADDRESS_LIMIT : relay.addressLimit;
  const wait = limit && (await isTooMuch(request.headers.get("cf-connecting-ip"), limit, Date.now()));
  if (wait) {
    return answer(429, { id: null, state: "retry", issues: [issue("address.limit")] }, { "retry-after": String(Math.ceil(wait / 1000)) });
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

const forbidden = (): Answer => answer(403, { id: null, state: "refused", issues: [issue("origin.forbidden")] });

/** `GET /leads/{form}`: the rules, and a token for the page. */
async function describe(relay: RelayOptions, name: string, form: RelayFormOptions, origin: string): Promise<Answer> {
  const { token, expires } = await issueToken(newest(relay), name, origin, Date.now());
  const body: RelayForm = { v: WIRE_VERSION, spec: { fields: form.fields }, token, expires, sealKey: await sealKey(newest(relay)) };
  return json(200, body);
}

async function submit(submission: Submission): Promise<Answer> {
  const { relay, name, form, lead, url } = submission;
  const { own } = lead;
  if (own["v"] !== undefined && own["v"] !== String(WIRE_VERSION)) return problem(submission, 400, "wire.version");
  if (own["key"] !== undefined && !/^[\w-]{8,64}$/.test(own["key"])) return problem(submission, 400, "key.invalid");

  const trapped = form.trap !== undefined && lead.fields.some(([field, value]) => field === form.trap && value !== "");
  const challenge = lead.fields.find(([field]) => field === CHALLENGE)?.[1] ?? own["turnstile"];
  const fields = lead.fields.filter(([field]) => field !== form.trap && field !== CHALLENGE);
  const report = attempt(relay, name, fields);
  const wrong = report !== "trapped" && !report.ok;
  // A native submit's key is a guess, and a form that is wrong is not worth asking for.
  if (wrong && own["key"] === undefined) return refuse(submission, fields, report.issues);
  // A retry may carry a new token, so only what the visitor entered makes the lead.
  const bodyHash = await sha256(joined([name, ...fields.flatMap(([field, value]) => [field, canonical(value)])]));
  const keys = own["key"] !== undefined ? [`k:${own["key"]}`] : await nativeKeys(newest(relay), bodyHash, Date.now());
  if (wrong) {
    // The rules may have changed since the same lead was taken: then its answer stands.
    const known = await look(submission, keys, bodyHash);
    return known ? tell(submission, known, []) : refuse(submission, fields, report.issues);
  }
  // An acceptance looks its own key up; a native submit may be known by the window before, too.
  if (keys.length > 1) {
    const known = await look(submission, keys.slice(1), bodyHash);
    if (known) return tell(submission, known, []);
  }
  const key = keys[0] as string;
  if (form.turnstile) {
    const reserved = await ask(submission, key, "reserve", { key, bodyHash });
    if (!reserved) return problem(submission, 503, "outbox.unavailable", { "retry-after": "30" });
    if (reserved.state === "running") return problem(submission, 409, "key.running", { "retry-after": "1" });
    if (reserved.state !== "free") return tell(submission, reserved, []);
  }

  const review = await suspicion(submission, trapped, key, typeof challenge === "string" ? challenge : undefined);
  if (!review) return problem(submission, 503, "outbox.unavailable", { "retry-after": "30" });
  const trap = report === "trapped";
  if (trap) review.push("wasm.trap");
  const offer: Offer = {
    key,
    bodyHash,
    form: name,
    lead: JSON.stringify(trap ? fields : report.values),
    visitor: JSON.stringify(trap ? {} : visitor(submission, report)),
    person: await personHash(form, trap ? Object.fromEntries(fields) : report.values, key),
    review,
    targets: form.deliver.map((target) => target.account),
    ...(trap && { raw: true }),
  };
  const accepted = await ask(submission, key, "accept", offer);
  if (!accepted) return problem(submission, 503, "outbox.unavailable", { "retry-after": "30" });
  const issues = trap ? [] : report.issues;
  return tell(submission, accepted, issues, url.searchParams.has("wait") ? key : undefined, review.length > 0);
}

/** The form's verdict. A module that stops is made anew and asked once more; then the lead is kept as it came. */
function attempt(relay: RelayOptions, name: string, fields: readonly [string, unknown][]): Report | "trapped" {
  for (let n = 0; n < 2; n++) {
    try {
      return compiled(relay, name).check(fields as [string, string][]);
    } catch (error) {
      if (!(error instanceof FieldpostError) || error.code !== "wasm.trap") throw error;
      log("wasm.trap", { form: name });
    }
  }
  return "trapped";
}

/** The lead of one of these keys, where it is known already. */
async function look(submission: Submission, keys: readonly string[], bodyHash: string): Promise<Accepted | undefined> {
  for (const key of keys) {
    const known = await ask(submission, key, "known", { key, bodyHash });
    if (known && known.state !== "free") return known;
  }
  return undefined;
}

/** What is kept beside the form's values: what the visitor agreed to, and where they came from only with every consent. */
function visitor({ request, form, lead }: Submission, report: Report): Record<string, string> {
  const asked = Object.entries(form.fields).filter(([, field]) => field.kind === "consent");
  const agreed = asked.filter(([name]) => report.values[name] === true);
  const consents = new URLSearchParams();
  for (const [name, { purpose, text }] of agreed) {
    for (const [part, value] of Object.entries({ at: new Date().toISOString(), purpose, text })) {
      if (value) consents.append(`${name}.${part}`, value);
    }
  }
  if (agreed.length === 0) return {};
  if (agreed.length < asked.length) return { consents: consents.toString() };
  const { own } = lead;
  const given = {
    consents: consents.toString(),
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

/** Whose record a write touches, as a hash: never two at a time. E-mail, else phone, else the lead itself. */
export async function personHash(form: RelayFormOptions, values: Record<string, unknown>, key: string): Promise<string> {
  const of = (kind: string): string | undefined => {
    const named = Object.entries(form.fields).filter(([, field]) => field.kind === kind).map(([name]) => values[name]);
    const value = named.find((one) => typeof one === "string" && one.trim() !== "");
    return typeof value === "string" ? value.trim().toLowerCase() : undefined;
  };
  return sha256(of("email") ?? of("phone") ?? key);
}

/**
 * The reasons for a person to look before the lead goes on: two signs that have nothing to do with each other, a token
 * that is not ours or was another lead's, or a challenge that was not met. Nothing where the token's outbox is away.
 */
async function suspicion(submission: Submission, trapped: boolean, key: string, challenge: string | undefined): Promise<string[] | undefined> {
  const { relay, name, form, lead, request, url, env } = submission;
  const origins = [...form.origins, url.origin];
  const token = lead.own["token"] ?? "";
  let verdict = await judgeToken([relay.secret].flat(), name, origins, token, Date.now());
  if (verdict === "good" || verdict === "fast") {
    const nonce = nonceOf(token);
    // A page that makes its key of the token has spent it with the lead itself.
    if (key !== `k:${nonce}`) {
      try {
        const response = await outbox(env, await shardOf(relay, `k:${nonce}`)).fetch("https://outbox/spend", { method: "POST", body: JSON.stringify({ nonce, key }) });
        if (!response.ok) return undefined;
        if (((await response.json()) as { spent: boolean }).spent) verdict = "spent";
      } catch {
        return undefined;
      }
    }
  }
  if (verdict === "forged" || verdict === "expired" || verdict === "spent") return [`token.${verdict}`];
  const signs: string[] = [];
  if (verdict !== "good") signs.push(`token.${verdict}`);
  if (trapped) signs.push("trap");
  const origin = request.headers.get("origin");
  if (origin === "null") signs.push("origin.null");
  // Every browser that sends the one sends the other with a POST.
  if (origin === null && request.headers.has("sec-fetch-site")) signs.push("origin.missing");
  if (form.turnstile) {
    const hosts = origins.map((one) => new URL(one).hostname);
    const said = await verify(form.turnstile, hosts, challenge, request.headers.get("cf-connecting-ip"), key);
    if (said === "missing" || said === "failed") return [`turnstile.${said}`];
    if (said === "unreachable") signs.push("turnstile.unreachable");
  }
  return signs.length > 1 ? signs : [];
}

/** A known lead's answer, or what the outbox says of a new one. Nothing where the outbox cannot be reached. */
async function ask(submission: Submission, key: string, what: "known" | "accept" | "reserve", body: object): Promise<Accepted | undefined> {
  const { env, relay } = submission;
  const shard = await shardOf(relay, key);
  try {
    const response = await outbox(env, shard).fetch(`https://outbox/${what}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) return undefined;
    return (await response.json()) as Accepted;
  } catch {
    return undefined;
  }
}

/** Answers for a lead that the outbox holds. */
async function tell(submission: Submission, accepted: Accepted, issues: Issue[], waitFor?: string, suspect = false): Promise<Answer> {
  if (accepted.state === "conflict") return problem(submission, 422, "key.reused");
  // Only suspects wait when the review is full; everybody else's outbox has its own bound.
  if (accepted.state === "full" && suspect) return problem(submission, 429, "review.full", { "retry-after": "600" });
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

async function refuse(submission: Submission, fields: readonly [string, unknown][], issues: Issue[]): Promise<Answer> {
  const { request, name, form, relay, url } = submission;
  if (wantsJson(request)) return answer(422, { id: null, state: "refused", issues });
  const { token } = await issueToken(newest(relay), name, url.origin, Date.now());
  return refusal(422, name, form, fields, issues, { ...kept(submission.lead), _fp_token: token }, url);
}

async function problem(submission: Submission, status: number, code: string, headers?: Record<string, string>): Promise<Answer> {
  const { request, name, form, lead, url } = submission;
  if (!wantsJson(request)) {
    const page = await refusal(status, name, form, lead.fields, [issue(code)], kept(lead), url);
    return { ...page, headers: { ...page.headers, ...headers } };
  }
  return answer(status, { id: null, state: [409, 429, 503].includes(status) ? "retry" : "refused", issues: [issue(code)] }, headers);
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

const count = (relay: RelayOptions): number => relay.shards ?? 4;

export const shards = (relay: RelayOptions): string[] => Array.from({ length: count(relay) }, (_, shard) => `shard-${shard}`);

export const outbox = (env: RelayEnv, shard: string): ReturnType<RelayEnv["OUTBOX"]["get"]> => env.OUTBOX.get(env.OUTBOX.idFromName(shard));

async function shardOf(relay: RelayOptions, key: string): Promise<string> {
  return `shard-${new DataView(await digest(key)).getUint32(0) % count(relay)}`;
}
