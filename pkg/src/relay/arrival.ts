// A request's way from its first line to its answer. `src/relay/arrival.rs` says what is done next; this does it, and says
// what came of it.
import { steady } from "../core/edge.js";
import type { Issue, RelayForm, Report } from "../core/types.js";
import { WIRE_VERSION } from "../core/wire.gen.js";
import {
  type Ask,
  ASKS,
  Fact,
  type Holder,
  type ReviewCode,
  REASONS,
  Spending,
  STATES,
} from "./arrival.gen.js";
import { hmac } from "./host/hash.js";
import { visitorAddress } from "./http/address.js";
import { type Answer, answer, json, redirect, wantsJson } from "./http/answer.js";
import { ANSWERS, type AnswerRow } from "./http/answers.gen.js";
import { bounded, Unreadable } from "./http/body.js";
import { isNear, isSelf } from "./http/origin.js";
import { describePage, problem, refuse, rowOf, ofBody, translated } from "./http/problem.js";
import { readAny, sealKey, sealSecrets } from "./http/seal.js";
import { isTooMuch, sourceOf } from "./http/share.js";
import {
  challengeOf,
  entered,
  type Found,
  identify,
  isKey,
  pageFields,
  isTrapped,
  newest,
} from "./http/submission.js";
import { issueToken, judgeToken } from "./http/token.js";
import { verify } from "./http/turnstile.js";
import { compiled } from "./lead/check.js";
import type { Lead } from "./lead/lead.js";
import { lockedOf } from "./lead/locked.js";
import { attempt, errorsOf, visitorOf } from "./lead/offer.js";
import { emailsOf, hashesOf, personsAsTyped, personsOf, sought } from "./lead/persons.js";
import { DEFAULTS } from "./options.gen.js";
import { mustTake, type RelayEnv, type TurnstileOptions } from "./options.js";
import type { Offer } from "./outbox/acceptance.js";
import {
  accept,
  atDesk,
  isSpent,
  keepersOf,
  known,
  type Located,
  outcome,
  reserve,
} from "./outbox/shards.js";

/** A request for a form, with what has come of it so far. */
interface Arriving extends Found {
  env: RelayEnv;
  /** What the machine holds of it. */
  state: number;
  lead: Lead;
  fields: Lead["fields"];
  /** Nothing of a lead that could not be checked. */
  report?: Report | undefined;
  /** What is told beside the answer. */
  issues: Issue[];
  keys: readonly string[];
  /** The one that is asked about. */
  at: number;
  key: string;
  bodyHash: string;
  /** What an outbox says of it. */
  located: Located;
  nonce: string;
  /** The shards that are to spend the token. */
  keepers: readonly string[];
  /** The nonce, where the outbox spends it with the lead. */
  spends?: { nonce: string } | undefined;
  source?: { source: string };
}

type Question = (arriving: Arriving) => number | Promise<number>;
type End = (arriving: Arriving) => Answer | Promise<Answer>;

/** What follows of a request for a form. */
export async function arrive(found: Found, env: RelayEnv): Promise<Answer> {
  const arriving: Arriving = Object.assign(found, {
    env,
    state: 0,
    lead: found.lead as Lead,
    fields: [],
    issues: [],
    keys: [],
    at: 0,
    key: "",
    bodyHash: "",
    located: { id: "", state: "free" as const, at: "" },
    nonce: "",
    keepers: [],
  });
  for (;;) {
    const ask = ASKS[arriving.state % 32] as Ask;
    const end = ENDS[ask];
    if (end) return end(arriving);
    const heard = await (QUESTIONS[ask] as Question)(arriving);
    arriving.state = steady((glue) => glue.arrive(arriving.state, heard));
  }
}

/** A fact's bit, where it is one. */
const bit = (is: boolean, fact: Fact): number => Number(is) * fact;

const METHODS: Readonly<Record<string, Fact>> = {
  GET: Fact.Reads,
  HEAD: Fact.Reads,
  OPTIONS: Fact.Preflight,
  POST: Fact.Sends,
};

const QUESTIONS: { [Name in Ask]?: Question } = {
  meet: ({ request, url, origin }) => {
    const given = request.headers.get("origin");
    return (
      (METHODS[request.method] ?? 0) +
      bit(wantsJson(request), Fact.Program) +
      bit(given !== null, Fact.Origin) +
      bit(given === "null", Fact.Opaque) +
      bit(given === origin, Fact.Listed) +
      bit(isSelf(request), Fact.Own) +
      bit(isNear(request), Fact.Near) +
      bit(request.headers.has("sec-fetch-site"), Fact.Browser) +
      bit(url.searchParams.has("wait"), Fact.Waits)
    );
  },
  share: async (arriving) => {
    const { request, relay } = arriving;
    const limit = relay.addressLimit === undefined ? DEFAULTS.addressLimit : relay.addressLimit;
    const wait = limit
      ? await isTooMuch(visitorAddress(request, relay), limit, Date.now())
      : undefined;
    Object.assign(arriving, { wait });
    return wait === undefined ? 0 : 1;
  },
  read: async (arriving) => {
    const { request, relay, form } = arriving;
    try {
      arriving.lead = bounded(await readAny(request, relay), () => pageFields(form));
      return 0;
    } catch (error) {
      if (error instanceof Unreadable) return rowOf(error.code) + 1;
      throw error;
    }
  },
  ownPage: async (arriving) => (await judged(arriving, [arriving.url.origin])).says,
  adopt: (arriving) => {
    arriving.origin = arriving.request.headers.get("origin");
    return 0;
  },
  check: (arriving) => {
    const { relay, name, form, lead } = arriving;
    const { v = WIRE_VERSION, key, again, token = "" } = lead.own;
    // What was typed stands on the page that says so.
    mustTake(relay, name);
    arriving.fields = entered(form, lead);
    const report = (arriving.report = attempt(relay, name, arriving.fields));
    report?.issues.push(...ofBody(arriving, lead));
    return (
      bit(v !== WIRE_VERSION, Fact.Version) +
      bit(key !== undefined, Fact.Keyed) +
      bit(!isKey(key ?? ""), Fact.Keyless) +
      bit(again !== undefined, Fact.Again) +
      bit(lead.sealed !== undefined, Fact.Sealed) +
      bit(report?.ok === false, Fact.Wrong) +
      bit(report === undefined, Fact.Stopped) +
      bit(isTrapped(form, lead), Fact.Filled) +
      bit(form.turnstile !== undefined, Fact.Challenged) +
      bit(token === "", Fact.Bare)
    );
  },
  look: (arriving) => look(arriving, 0),
  lookBefore: (arriving) => look(arriving, 1),
  lookNext: (arriving) => lookNext(arriving),
  lookAnew: async (arriving) => {
    const { relay, bodyHash } = arriving;
    arriving.keys = [(arriving.key += `:${await hmac(newest(relay), bodyHash)}`)];
    arriving.at = 0;
    return lookNext(arriving);
  },
  reserve: (arriving) => {
    const { env, relay, key, bodyHash } = arriving;
    return heard(arriving, reserve(env, relay, { key, bodyHash }));
  },
  token: async (arriving) => {
    const { url, origin } = arriving;
    const { says, nonce } = await judged(arriving, [
      url.origin,
      ...(origin === null ? [] : [origin]),
    ]);
    arriving.nonce = nonce;
    return says;
  },
  keepers: async (arriving) => {
    const { env, relay, nonce, key } = arriving;
    try {
      const { ofToken, all } = await keepersOf(env, relay, nonce, key);
      arriving.keepers = ofToken;
      return all;
    } catch {
      return 0;
    }
  },
  beside: (arriving) => {
    arriving.spends = { nonce: arriving.nonce };
    return 0;
  },
  spend: async (arriving) => {
    const { env, relay, nonce, key } = arriving;
    const [shard, ...rest] = arriving.keepers;
    arriving.keepers = rest;
    const more = rest[0] === undefined ? 0 : (STATES["more"] as number);
    try {
      const spent = await isSpent(env, relay, shard as string, { nonce, key });
      return Number(spent) * Spending.Spent + more;
    } catch {
      return Spending.Away;
    }
  },
  challenge: ({ request, relay, form, lead, url, origin, key }) => {
    const origins = [...form.origins, url.origin, ...(origin === null ? [] : [origin])];
    const hosts = origins.map((one) => new URL(one).hostname);
    return verify(
      form.turnstile as TurnstileOptions,
      hosts,
      challengeOf(lead),
      visitorAddress(request, relay),
      key,
    );
  },
  // Where nobody can be asked, it waits.
  pass: (arriving) => isLetThrough(arriving).then(Number, () => 0),
  source: async (arriving) => {
    const { request, relay } = arriving;
    const source = await sourceOf(newest(relay), visitorAddress(request, relay));
    arriving.source = { source };
    return 0;
  },
  offer: async (arriving) => {
    const { form, key, bodyHash, relay } = arriving;
    const { values, issues } = arriving.report as Report;
    arriving.issues = issues;
    return offer(arriving, {
      lead: JSON.stringify(values),
      ...(await hashesOf(relay, personsOf(form, values), key, bodyHash)),
    });
  },
  offerRaw: async (arriving) => {
    const { relay, name, fields, report, key, bodyHash } = arriving;
    return offer(arriving, {
      lead: JSON.stringify(fields),
      ...(await hashesOf(relay, personsAsTyped(relay, name, fields), key, bodyHash)),
      raw: true,
      ...(report && { issues: errorsOf(report) }),
    });
  },
  wait: async (arriving) => {
    const { env, located, key } = arriving;
    return STATES[await outcome(env, located.at, key)] ?? 0;
  },
};

const ENDS: { [Name in Ask]?: End } = {
  describe,
  describePage: (arriving) => {
    mustTake(arriving.relay, arriving.name);
    return describePage(arriving);
  },
  // The page's own calls need no preflight; a server's page that sends JSON gets an answer all the same.
  allow: ({ origin }) => ({
    status: 204,
    body: null,
    headers:
      origin !== null
        ? {
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "content-type",
            "access-control-max-age": "600",
          }
        : {},
  }),
  /** Of a form whose origins are wrong nobody can tell which page may send it. */
  forbid: (arriving) => {
    mustTake(arriving.relay, arriving.name);
    return problem(arriving, 403, "origin.forbidden");
  },
  say: (arriving) => {
    const { status, code, headers } = rowSaid(arriving);
    const { wait } = arriving;
    return problem(arriving, status, code as Exclude<typeof code, "">, {
      ...headers,
      ...(wait !== undefined && { "retry-after": String(Math.ceil(wait / 1000)) }),
    });
  },
  refuse: (arriving) => refuse(arriving, (arriving.report as Report).issues),
  thank: ({ form }) => redirect(form.thanks),
  took: (arriving) => {
    const { status, state } = rowSaid(arriving);
    const { located, issues } = arriving;
    return answer(status, { id: located.id, state, issues: translated(arriving, issues) });
  },
};

/** The row of the table that is answered. */
const rowSaid = ({ state }: Arriving): AnswerRow =>
  ANSWERS[Math.floor(state / 32) % 32] as AnswerRow;

/** Why a person should look at the lead. */
const reasonsOf = ({ state }: Arriving): ReviewCode[] =>
  REASONS.flatMap((reason, at) =>
    new Array<ReviewCode>(Math.floor(state / 2 ** (at + 10)) % 2).fill(reason),
  );

/** `GET /leads/{form}`: the rules, and a token for the page, or for a server that renders one. */
async function describe({ request, relay, name, form, origin }: Arriving): Promise<Answer> {
  mustTake(relay, name);
  // A page must not be told of rules that nobody can hold a lead to.
  compiled(relay, name);
  const [to, holder]: [string, Holder] =
    request.headers.get("origin") === null
      ? [form.origins[0] ?? "", "server"]
      : [origin ?? "", "page"];
  const { token, expires } = await issueToken(newest(relay), name, to, Date.now(), holder);
  const body: RelayForm = {
    v: Number(WIRE_VERSION),
    spec: { fields: form.fields },
    token,
    expires,
    sealKey: await sealKey(sealSecrets(relay)[0] as string),
  };
  return json(200, body);
}

/** The lead's form token, which a page of any of the form's origins may have got, or of these. */
const judged = (
  { relay, name, form, lead }: Arriving,
  others: readonly string[],
): ReturnType<typeof judgeToken> =>
  judgeToken(
    [relay.secret].flat(),
    name,
    [...form.origins, ...others],
    lead.own["token"] ?? "",
    Date.now(),
  );

/** Finds the lead's keys, and asks who has one of them. */
async function look(arriving: Arriving, from: number): Promise<number> {
  const { keys, bodyHash } = await identify(arriving);
  Object.assign(arriving, { keys, bodyHash, key: keys[0], at: from });
  return lookNext(arriving);
}

/** Asks who has the key that comes next; nobody has none. */
async function lookNext(arriving: Arriving): Promise<number> {
  const { env, relay, keys, bodyHash } = arriving;
  const key = keys[arriving.at++];
  if (key === undefined) return STATES["free"] as number;
  const more = keys[arriving.at] === undefined ? 0 : (STATES["more"] as number);
  return (await heard(arriving, known(env, relay, { key, bodyHash }))) + more;
}

/** What an outbox says of the lead; one that cannot be asked says nothing. */
async function heard(arriving: Arriving, asked: Promise<Located>): Promise<number> {
  try {
    const located = (arriving.located = await asked);
    const held = Number(located.held ?? false) * (STATES["held"] as number);
    return (STATES[located.state] ?? 0) + held;
  } catch {
    return 0;
  }
}

/** Offers a lead to its outbox. */
function offer(
  arriving: Arriving,
  own: Omit<Offer, "key" | "bodyHash" | "form" | "visitor" | "review" | "targets">,
): Promise<number> {
  const { env, relay, name, form, request, lead, report, key, bodyHash, spends, source } = arriving;
  const address = visitorAddress(request, relay);
  const visitor = report
    ? visitorOf(form, lead, report, address, request.headers.get("user-agent"))
    : {};
  arriving.offered = true;
  const whole: Offer = {
    key,
    bodyHash,
    form: name,
    visitor: JSON.stringify(visitor),
    review: reasonsOf(arriving),
    targets: form.deliver.map(({ account }) => account),
    ...own,
    ...spends,
    ...source,
  };
  // Locked here, where waiting for that holds up no other lead.
  const offered = lockedOf(relay, whole).then((kept) => accept(env, relay, kept));
  return heard(arriving, offered);
}

/** Whether a person has said that this form's suspects from such a sender go on. */
async function isLetThrough({ env, relay, name, form, report }: Arriving): Promise<boolean> {
  const emails = emailsOf(form, (report as Report).values);
  const hashes = await Promise.all(emails.map((email) => sought(relay, { email })));
  const domains = emails.map((email) => email.slice(email.lastIndexOf("@") + 1));
  const senders = [...domains, ...hashes.flatMap(({ keyed }) => keyed)];
  return atDesk<boolean>(env, relay, "pass/of", { form: name, senders });
}
