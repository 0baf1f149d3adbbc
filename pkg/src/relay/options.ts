import type { Credentials } from "../core/account.gen.js";
import { FieldpostError } from "../core/errors.js";
import type { Messages } from "../messages/cascade.js";
import { Said } from "../core/said.gen.js";
import type { Account, FieldSpec } from "../core/types.js";
import { RIGHTS, type Right } from "./desk.gen.js";
import { isSpoken } from "./pages/language.js";
import { type Plan, PLANS } from "./host/platform.js";

export type { Credentials } from "../core/account.gen.js";

/** An account with what it takes to get its token. */
export interface RelayAccount extends Omit<Account, "token"> {
  credentials: Credentials;
  /** Hosts beside the system's own, as `host` or `host:port`. Only here, in code: never in stored state or a request. */
  allowHost?: string | readonly string[];
  /** What the relay may ask of the account, instead of half of what the system allows. Milliseconds. */
  limits?: { calls: number; window: number; atOnce: number };
  /** Where the system shows a record, with `{id}` in its place: the console links it. `https://…/leads/{id}`. */
  record?: string;
  /** The zone in which the account's day of calls is counted; for Marketo `America/Chicago`, else `UTC`. */
  timeZone?: string;
}

/** Where a form's leads go. */
export interface Target {
  /** A name of `accounts`. */
  account: string;
  /**
   * Parameter of the system → field of the form, or `@page`, `@query`, `@referrer`, or `@` and the name of a query
   * parameter (`@utm_source`; of the first or last touch `@first.utm_source`, `@last.gclid`), which are known only where
   * the visitor consented; of a consent that was given `@consent.terms.at`, `.purpose` and `.text`. A box that is not
   * ticked is not sent; `!stop` sends `false` where the box `stop` is ticked. What is not mapped is not sent.
   */
  map: Record<string, string>;
  /** Parameters that are the same for each lead: `formId`, `programId`, `campaign_id`, `stageId` … */
  constants?: Record<string, unknown>;
  /** What joins several values where the system takes one text; default `", "`. */
  join?: string;
  /**
   * Prospects: `phone` lets a phone alone say who somebody is. Who has the lead's phone is updated, and may be given its
   * e-mail where they have none; an e-mail that is there is never replaced. Without it a phone that somebody else has is
   * left out.
   */
  match?: "phone";
}

export interface RelayFormOptions {
  fields: Record<string, FieldSpec>;
  /** The exact origins of the pages that carry the form. */
  origins: readonly string[];
  /** Where a visitor without JavaScript goes after the lead was taken. */
  thanks: string;
  deliver: readonly Target[];
  /** What the form is about, on the relay's own pages. */
  title?: string;
  /** In which language the relay speaks to this form's visitors (BCP 47): `en`, `es` or `fr-CA`, or another with `messages`. */
  language?: string;
  /** The owner's own words, by code, before the language's: docs/messages.md lists what the relay says. */
  messages?: Messages;
  /** Where else a visitor can turn to, on the relay's own pages: an address that begins with https:, mailto: or tel:. */
  contact?: string;
  /** The name of a field that people do not see; what fills it is one sign of a robot, never a verdict. */
  trap?: string;
  /** Cloudflare Turnstile: who does not pass waits for a person. */
  turnstile?: TurnstileOptions;
}

export interface TurnstileOptions {
  /** The widget's secret, from a secret binding. */
  secret: string;
  /** The widget's action, where it has one. */
  action?: string;
  /** What asks instead of the host's `fetch`. */
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
  /** Where to ask; Cloudflare's own siteverify, but in tests. */
  siteverify?: string;
}

/** So many leads within so many seconds. */
export interface AddressLimit {
  leads: number;
  seconds: number;
}

export interface RelayOptions {
  forms: Record<string, RelayFormOptions>;
  accounts: Record<string, RelayAccount>;
  /** At least 32 random characters that sign form tokens; several while they rotate, newest first. */
  secret: string | readonly string[];
  /**
   * At least 32 random characters that open what browsers have saved; several while they rotate, newest first. Keep an old
   * one for 48 hours, and for as long as pages are open that were given its key. Where there is none, `secret` opens it.
   */
  sealSecret?: string | readonly string[];
  /** What an operator sends in `Authorization: Bearer`; without it there is no operator interface. */
  operatorKey?: string;
  /** What an operator sends in `Fieldpost-Value-Key`, beside the first, to see or erase values. Each use is logged. */
  valueKey?: string;
  /**
   * The people at the console, by name: a key of their own for each, and what it allows. A key that goes or changes ends its
   * sessions.
   */
  operators?: Readonly<Record<string, Operator>>;
  /** Cloudflare Access before `/operator`, and whom it lets in. */
  access?: AccessOptions;
  /**
   * What the hashes of persons and leads are keyed with, at least 32 random characters; several while they rotate, newest
   * first. Where nothing is said it is made of `secret`, and then an old secret must stay for as long as leads wait.
   */
  hashKey?: string | readonly string[];
  /** What one address may send, in one isolate; 60 in a minute where nothing is said, and no limit with `null`. */
  addressLimit?: AddressLimit | null;
  /**
   * The header that tells the visitor's address, where a proxy of the owner's always sets it: `x-real-ip`, say. On
   * Cloudflare it is the platform's own where nothing is said; elsewhere there is none then, and no limit by address.
   */
  addressHeader?: string;
  /**
   * Which value of a header like `x-forwarded-for`, counted from its end: the number of the owner's own proxies, default 1.
   * What stands before that is what the visitor says.
   */
  addressHops?: number;
  /** How many leads one outbox keeps waiting for a system before it says 503; by number without a bound where nothing is said. */
  maxQueued?: number;
  /** How many suspects one outbox keeps for a person, default 10,000. One address has a tenth of it at most; past that it gets 429. */
  maxReview?: number;
  /** How many dead letters of a form into an account one outbox keeps before the form's other leads wait there; default 10,000. */
  maxDead?: number;
  /** The bytes of the leads and stored requests that one outbox keeps before it says 503; default 1 GiB, at most 8. */
  maxBytes?: number;
  /** How many outboxes share the leads; default 4. It may change at any time. */
  shards?: number;
  /** Cloudflare's plan of the account that runs the relay, by which an outbox measures what it does at once. Default `free`. */
  plan?: Plan;
  /** Divides all waiting times; 1 but in tests. */
  timeScale?: number;
}

/** Somebody at the console. */
export interface Operator {
  /** At least 20 random characters. */
  key: string;
  rights: readonly Right[];
}

export interface AccessOptions {
  /** `https://` and the team's domain: `https://example.cloudflareaccess.com`. */
  team: string;
  /** The application's audience tag. */
  audience: string;
  /** What each person may do, by the e-mail that Access knows, in small letters. Nobody else is let in. */
  people: Readonly<Record<string, readonly Right[]>>;
  /** What asks for the team's keys instead of the host's `fetch`. */
  fetch?: typeof fetch;
}

/** The bindings that a relay needs, under these names. */
export interface RelayEnv {
  OUTBOX: DurableObjectNamespaceLike;
  GATE: DurableObjectNamespaceLike;
}

export interface DurableObjectNamespaceLike {
  idFromName(name: string): unknown;
  get(id: unknown): { fetch(url: string, init?: RequestInit): Promise<Response> };
}

export type RelaySource = RelayOptions | ((env: never) => RelayOptions);

/** The most bytes of one outbox where the owner says nothing, and the most that may be said: the platform ends at 10 GB. */
export const MAX_BYTES = 1024 ** 3;
const MOST_BYTES = 8 * MAX_BYTES;

/** An operator's call and the cron ask every one of them. */
export const MOST_SHARDS = 200;

let source: RelaySource | undefined;
let resolved: RelayOptions | undefined;

/** The Worker's one relay; its Durable Objects live in the same module and read the same options. */
export function configure(given: RelaySource): void {
  source = given;
  resolved = undefined;
}

/** The options, with the bindings filled in. */
export function options(env: unknown): RelayOptions {
  if (!source) throw new FieldpostError("relay.not_configured", Said.RELAY_NOT_CONFIGURED);
  resolved ??= check(typeof source === "function" ? source(env as never) : source);
  return resolved;
}

function check(given: RelayOptions): RelayOptions {
  const wrong = (what: string): never => {
    throw new FieldpostError("relay.options", what);
  };
  for (const name of ["secret", "hashKey", "sealSecret"] as const) {
    if (name !== "secret" && given[name] === undefined) continue;
    if ([given[name]].flat().some((secret) => typeof secret !== "string" || secret.length < 32))
      wrong(`${name}: needs at least 32 characters.`);
  }
  const { addressHeader, addressHops = 1 } = given;
  if (addressHeader !== undefined && !/^[\w-]{1,64}$/.test(addressHeader))
    wrong("addressHeader: is no name of a header.");
  if (!(Number.isInteger(addressHops) && addressHops > 0))
    wrong("addressHops: is a number from 1 on.");
  for (const name of ["operatorKey", "valueKey"] as const) {
    if (given[name] !== undefined && given[name].length < 12)
      wrong(`${name}: needs at least 12 characters.`);
  }
  if (given.valueKey !== undefined && given.valueKey === given.operatorKey)
    wrong("valueKey: must not be the operator's key.");
  const { operators = {}, access } = given;
  const keys = [given.operatorKey, given.valueKey].filter((key) => key !== undefined);
  for (const [name, { key, rights }] of Object.entries(operators)) {
    if (!/^[\w.-]{1,64}$/.test(name) || name === "operator" || name === "values")
      wrong("operators: a name has letters, digits, - _ and ., and is not operator or values.");
    if (typeof key !== "string" || key.length < 20)
      wrong(`operators.${name}.key: needs at least 20 characters.`);
    if (keys.includes(key)) wrong(`operators.${name}.key: is somebody else's, too.`);
    keys.push(key);
    if (!isRights(rights)) wrong(`operators.${name}.rights: some of ${RIGHTS.join(", ")}.`);
  }
  if (access && !/^https:\/\/[^/]+\/?$/.test(access.team))
    wrong("access.team: is https:// and the team's domain.");
  if (access && !access.audience) wrong("access.audience: is the application's audience tag.");
  for (const [email, rights] of Object.entries(access?.people ?? {}))
    if (email !== email.toLowerCase() || !isRights(rights))
      wrong(`access.people: an e-mail in small letters, and some of ${RIGHTS.join(", ")}.`);
  if (given.plan !== undefined && !PLANS.includes(given.plan)) wrong('plan: "free" or "paid".');
  const { maxBytes, shards } = given;
  if (shards !== undefined && !(Number.isInteger(shards) && shards > 0 && shards <= MOST_SHARDS))
    wrong(`shards: from 1 to ${MOST_SHARDS}.`);
  if (
    maxBytes !== undefined &&
    !(Number.isInteger(maxBytes) && maxBytes > 0 && maxBytes <= MOST_BYTES)
  ) {
    wrong(`maxBytes: from 1 to ${MOST_BYTES} (8 GiB).`);
  }
  for (const [name, { record }] of Object.entries(given.accounts))
    if (record !== undefined && !(/^https:\/\//.test(record) && record.includes("{id}")))
      wrong(`accounts.${name}.record: begins with https:// and has {id} in it.`);
  for (const [name, form] of Object.entries(given.forms)) {
    if (!/^[\w-]{1,64}$/.test(name)) wrong(`forms: a form's name has letters, digits, - and _.`);
    if (!URL.canParse(form.thanks, "https://relay.invalid"))
      wrong(`forms.${name}.thanks: is no address.`);
    if (
      form.contact !== undefined &&
      !(/^(https|mailto|tel):/.test(form.contact) && URL.canParse(form.contact))
    )
      wrong(`forms.${name}.contact: begins with https:, mailto: or tel:.`);
    if (form.language !== undefined && !isTag(form.language))
      wrong(`forms.${name}.language: is no tag such as es or fr-CA.`);
    if (form.language !== undefined && !form.messages && !isSpoken(form.language))
      wrong(`forms.${name}.language: there are no words for it; give them as messages.`);
    const goesTo = form.deliver.map(({ account }) => account);
    const twice = goesTo.find((account, at) => goesTo.indexOf(account) !== at);
    // A lead has one delivery for each account, and keeps none of its places twice.
    if (twice !== undefined) wrong(`forms.${name}.deliver: the account ${twice} is there twice.`);
    for (const target of form.deliver) {
      const account = given.accounts[target.account];
      if (!account) wrong(`forms.${name}.deliver: there is no account ${target.account}.`);
      if (
        target.match !== undefined &&
        (target.match !== "phone" || account?.system !== "prospects")
      ) {
        wrong(`forms.${name}.deliver: only prospects take match, and only "phone".`);
      }
    }
  }
  return given;
}

const isRights = (given: unknown): boolean =>
  Array.isArray(given) && given.length > 0 && given.every((right) => RIGHTS.includes(right));

function isTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length === 1;
  } catch {
    return false;
  }
}

/** The system of an account. */
export function systemOf(relay: RelayOptions, account: string): string {
  const found = relay.accounts[account];
  if (!found) throw new FieldpostError("account.invalid");
  return found.system;
}

/** The way of a form to an account, as the owner wrote it. */
export const targetOf = (
  { forms }: RelayOptions,
  form: string,
  account: string,
): Target | undefined => forms[form]?.deliver.find((one) => one.account === account);

/** Whether a form goes to an account, and with this parameter where one is named. */
export function goesTo(
  relay: RelayOptions,
  account: string,
  form: string,
  param: string | null,
): boolean {
  const ways = relay.forms[form]?.deliver.filter((target) => target.account === account) ?? [];
  return ways.some(
    ({ map, constants = {} }) =>
      param === null || Object.hasOwn(map, param) || Object.hasOwn(constants, param),
  );
}
