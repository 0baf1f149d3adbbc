// Whom a lead is about: as hashes, so that a person can be found and nothing can be read.
import { form } from "../../core/core.js";
import type { Form } from "../../core/types.js";
import { compiled } from "./check.js";
import type { Lead } from "./lead.js";
import { derived, hmac, sha256 } from "../host/hash.js";
import type { RelayFormOptions, RelayOptions } from "../options.js";
import { looksLike, plain } from "./looks.js";
import { MOST_PERSONS, PERSONS } from "./persons.gen.js";

type Kind = keyof typeof PERSONS;

/** A key of hashes, and what says in a row which one it was. */
interface HashKey {
  name: string;
  key: string;
}

const made = new WeakMap<RelayOptions, HashKey[]>();

/** The keys of hashes, the newest first. */
async function hashKeys(relay: RelayOptions): Promise<HashKey[]> {
  let keys = made.get(relay);
  if (!keys) {
    const secrets = [relay.hashKey ?? relay.secret].flat();
    keys = await Promise.all(
      secrets.map(async (secret) => ({
        name: (await derived(secret, "fieldpost hash name")).slice(0, 8),
        key: await derived(secret, "fieldpost hash"),
      })),
    );
    made.set(relay, keys);
  }
  return keys;
}

/** A plain hash under a key: who has the storage and a guess cannot check the guess. Half of the HMAC (RFC 2104, section 5). */
const keyed = async ({ key }: HashKey, hash: string): Promise<string> =>
  (await hmac(key, hash)).slice(0, 32);

/** Hashes of a lead. The plain ones are what the release before this one knows. */
export interface Hashes {
  /** Whose record the lead touches: the first e-mail, else phone, else the lead itself. */
  person: string;
  /** All of them, each with its kind before it: never two writes at a time. */
  persons: string;
  /** The key's name, and all of them under it. */
  personsKeyed: string;
  /** The key's name, and the hash of what the visitor entered under it. */
  bodyKeyed: string;
}

/** An e-mail or a phone of somebody in a lead. */
export type Person = readonly [kind: Kind, text: string];

/** Whom a lead is about, and what it is. */
export async function hashesOf(
  relay: RelayOptions,
  persons: readonly Person[],
  key: string,
  bodyHash: string,
): Promise<Hashes> {
  const bare = await plainHashes(persons, key);
  const [newestKey] = await hashKeys(relay);
  const under = newestKey as HashKey;
  const named = bare.persons.split(" ").filter(Boolean);
  const [body, ...hashes] = await Promise.all([
    keyed(under, bodyHash),
    ...named.map(async (one) => `${one.slice(0, 2)}${await keyed(under, one.slice(2))}`),
  ]);
  return {
    ...bare,
    personsKeyed: [under.name, ...hashes].join(" "),
    bodyKeyed: `${under.name} ${body}`,
  };
}

const kinds = Object.keys(PERSONS) as Kind[];

/** Those of each kind. */
function grouped(persons: readonly Person[]): Record<Kind, string[]> {
  const all: Record<Kind, string[]> = { email: [], phone: [] };
  for (const [kind, text] of persons) all[kind].push(text);
  return all;
}

/** The plain hashes, e-mails first. */
export async function plainHashes(
  persons: readonly Person[],
  key: string,
): Promise<Pick<Hashes, "person" | "persons">> {
  const all = grouped(persons);
  const hashes = await Promise.all(
    kinds.flatMap((kind) =>
      all[kind].map(async (text) => `${PERSONS[kind].mark}:${await sha256(plain(kind, text))}`),
    ),
  );
  const person =
    all.email[0] === undefined ? await sha256(all.phone[0] ?? key) : (hashes[0] as string).slice(2);
  return { person, persons: [...new Set(hashes)].join(" ") };
}

const lower = (value: unknown): string[] =>
  typeof value === "string" && value.trim() !== "" ? [value.trim().toLowerCase()] : [];

/** Who is in clean values. */
export const personsOf = (
  { fields }: Pick<RelayFormOptions, "fields">,
  values: Record<string, unknown>,
): Person[] =>
  Object.entries(fields).flatMap(([name, { kind }]) =>
    isKind(kind) ? lower(values[name]).map((text): Person => [kind, text]) : [],
  );

/** The e-mails in clean values. */
export const emailsOf = (
  form: Pick<RelayFormOptions, "fields">,
  values: Record<string, unknown>,
): string[] => grouped(personsOf(form, values)).email;

const isKind = (kind: string | undefined): kind is Kind =>
  kind !== undefined && Object.hasOwn(PERSONS, kind);

/**
 * Who is in the fields of a lead that was kept as it came: as clean as one value after the other can be made, and whatever
 * looks like an e-mail or a phone where the form has no such field any more.
 */
export function personsAsTyped(
  relay: RelayOptions,
  name: string,
  fields: Lead["fields"],
): Person[] {
  const persons = fields.flatMap(([field, given]) =>
    [given].flat().flatMap((value): Person[] => {
      if (typeof value !== "string") return [];
      const spec = relay.forms[name]?.fields[field];
      const kind = spec ? spec.kind : looksLike(value);
      if (!isKind(kind)) return [];
      return lower((spec ? ruled(relay, name, field, value) : commonly(kind, value)) ?? value).map(
        (text) => [kind, text],
      );
    }),
  );
  return persons.slice(0, MOST_PERSONS);
}

let common: Form | undefined;

/** What the rules without options make of a value; nothing where they refuse it, or come to no end. */
function commonly(kind: Kind, value: string): string | undefined {
  try {
    common ??= form({
      fields: { email: { kind: "email" }, phone: { kind: "phone", international: true } },
    });
    const clean = common.checkField(kind, value).value;
    return typeof clean === "string" ? clean : undefined;
  } catch {
    return undefined;
  }
}

/** What a field's rules make of a value; nothing where they refuse it, or come to no end. */
function ruled(
  relay: RelayOptions,
  name: string,
  field: string,
  value: unknown,
): string | undefined {
  try {
    const clean = compiled(relay, name).checkField(field, value).value;
    return typeof clean === "string" ? clean : undefined;
  } catch {
    return undefined;
  }
}

/** Of a person that is to be erased: every hash that a lead may have of them. */
export interface Sought {
  /** Plain hashes: what the release before has written, and what was keyed with a key that is gone. */
  persons: string[];
  keyed: string[];
  /** The names of the keys. */
  keys: string[];
}

/** What may be known of a person. */
export type Known = Partial<Record<Kind, string>>;

/** Each form has rules of its own, so a person may be in the outboxes under several clean values, or under one that today's rules refuse. */
export async function sought(relay: RelayOptions, known: Known): Promise<Sought> {
  const texts = kinds.flatMap((kind) => {
    const given = known[kind];
    return given === undefined ? [] : written(relay, kind, given);
  });
  const persons = await Promise.all([...new Set(texts)].map(sha256));
  const keys = await hashKeys(relay);
  const each = await Promise.all(
    keys.map((key) => Promise.all(persons.map((hash) => keyed(key, hash)))),
  );
  return { persons, keyed: each.flat(), keys: keys.map(({ name }) => name) };
}

/** How a value may stand in a lead's hashes. */
function written(relay: RelayOptions, kind: Kind, given: string): string[] {
  const own = Object.entries(relay.forms).flatMap(([name, { fields }]) =>
    Object.entries(fields).flatMap(([field, spec]) =>
      spec.kind === kind ? [ruled(relay, name, field, given)] : [],
    ),
  );
  const clean = [given, ...own, commonly(kind, given)].flatMap(lower);
  // The oldest leads have a number with its extension.
  return clean.flatMap((text) => [text, plain(kind, text)]);
}
