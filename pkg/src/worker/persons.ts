// Whom a lead is about: as hashes, so that a person can be found and nothing can be read.
import { checkEmail, checkPhone } from "../core.js";
import { compiled } from "./check.js";
import { derived, hmac, sha256 } from "./hash.js";
import type { RelayFormOptions, RelayOptions } from "./options.js";

/** Which a person is known by. */
const KINDS = { email: "e", phone: "p" } as const;
type Kind = keyof typeof KINDS;

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
    keys = await Promise.all(secrets.map(async (secret) => ({ name: (await derived(secret, "fieldpost hash name")).slice(0, 8), key: await derived(secret, "fieldpost hash") })));
    made.set(relay, keys);
  }
  return keys;
}

/** A plain hash under a key: who has the storage and a guess cannot check the guess. Half of the HMAC (RFC 2104, section 5). */
const keyed = async ({ key }: HashKey, hash: string): Promise<string> => (await hmac(key, hash)).slice(0, 32);

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

/** Whom these values are about, and what they are. */
export async function hashesOf(relay: RelayOptions, form: RelayFormOptions, values: Record<string, unknown>, key: string, bodyHash: string): Promise<Hashes> {
  const plain = await personHashes(form, values, key);
  const [newestKey] = await hashKeys(relay);
  const under = newestKey as HashKey;
  const named = plain.persons.split(" ").filter(Boolean);
  const [body, ...persons] = await Promise.all([keyed(under, bodyHash), ...named.map(async (one) => `${one.slice(0, 2)}${await keyed(under, one.slice(2))}`)]);
  return { ...plain, personsKeyed: [under.name, ...persons].join(" "), bodyKeyed: `${under.name} ${body}` };
}

/** The plain hashes of clean values. */
export async function personHashes(form: Pick<RelayFormOptions, "fields">, values: Record<string, unknown>, key: string): Promise<Pick<Hashes, "person" | "persons">> {
  const of = (kind: Kind): string[] => {
    const named = Object.entries(form.fields).filter(([, field]) => field.kind === kind).map(([name]) => values[name]);
    return named.flatMap((value) => (typeof value === "string" && value.trim() !== "" ? [value.trim().toLowerCase()] : []));
  };
  const [emails, phones] = [of("email"), of("phone")];
  const hashed = [...emails.map((email) => ["email", email] as const), ...phones.map((phone) => ["phone", plainNumber(phone)] as const)];
  const persons = await Promise.all(hashed.map(async ([kind, text]) => `${KINDS[kind]}:${await sha256(text)}`));
  const person = emails.length > 0 ? (persons[0] as string).slice(2) : await sha256(phones[0] ?? key);
  return { person, persons: [...new Set(persons)].join(" ") };
}

/** A number however it was written, without its extension: whoever shares it answers the same phone. */
function plainNumber(phone: string): string {
  const digits = (phone.split(/[x#;]/, 1)[0] as string).replace(/\D/g, "");
  return `+${digits.length === 10 ? "1" : ""}${digits}`;
}

/** The values of a lead that was kept as it came, as clean as one field after the other can be made: it may be found by them. */
export function cleaned(relay: RelayOptions, name: string, values: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(relay.forms[name]?.fields ?? {}).filter(([, { kind }]) => kind in KINDS);
  return Object.fromEntries(fields.map(([field]) => [field, ruled(relay, name, field, values[field]) ?? values[field]]));
}

/** What a field's rules make of a value; nothing where they refuse it, or come to no end. */
function ruled(relay: RelayOptions, name: string, field: string, value: unknown): string | undefined {
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

/** Whether a text may be what it is given for. */
export const isKnown: Record<Kind, (text: string) => boolean> = {
  email: (text) => text.length <= 320 && /[^@]@[^@]/.test(text),
  phone: (text) => text.length <= 100 && text.replace(/[^\p{L}\p{Nd}]/gu, "").length >= 7,
};

/** Each form has rules of its own, so a person may be in the outboxes under several clean values, or under one that today's rules refuse. */
export async function sought(relay: RelayOptions, known: Known): Promise<Sought> {
  const texts = (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
    const given = known[kind];
    return given === undefined ? [] : written(relay, kind, given);
  });
  const persons = await Promise.all([...new Set(texts)].map(sha256));
  const keys = await hashKeys(relay);
  const each = await Promise.all(keys.map((key) => Promise.all(persons.map((hash) => keyed(key, hash)))));
  return { persons, keyed: each.flat(), keys: keys.map(({ name }) => name) };
}

/** How a value may stand in a lead's hashes. */
function written(relay: RelayOptions, kind: Kind, given: string): string[] {
  const own = Object.entries(relay.forms).flatMap(([name, { fields }]) =>
    Object.entries(fields).flatMap(([field, spec]) => (spec.kind === kind ? [ruled(relay, name, field, given)] : [])),
  );
  const common = kind === "email" ? checkEmail(given) : checkPhone(given, { international: true });
  const plain = [given, ...own, common.value].flatMap((text) => (typeof text === "string" && text.trim() !== "" ? [text.trim().toLowerCase()] : []));
  // The oldest leads have the number with its extension.
  return kind === "email" ? plain : plain.flatMap((text) => [text, plainNumber(text)]);
}
