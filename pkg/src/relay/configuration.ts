// What an owner says of a relay.
import type { Credentials } from "../core/account.gen.js";
import type { Account, FieldSpec } from "../core/types.js";
import type { Messages } from "../messages/cascade.js";
import type { ChannelKind, ChannelNeeds } from "./alerts.gen.js";
import type { Right } from "./desk.gen.js";
import type { Plan } from "./host/platform.js";

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
  /**
   * What the values of leads that wait are locked with in the outboxes, at least 32 random characters; several while they
   * rotate, newest first. Keep an old one for as long as leads of its time are kept: without it they wait. Where nothing is said
   * they are as the platform keeps them. A release before this option reads none of what is locked.
   */
  storageKey?: string | readonly string[];
  /** How long what is kept of leads that are done, and of who did what. */
  retention?: Retention;
  /** Whether the systems are asked each day if what they have stored is still there; `false` asks nobody. */
  reconcile?: Reconcile | false;
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
  /** Who is told when something is wrong, and when that is. */
  alerts?: AlertOptions;
  /** Cloudflare's plan of the account that runs the relay, by which an outbox measures what it does at once. Default `free`. */
  plan?: Plan;
  /** Divides all waiting times; 1 but in tests. */
  timeScale?: number;
}

/** For how many days what is kept; what is not said is as by default. */
export interface Retention {
  /** The row of a lead that is done: id, times, codes, what it is found by. 8 at least, for so long a repeat is known; default 8. */
  leads?: number;
  /** Of such a lead, what it is found by: keyed hashes of its e-mails and phones. Default as long as the row; 0 for not at all. */
  search?: number;
  /** Of such a lead, the line of each call. Default as long as the row. */
  attempts?: number;
  /** Who saw or changed what; default 366. */
  audit?: number;
  /** The values of a lead that was delivered everywhere, locked with `storageKey`; default 0: they go with the last delivery. */
  values?: number;
}

/** What asking after stored leads may take. */
export interface Reconcile {
  /** Of the calls that a system allows in a day (Marketo 50,000, Pardot 25,000, prospects 129,600): 0.001 to 0.5; default 0.01. */
  share?: number;
}

/** Somebody at the console. */
export interface Operator {
  /** At least 20 random characters. */
  key: string;
  rights: readonly Right[];
}

export interface AlertOptions {
  /** By name, 10 at most. */
  channels: Readonly<Record<string, AlertChannel>>;
  /** Where the console is, for the link in a message: `https://leads.example.com/operator`. */
  console?: string;
  /** So many leads under review are an incident; default 25. */
  review?: number;
  /** So many minutes that the oldest lead waits for a system are one; default 30. */
  queueMinutes?: number;
  /** After so many hours what is still open is told again; default 24. */
  repeatHours?: number;
}

/** What channels have. Keys, secrets and Slack's address come from secret bindings. */
export interface AlertChannelMembers {
  kind: ChannelKind;
  /** Where the messages go; of e-mail, another address of the provider's. */
  url: string;
  /** `whsec_` and 24 to 64 random bytes in Base64; several while they rotate, newest first. */
  secret: string | readonly string[];
  /** The key of the e-mail provider. */
  key: string;
  /** An address that the provider lets send. */
  from: string;
  to: string | readonly string[];
  /** Hosts beside the provider's own, as `host` or `host:port`. */
  allowHost: string | readonly string[];
}

/** One channel: a signed webhook, a Slack channel, or e-mail through a provider. */
export type AlertChannel = {
  [K in ChannelKind]: { kind: K } & Pick<AlertChannelMembers, ChannelNeeds[K]> &
    Partial<Pick<AlertChannelMembers, "url" | "allowHost">>;
}[ChannelKind];

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
