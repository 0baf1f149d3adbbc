// Who is at the operator's desk, and what they may do.
import { FieldpostError } from "../../core/errors.js";
import { visitorAddress } from "../http/address.js";
import { isTooMuch } from "../http/share.js";
import { hmac, same, sha256 } from "../host/hash.js";
import { log } from "../host/log.js";
import { newest } from "../http/submission.js";
import { NEEDS, OTHERS, type Right } from "../desk.gen.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { atDesk } from "../outbox/shards.js";
import type { Audited, Session } from "../outbox/desk.js";
import { asserted } from "./access.js";

/** Somebody who is known. */
export interface Person {
  who: string;
  rights: ReadonlySet<Right>;
  /** They want to see values now, which is written down. */
  values: boolean;
  /** The hash of their session's token. */
  session?: string;
  until?: number;
}

/** A session ends by itself after this long. */
const SESSION = 12 * 60 * 60 * 1000;

/** So many keys may be tried from one address in a minute. */
const TRIES = { leads: 10, seconds: 60 };

/** The two keys of the options without names. */
const PLAIN = "operator";
const VALUES = "values";

/** Every key of the options, by name, with what it allows. */
const keysOf = (relay: RelayOptions): [name: string, key: string, rights: readonly Right[]][] => [
  ...(relay.operatorKey === undefined
    ? []
    : [[PLAIN, relay.operatorKey, ["view", "operate"]] as [string, string, Right[]]]),
  ...(relay.valueKey === undefined
    ? []
    : [[VALUES, relay.valueKey, ["values"]] as [string, string, Right[]]]),
  ...Object.entries(relay.operators ?? {}).map(
    ([name, { key, rights }]) => [name, key, rights] as [string, string, readonly Right[]],
  ),
];

/** Whether there is anybody for whom the console is. */
export const hasDesk = (relay: RelayOptions): boolean =>
  relay.operatorKey !== undefined || relay.operators !== undefined || relay.access !== undefined;

/** The key that somebody gave, if it is one. All are compared, so that the time says nothing. */
async function found(
  given: string | null | undefined,
  relay: RelayOptions,
): Promise<[name: string, key: string, rights: readonly Right[]] | undefined> {
  if (!given) return undefined;
  const all = keysOf(relay);
  const fits = await Promise.all(all.map(([, key]) => same(given, key)));
  return all[fits.indexOf(true)];
}

/**
 * What tells later whether a key is still the same: nothing that the key could be guessed by. A relay without a secret says so at
 * the console, which opens therefore without one.
 */
const markOf = (relay: RelayOptions, key: string): Promise<string> =>
  hmac(newest(relay) || key, `fieldpost session ${key}`);

const bearer = (request: Request): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];

/** On a loopback address there is no TLS, and no browser would send a cookie that asks for it. */
const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);

const cookieName = (url: URL): string =>
  isLoopback(url) ? "fieldpost-desk" : "__Host-fieldpost-desk";

function cookieOf(request: Request, url: URL): string | undefined {
  const name = `${cookieName(url)}=`;
  return (request.headers.get("cookie") ?? "")
    .split(/;\s*/)
    .find((one) => one.startsWith(name))
    ?.slice(name.length);
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
  if (given !== undefined) return ofKey(given, request, relay);
  const isAsserted = relay.access !== undefined && request.headers.has("cf-access-jwt-assertion");
  const token = cookieOf(request, url);
  if (!isAsserted && token === undefined) return "operator.key";
  if (!isConsole(request)) return "operator.origin";
  const asksValues = request.headers.get("fieldpost-values") === "1";
  if (isAsserted) {
    const email = await asserted(request, relay);
    const rights = email === undefined ? undefined : relay.access?.people[email];
    if (email !== undefined && rights)
      return { who: email, rights: new Set(rights), values: asksValues };
    log("sign.refused", { by: "access" });
    return "operator.session";
  }
  const session = await sha256(token as string);
  const known = await atDesk<Omit<Session, "token"> | null>(env, relay, "session", {
    token: session,
  });
  if (!known) return "operator.session";
  const rights = await rightsOf(known.keys, relay);
  return rights.size === 0
    ? "operator.session"
    : { who: known.who, rights, values: asksValues, session, until: known.until };
}

async function ofKey(
  given: string,
  request: Request,
  relay: RelayOptions,
): Promise<Person | "operator.key"> {
  const own = await found(given, relay);
  // The key for values opens nothing by itself.
  if (!own || own[0] === VALUES) return "operator.key";
  const [who, , rights] = own;
  const second = request.headers.get("fieldpost-value-key");
  const sees = second !== null && (await found(second, relay))?.[2].includes("values");
  const all = new Set<Right>([...rights, ...(sees ? (["values"] as const) : [])]);
  return {
    who,
    rights: all,
    values: second !== null || request.headers.get("fieldpost-values") === "1",
  };
}

/** What the keys of a session allow now: one that is gone or another one allows nothing. */
async function rightsOf(keys: Session["keys"], relay: RelayOptions): Promise<Set<Right>> {
  const rights = new Set<Right>();
  for (const [name, key, own] of keysOf(relay)) {
    const mark = keys.find(([known]) => known === name)?.[1];
    if (mark !== undefined && mark === (await markOf(relay, key)))
      for (const right of own) rights.add(right);
  }
  // Whoever has lost the first key has nothing to see values of.
  return rights.has("view") || rights.has("operate") ? rights : new Set();
}

/** The rights that a call needs and somebody lacks. */
export const lacks = (call: string, { rights }: Person): Right[] =>
  (NEEDS[call] ?? OTHERS).filter((right) => !rights.has(right));

/** What the console asks first: who is there. */
interface Shown {
  who: string;
  rights: Right[];
  until: number | null;
}

export const shown = ({ who, rights, until }: Person): Shown => ({
  who,
  rights: [...rights],
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
  given: Record<string, unknown>,
  request: Request,
  url: URL,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<SignedIn> {
  if (!isConsole(request)) return { status: 403, code: "operator.origin" };
  const address = visitorAddress(request, relay);
  const wait = await isTooMuch(address === null ? null : `${address} desk`, TRIES, Date.now());
  if (wait) return { status: 429, code: "address.limit", wait };
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
  const who = own?.[0] ?? known?.who;
  if (who === undefined || (typeof key === "string" && (!own || own[0] === VALUES))) {
    log("sign.refused", { by: "key" });
    return { status: 401, code: "operator.key" };
  }
  if (valueKey !== undefined && !second?.[2].includes("values")) {
    log("values.refused", { what: "session" });
    return { status: 403, code: "value.key" };
  }
  const marked = await Promise.all(
    [own, second].flatMap((one) =>
      one ? [markOf(relay, one[1]).then((mark): [string, string] => [one[0], mark])] : [],
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
  const rights = await rightsOf(keys, relay);
  return {
    status: 200,
    cookie: setCookie(url, token, SESSION / 1000),
    shown: { who, rights: [...rights], until },
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
    if (!(error instanceof FieldpostError && error.code === "outbox.failed")) throw error;
  });
}
