// Who is at the operator's desk, and what they may do.
import { visitorAddress } from "../http/address.js";
import { isTooMuch } from "../http/share.js";
import { ObjectRefusal } from "../host/consult.js";
import { facts } from "../host/facts.js";
import { hmac, hmacFits, same, sha256 } from "../host/hash.js";
import { log } from "../host/log.js";
import { newest } from "../http/submission.js";
import { ASKS, KEYS, NEEDS, OTHERS, type Right, SECOND, SIGNS, STAYS } from "../desk.gen.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { atDesk } from "../outbox/shards.js";
import type { Audited, Session } from "../outbox/desk.js";
import { asserted } from "./access.js";
import type { Given } from "./given.js";

/** What somebody may do. */
type Rights = Partial<Record<Right, true>>;

/** Somebody who is known. */
export interface Person {
  who: string;
  rights: Rights;
  /** They want to see values now, which is written down. */
  values?: true;
  /** The hash of their session's token. */
  session?: string;
  until?: number;
}

/** A session ends by itself after this long. */
const SESSION = 12 * 60 * 60 * 1000;

/** So many keys may be tried from one address in a minute. */
const TRIES = { leads: 10, seconds: 60 };

/** A key of the options, and what it allows. */
interface Key {
  name: string;
  key: string;
  rights: Rights;
}

const rightsFrom = (rights: readonly Right[]): Rights =>
  Object.fromEntries(rights.map((right) => [right, true]));

/** Every key of the options. */
const keysOf = (relay: RelayOptions): Key[] => [
  ...KEYS.flatMap(([name, option, rights]) => {
    const key = relay[option];
    return key === undefined ? [] : [{ name, key, rights: rightsFrom(rights) }];
  }),
  ...Object.entries(relay.operators ?? {}).map(([name, { key, rights }]) => ({
    name,
    key,
    rights: rightsFrom(rights),
  })),
];

/** Whether there is anybody for whom the console is. */
export const hasDesk = (relay: RelayOptions): boolean =>
  relay.operatorKey !== undefined || relay.operators !== undefined || relay.access !== undefined;

/** The key that somebody gave, if it is one. All are compared, so that the time says nothing. */
async function found(
  given: string | null | undefined,
  relay: RelayOptions,
): Promise<Key | undefined> {
  if (given === null || given === undefined || given === "") return undefined;
  const all = keysOf(relay);
  const fits = await Promise.all(all.map(({ key }) => same(given, key)));
  return all[fits.indexOf(true)];
}

/**
 * What tells later whether a key is still the same: nothing that the key could be guessed by. A relay without a secret says so at
 * the console, which opens therefore without one.
 */
const markOf = (relay: RelayOptions, key: string): Promise<string> =>
  hmac(newest(relay) || key, session(key));

const session = (key: string): string => `fieldpost session ${key}`;

const bearer = (request: Request): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];

/** On a loopback address there is no TLS, and no browser would send a cookie that asks for it. */
const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);

const cookieName = (url: URL): string =>
  isLoopback(url) ? "fieldpost-desk" : "__Host-fieldpost-desk";

function cookieOf(request: Request, url: URL): string | undefined {
  const name = cookieName(url);
  const given = (request.headers.get("cookie") ?? "").split(/;\s*/);
  // The first of several counts.
  const values = new Map(given.reverse().map((one) => [one.split("=", 1)[0], one]));
  return values.get(name)?.slice(name.length + 1);
}

const setCookie = (url: URL, value: string, seconds: number): string =>
  `${cookieName(url)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isLoopback(url) ? "" : "; Secure"}`;

/**
 * Whether a call that a browser adds somebody's cookie to comes from the console: a header that no other origin's page may
 * send, and what the browser itself says.
 */
const isConsole = (request: Request): boolean =>
  request.headers.has("fieldpost-console") &&
  ["same-origin", "none", null].includes(request.headers.get("sec-fetch-site"));

/** Who asks; else the code of why nobody knows. */
export async function personOf(
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Person | "operator.key" | "operator.session" | "operator.origin"> {
  const given = bearer(request);
  const isAsserted = relay.access !== undefined && request.headers.has("cf-access-jwt-assertion");
  const token = cookieOf(request, url);
  const has = facts(given !== undefined, isAsserted, token !== undefined, isConsole(request));
  const how = ASKS[has];
  switch (how) {
    case "key":
      return ofKey(given as string, request, relay);
    case "assertion":
      return ofAssertion(request, relay);
    case "session":
      return ofSession(token as string, request, env, relay);
    default:
      return how as "operator.key" | "operator.origin";
  }
}

/** Whether somebody who asks wants to see values. */
const wants = (request: Request): Pick<Person, "values"> =>
  request.headers.get("fieldpost-values") === "1" ? { values: true } : {};

async function ofAssertion(
  request: Request,
  relay: RelayOptions,
): Promise<Person | "operator.session"> {
  const who = await asserted(request, relay);
  const rights = relay.access?.people[who ?? ""];
  if (who !== undefined && rights) return { who, rights: rightsFrom(rights), ...wants(request) };
  log("sign.refused", { by: "access" });
  return "operator.session";
}

async function ofSession(
  token: string,
  request: Request,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Person | "operator.session"> {
  const session = await sha256(token);
  const known = await atDesk<Omit<Session, "token"> | null>(env, relay, "session", {
    token: session,
  });
  if (!known) return "operator.session";
  const rights = await rightsOf(known.keys, relay);
  return rights
    ? { who: known.who, rights, ...wants(request), session, until: known.until }
    : "operator.session";
}

async function ofKey(
  given: string,
  request: Request,
  relay: RelayOptions,
): Promise<Person | "operator.key"> {
  const own = await found(given, relay);
  if (!own || Object.hasOwn(SECOND, own.name)) return "operator.key";
  const second = request.headers.get("fieldpost-value-key");
  const { values } = (await found(second, relay))?.rights ?? {};
  return {
    who: own.name,
    rights: { ...own.rights, ...(values !== undefined && { values }) },
    ...wants(request),
    ...(second !== null && { values: true }),
  };
}

/** What the keys of a session allow now, where it is still one: a key that is gone or another one allows nothing. */
async function rightsOf(keys: Session["keys"], relay: RelayOptions): Promise<Rights | undefined> {
  const marks = new Map([...keys].reverse());
  const rights: Rights = {};
  for (const { name, key, rights: own } of keysOf(relay))
    if (await hmacFits(newest(relay) || key, session(key), marks.get(name) ?? ""))
      Object.assign(rights, own);
  return STAYS[facts(rights.view !== undefined, rights.operate !== undefined)] ? rights : undefined;
}

/** The first right that a call needs and somebody lacks; who wants to see values needs that one before all. */
export const lacking = (call: string, { rights, values }: Person): Right | undefined =>
  [...(values === undefined ? [] : (["values"] as const)), ...(NEEDS[call] ?? OTHERS)].filter(
    (right) => !Object.hasOwn(rights, right),
  )[0];

const named = (rights: Rights): Right[] => Object.keys(rights) as Right[];

/** What the console asks first: who is there. */
interface Shown {
  who: string;
  rights: Right[];
  until: number | null;
}

export const shown = ({ who, rights, until }: Person): Shown => ({
  who,
  rights: named(rights),
  until: until ?? null,
});

/** What came of a sign-in. */
export type SignedIn =
  | { status: 200; cookie: string; shown: Shown }
  | { status: 401; code: "operator.key" }
  | { status: 403; code: "operator.origin" | "value.key" }
  | { status: 429; code: "address.limit"; wait: number };

/** Begins a session with a key, or adds the key for values to the one that there is. */
export async function signIn(
  given: Given,
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<SignedIn> {
  if (!isConsole(request)) return { status: 403, code: "operator.origin" };
  const address = visitorAddress(request, relay);
  const wait = await isTooMuch(address === null ? null : `${address} desk`, TRIES, Date.now());
  if (wait !== undefined) return { status: 429, code: "address.limit", wait };
  const { key, valueKey } = given;
  const before = cookieOf(request, url);
  const known =
    before === undefined
      ? null
      : await atDesk<Omit<Session, "token"> | null>(env, relay, "session", {
          token: await sha256(before),
        });
  const own = typeof key === "string" ? await found(key, relay) : undefined;
  const second = typeof valueKey === "string" ? await found(valueKey, relay) : undefined;
  const opens = own !== undefined && !Object.hasOwn(SECOND, own.name);
  const came = facts(
    typeof key === "string",
    opens,
    known !== null,
    valueKey !== undefined,
    second?.rights.values !== undefined,
  );
  switch (SIGNS[came]) {
    case "operator.key":
      log("sign.refused", { by: "key" });
      return { status: 401, code: "operator.key" };
    case "value.key":
      log("values.refused", { what: "session" });
      return { status: 403, code: "value.key" };
  }
  const who = (own?.name ?? known?.who) as string;
  const marked = await Promise.all(
    [own, second].flatMap((one) =>
      one ? [markOf(relay, one.key).then((mark): [string, string] => [one.name, mark])] : [],
    ),
  );
  const keys = own ? marked : [...(known?.keys ?? []), ...marked];
  // Another token with each: what somebody has seen before opens nothing of what comes.
  const token = [...crypto.getRandomValues(new Uint8Array(32))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const until = Date.now() + SESSION;
  await atDesk(env, relay, "session/add", { token: await sha256(token), who, keys, until });
  if (before !== undefined)
    await atDesk(env, relay, "session/end", { token: await sha256(before) });
  log("signed.in", { who });
  await audit(env, relay, { who }, "sign in", second ? "with values" : "");
  const rights = (await rightsOf(keys, relay)) ?? {};
  return {
    status: 200,
    cookie: setCookie(url, token, SESSION / 1000),
    shown: { who, rights: named(rights), until },
  };
}

/** Ends a session for everybody who has its token. */
export async function signOut(
  person: Person,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<string> {
  if (person.session !== undefined) {
    await atDesk(env, relay, "session/end", { token: person.session });
    log("signed.out", { who: person.who });
    await audit(env, relay, person, "sign out", "");
  }
  return setCookie(url, "", 0);
}

/** Writes down who saw or changed what, before anybody hears of it. */
export function audit(
  env: RelayEnv,
  relay: RelayOptions,
  { who }: Pick<Person, "who">,
  what: string,
  about: string,
): Promise<unknown> {
  const line: Audited = { at: Date.now(), who, what, about: about.slice(0, 500) };
  return atDesk(env, relay, "audit/add", line).catch((error: unknown) => {
    // An object of the release before keeps no audit, and its own line is in the log all the same.
    if (!(error instanceof ObjectRefusal)) throw error;
  });
}
