import { isReady } from "../core/core.js";
import { FieldpostError } from "../core/errors.js";
import type { Issue, RelayForm, Report } from "../core/types.js";
import { WIRE_VERSION } from "../core/wire.gen.js";
import type { Offer } from "./outbox/acceptance.js";
import { household, isTooMuch, visitorAddress } from "./http/address.js";
import { type Answer, answer, json, redirect, respond, wantsJson } from "./http/answer.js";
import { bounded, readLead, Unreadable } from "./http/body.js";
import { compiled } from "./lead/check.js";
import { consult, patience } from "./host/consult.js";
import { hmac, joined } from "./host/hash.js";
import { log } from "./host/log.js";
import { operator } from "./operator/operator.js";
import { type Finding, judged } from "./findings.js";
import {
  configure,
  mustTake,
  options,
  type RelayEnv,
  type RelayOptions,
  type RelaySource,
} from "./options.js";
import { isOwnPage, isSelf, knownOrigin } from "./http/origin.js";
import { hashesOf, personsAsTyped, personsOf, sought } from "./lead/persons.js";
import { describePage, problem, refuse, speakerOf } from "./http/problem.js";
import { isSealed, readSealed, sealKey, sealSecrets } from "./http/seal.js";
import {
  atDesk,
  countOf,
  known,
  type Located,
  nameOf,
  outbox,
  outcome,
  shards,
  spend,
  take,
} from "./outbox/shards.js";
import {
  type Asked,
  entered,
  type Found,
  identify,
  isKey,
  isKnown,
  newest,
  type Submission,
} from "./http/submission.js";
import { type Spending, suspicion } from "./http/suspicion.js";
import { type Holder, issueToken } from "./http/token.js";

/** What one address may send where the owner says nothing: an office behind one address must get through. */
const ADDRESS_LIMIT = { leads: 60, seconds: 60 };

/** How often the limiters forget persons by the clock, should no call come; and when this isolate told them last. */
const TIDY = 60 * 60 * 1000;
let tidied = 0;

/** What a Worker module exports by default. */
export interface RelayHandler {
  fetch(request: Request, env: RelayEnv): Promise<Response>;
  /** The cron trigger: wakes every outbox, should an alarm have been lost, and has everybody forget what is over. */
  scheduled(event: unknown, env: RelayEnv): Promise<void>;
  /** What is wrong with this relay's options for these bindings: for tools that have no relay running. */
  check(env?: unknown): Promise<Finding[]>;
}

/** A relay for a Worker: `export default relay((env) => ({ forms, accounts, secret: env.SECRET }))`. */
export function makeRelay(source: RelaySource, load: () => Promise<void>): RelayHandler {
  configure(source);
  return {
    async fetch(request, env) {
      // A host hands on what a stranger says that it is called.
      const url = new URL(URL.canParse(request.url) ? request.url : "https://relay.invalid");
      const asked: Asked = { request, url, name: "", origin: null };
      try {
        if (!isReady()) await load();
        return await serve(asked, env);
      } catch (error) {
        return failed(asked, error);
      }
    },

    async check(env) {
      if (!isReady()) await load();
      return judged(source, env).found;
    },

    async scheduled(_event, env) {
      if (!isReady()) await load();
      const relay = options(env);
      const isDue = Date.now() > tidied + TIDY / (relay.timeScale ?? 1);
      if (isDue) tidied = Date.now();
      const wait = patience(relay.timeScale);
      // Where nobody knows them all, ours are woken at least.
      const every = await shards(env, relay).catch(() =>
        Array.from({ length: countOf(relay) }, (_, shard) => nameOf(shard)),
      );
      const woken = await Promise.allSettled(
        every.map((shard) =>
          consult<{ accounts?: string[] }>(outbox(env, shard), "https://outbox/wake", wait, {}),
        ),
      );
      if (!isDue) return;
      // What the limiter of an account that is gone has kept of persons goes, too.
      const accounts = new Set([
        ...Object.keys(relay.accounts),
        ...woken.flatMap((one) => (one.status === "fulfilled" ? (one.value.accounts ?? []) : [])),
      ]);
      await Promise.allSettled(
        [...accounts].map((account) =>
          consult(env.GATE.get(env.GATE.idFromName(account)), "https://gate/forget", wait, {}),
        ),
      );
    },
  };
}

async function serve(asked: Asked, env: RelayEnv): Promise<Response> {
  const { request, url } = asked;
  const relay = (asked.relay = options(env));
  const [, root, name = "", ...rest] = url.pathname.split("/");
  if (root === "operator") return operator(request, url, env, relay);
  const form =
    root === "leads" && rest.length === 0 && Object.hasOwn(relay.forms, name)
      ? relay.forms[name]
      : undefined;
  if (!form) return respond(await problem(asked, 404, "not_found"));
  const found = Object.assign(asked, { relay, name, form });

  found.origin = knownOrigin(found);
  return respond(await route(found, env), found.origin);
}

async function route(asked: Found, env: RelayEnv): Promise<Answer> {
  const { request, relay, form, origin } = asked;
  const given = request.headers.get("origin");
  switch (request.method) {
    case "GET":
    case "HEAD":
      // A token is for the form's own pages; a server that renders one has no origin.
      if (given !== null && !origin) return forbidden(asked);
      mustTake(relay, asked.name);
      return wantsJson(request)
        ? describe(asked, given === null ? "server" : "page")
        : describePage(asked);
    case "OPTIONS":
      // The page's own calls need no preflight; a server's page that sends JSON gets an answer all the same.
      return {
        status: 204,
        body: null,
        headers: origin
          ? {
              "access-control-allow-methods": "GET, POST",
              "access-control-allow-headers": "content-type",
              "access-control-max-age": "600",
            }
          : {},
      };
    case "POST":
      break;
    default:
      return problem(asked, 405, "method", { allow: "GET, HEAD, POST, OPTIONS" });
  }
  // Of an origin that may not send; but behind a proxy nobody here knows the one of the relay's own page.
  const isUnlisted = given !== null && given !== "null" && !origin;
  if (isUnlisted && !isSelf(request)) return forbidden(asked);
  const limit = relay.addressLimit === undefined ? ADDRESS_LIMIT : relay.addressLimit;
  const wait = limit && (await isTooMuch(visitorAddress(request, relay), limit, Date.now()));
  // A program that sends too much is not worth reading; a person's page keeps what was typed.
  if (wait && wantsJson(request)) return tooMuch(asked, wait);
  try {
    asked.lead = bounded(
      isSealed(request) ? await readSealed(request, sealSecrets(relay)) : await readLead(request),
      (field) => isKnown(form, field),
    );
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    // A secret that is gone may be put back.
    const later = error.status === 409 ? { "retry-after": "600" } : undefined;
    return isUnlisted
      ? forbidden(asked)
      : wait
        ? tooMuch(asked, wait)
        : problem(asked, error.status, error.code, later);
  }
  if (isUnlisted) {
    if (!(await isOwnPage(asked))) return forbidden(asked);
    asked.origin = given;
  }
  return wait ? tooMuch(asked, wait) : submit(Object.assign(asked, { env, lead: asked.lead }));
}

/** Of a form whose origins are wrong nobody can tell which page may send it. */
function forbidden(asked: Found): Promise<Answer> {
  mustTake(asked.relay, asked.name);
  return problem(asked, 403, "origin.forbidden");
}

const tooMuch = (asked: Asked, wait: number): Promise<Answer> =>
  problem(asked, 429, "address.limit", { "retry-after": String(Math.ceil(wait / 1000)) });

const unavailable = (asked: Asked): Promise<Answer> =>
  problem(asked, 503, isUnsure(asked) ? "outbox.unknown" : "outbox.unavailable", {
    "retry-after": "30",
  });

/** Whether the lead may have been taken: just now, or when it came first. */
const isUnsure = ({ offered, lead }: Asked): boolean =>
  offered === true || lead?.own["again"] !== undefined;

/** What broke ends here: the visitor is told what is so, and the log where to look. A message of another's may hold a value. */
async function failed(asked: Asked, error: unknown): Promise<Response> {
  const ours = error instanceof FieldpostError;
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  const where = /^ +at .+$/m.exec(stack)?.[0].trim() ?? "";
  log("relay.failed", {
    form: asked.name,
    code: ours ? error.code : name,
    message: ours ? error.message : "",
    where,
  });
  if (asked.url.pathname.startsWith("/operator"))
    return respond(json(500, { code: "relay.failed" }));
  const code = ours && error.code === "relay.options" ? error.code : "relay.failed";
  const tell = (known: Asked): Promise<Answer> =>
    problem(known, 500, isUnsure(known) ? "outbox.unknown" : code, { "retry-after": "60" });
  const { request, url, origin } = asked;
  // What broke may be the form's own, and would break its page, too.
  return respond(
    await tell(asked).catch(() =>
      tell({ request, url, origin, name: "", offered: isUnsure(asked) }),
    ),
    origin,
  );
}

/** `GET /leads/{form}`: the rules, and a token for the page. */
async function describe({ relay, name, form, origin }: Found, holder: Holder): Promise<Answer> {
  // A page must not be told of rules that nobody can hold a lead to.
  compiled(relay, name);
  const { token, expires } = await issueToken(
    newest(relay),
    name,
    origin ?? form.origins[0] ?? "",
    Date.now(),
    holder,
  );
  const body: RelayForm = {
    v: Number(WIRE_VERSION),
    spec: { fields: form.fields },
    token,
    expires,
    sealKey: await sealKey(sealSecrets(relay)[0] as string),
  };
  return json(200, body);
}

async function submit(submission: Submission): Promise<Answer> {
  const { relay, name, form, lead, url, env } = submission;
  const { own } = lead;
  // What was typed stands on the page that says so.
  mustTake(relay, name);
  if (own["v"] !== undefined && own["v"] !== WIRE_VERSION)
    return problem(submission, 400, "wire.version");
  if (own["key"] !== undefined && !isKey(own["key"]))
    return problem(submission, 400, "key.invalid");

  const trapped =
    form.trap !== undefined &&
    lead.fields.some(([field, value]) => field === form.trap && value !== "");
  const fields = entered(form, lead);
  const report = attempt(relay, name, fields);
  if (lead.cut && report !== "trapped")
    report.issues.push({
      field: "",
      code: "body.fields",
      severity: "warning",
      message: speakerOf(submission).say("body.fields"),
    });
  const wrong = report !== "trapped" && !report.ok;
  // A native submit's key is a guess, and a form that is wrong is not worth asking for.
  if (wrong && own["key"] === undefined && own["again"] === undefined)
    return refuse(submission, report.issues);
  const { keys, bodyHash } = await identify(submission);
  let key = keys[0] as string;
  // The rules may have changed since the same lead was taken: then its answer stands. An acceptance looks its own key up;
  // a native submit may be known by the window before, too.
  let before = await look(submission, wrong || lead.sealed ? keys : keys.slice(1), bodyHash);
  // Of a lead that waited in a browser nobody sees any more what it was, so none of them is refused: a person looks at it.
  const reused = lead.sealed && before?.state === "conflict";
  if (reused)
    before = await look(submission, [(key += `:${await hmac(newest(relay), bodyHash)}`)], bodyHash);
  if (!before) return unavailable(submission);
  if (before.state !== "free") return tell(submission, before, []);
  if (wrong && !lead.sealed) return refuse(submission, report.issues);
  if (form.turnstile) {
    const reserved = await take(env, relay, "reserve", { key, bodyHash }).catch(away);
    if (!reserved) return unavailable(submission);
    if (reserved.state === "running")
      return problem(submission, 409, "key.running", { "retry-after": "1" });
    if (reserved.state !== "free") return tell(submission, reserved, []);
  }

  const review = await suspicion(submission, trapped, key, (nonce) =>
    spendFor(submission, nonce, key),
  );
  if (!review) return unavailable(submission);
  if (review.length > 0 && report !== "trapped" && (await isLetThrough(submission, report.values)))
    review.length = 0;
  const trap = report === "trapped";
  const raw = trap || wrong;
  if (trap) review.push("wasm.trap");
  if (wrong) review.push("lead.invalid");
  if (reused) review.push("key.reused");
  const offer: Offer = {
    key,
    bodyHash,
    form: name,
    lead: JSON.stringify(raw ? fields : report.values),
    visitor: JSON.stringify(trap ? {} : visitor(submission, report)),
    ...(await hashesOf(
      relay,
      raw ? personsAsTyped(relay, name, fields) : personsOf(form, report.values),
      key,
      bodyHash,
    )),
    review,
    ...(submission.spends !== undefined && { nonce: submission.spends }),
    targets: form.deliver.map((target) => target.account),
    ...(raw && { raw }),
    ...(wrong && { issues: errorsOf(report) }),
    ...((review.length > 0 || submission.spends !== undefined) && {
      source: await sourceOf(submission),
    }),
  };
  submission.offered = true;
  const accepted = await take(env, relay, "accept", offer).catch(away);
  if (!accepted) return unavailable(submission);
  const issues = raw ? [] : report.issues;
  const isSuspect = review.length > 0 || accepted.held === true;
  // Nobody delivers what waits for a person.
  if (
    accepted.state === "queued" &&
    !isSuspect &&
    url.searchParams.has("wait") &&
    wantsJson(submission.request)
  ) {
    accepted.state = await outcome(env, accepted.at, key);
  }
  return tell(submission, accepted, issues, isSuspect);
}

/** Whether a person has said that this form's suspects from such a sender go on. Where nobody can be asked, they wait. */
async function isLetThrough(
  { env, relay, name, form }: Submission,
  values: Record<string, unknown>,
): Promise<boolean> {
  const emails = personsOf(form, values).flatMap(([kind, text]) => (kind === "email" ? text : []));
  if (emails.length === 0) return false;
  const hashes = await Promise.all(emails.map((email) => sought(relay, { email })));
  const domains = emails.map((email) => email.slice(email.lastIndexOf("@") + 1));
  const senders = [...domains, ...hashes.flatMap(({ keyed }) => keyed)];
  return atDesk<boolean>(env, relay, "pass/of", { form: name, senders }).catch(() => false);
}

/** Where a suspect comes from, for its share of the review: nothing that anybody else could tell an address by. */
async function sourceOf({ request, relay }: Submission): Promise<string> {
  const address = visitorAddress(request, relay);
  return address ? hmac(newest(relay), joined(["fieldpost source", household(address)])) : "";
}

/** The form's verdict. A module that stops is made anew and asked once more; then the lead is kept as it came. */
function attempt(
  relay: RelayOptions,
  name: string,
  fields: readonly [string, unknown][],
): Report | "trapped" {
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

/** What stops a lead, for a person who looks at it: names of fields and codes. */
const errorsOf = ({ issues }: Report): string =>
  issues
    .filter(({ severity }) => severity === "error")
    .slice(0, 20)
    .map(({ field, code }) => `${encodeURIComponent(field)}:${code}`)
    .join(" ");

/** The lead of one of these keys, where it is known already. Nothing where an outbox that may know it is away. */
async function look(
  { env, relay }: Submission,
  keys: readonly string[],
  bodyHash: string,
): Promise<Located | undefined> {
  for (const key of keys) {
    const found = await known(env, relay, { key, bodyHash }).catch(away);
    if (found?.state !== "free") return found;
  }
  return { id: "", state: "free", at: "" };
}

/** An outbox that cannot be asked. */
const away = (): undefined => undefined;

/** What is kept beside the form's values: what the visitor agreed to, and where they came from only with every consent. */
function visitor(
  { request, relay, form, lead }: Submission,
  report: Report,
): Record<string, string> {
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
    page: own["page"],
    query: own["query"]?.replace(/^\?/, ""),
    referrer: own["referrer"],
    first: own["first"],
    last: own["last"],
    pardot: own["pardot"],
    cookie: own["mkto_trk"],
    ip: visitorAddress(request, relay) ?? undefined,
    userAgent: request.headers.get("user-agent") ?? undefined,
  };
  const bounded = Object.entries(given).flatMap(([name, value]) =>
    value ? [[name, value.slice(0, 2_000)]] : [],
  );
  // The owner's own words, whole: what was agreed to is no proof without its end.
  return { consents: consents.toString(), ...Object.fromEntries(bounded) };
}

/** Spends a form token for this lead: where one outbox keeps both, with the lead and in the same write. */
async function spendFor(submission: Submission, nonce: string, key: string): Promise<Spending> {
  try {
    const spending = await spend(submission.env, submission.relay, nonce, key);
    if (spending === "with the lead") submission.spends = nonce;
    return spending === "spent" ? "spent" : "free";
  } catch {
    return "away";
  }
}

/** Answers for a lead that the outbox holds. */
async function tell(
  submission: Submission,
  { id, state }: Located,
  issues: Issue[],
  isSuspect = false,
): Promise<Answer> {
  if (state === "conflict") return problem(submission, 422, "key.reused");
  // Only suspects wait when the review is full; everybody else's outbox has its own bound.
  if (state === "full" && isSuspect)
    return problem(submission, 429, "review.full", { "retry-after": "600" });
  if (state === "full") return problem(submission, 503, "outbox.full", { "retry-after": "60" });
  if (!wantsJson(submission.request)) return redirect(submission.form.thanks);
  const translated = issues.length > 0 ? [...speakerOf(submission).translate(issues)] : issues;
  return answer(state === "stored" ? 200 : 202, {
    id,
    state: state === "stored" ? "stored" : "queued",
    issues: translated,
  });
}
