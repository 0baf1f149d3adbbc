// Whom a lead is about: as hashes, so that a person can be found and nothing can be read.
import { checkEmail, checkPhone } from "../../core/core.js";
import { compiled } from "./check.js";
import type { Lead } from "./lead.js";
import { derived, hmac, sha256 } from "../host/hash.js";
import type { RelayFormOptions, RelayOptions } from "../options.js";

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
  const plain = await plainHashes(persons, key);
  const [newestKey] = await hashKeys(relay);
  const under = newestKey as HashKey;
  const named = plain.persons.split(" ").filter(Boolean);
  const [body, ...hashes] = await Promise.all([
    keyed(under, bodyHash),
    ...named.map(async (one) => `${one.slice(0, 2)}${await keyed(under, one.slice(2))}`),
  ]);
  return {
    ...plain,
    personsKeyed: [under.name, ...hashes].join(" "),
    bodyKeyed: `${under.name} ${body}`,
  };
}

/** The plain hashes, e-mails first. */
export async function plainHashes(
  persons: readonly Person[],
  key: string,
): Promise<Pick<Hashes, "person" | "persons">> {
  const [emails, phones] = [
    persons.filter(([kind]) => kind === "email"),
    persons.filter(([kind]) => kind === "phone"),
  ];
  const hashes = await Promise.all(
    [...emails, ...phones].map(
      async ([kind, text]) =>
        `${KINDS[kind]}:${await sha256(kind === "phone" ? plainNumber(text) : text)}`,
    ),
  );
  const person =
    emails.length > 0 ? (hashes[0] as string).slice(2) : await sha256(phones[0]?.[1] ?? key);
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
): string[] => personsOf(form, values).flatMap(([kind, text]) => (kind === "email" ? text : []));

const isKind = (kind: string | undefined): kind is Kind =>
  kind !== undefined && Object.hasOwn(KINDS, kind);

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
      const kind = spec
        ? spec.kind
        : /^\s*[^\s@]{1,64}@[^\s@]+\s*$/.test(value)
          ? "email"
          : /^[\d\s().+x/-]{7,40}$/i.test(value)
            ? "phone"
            : undefined;
      if (!isKind(kind)) return [];
      return lower((spec ? ruled(relay, name, field, value) : commonly(kind, value)) ?? value).map(
        (text) => [kind, text],
      );
    }),
  );
  // A list in JSON has room for thousands.
  return persons.slice(0, MOST);
}

/** The most persons of one lead. */
const MOST = 100;

/** What the rules without options make of a value; nothing where they refuse it, or come to no end. */
function commonly(kind: Kind, value: string): string | undefined {
  try {
    const clean = (
      kind === "email" ? checkEmail(value) : checkPhone(value, { international: true })
    ).value;
    return typeof clean === "string" ? clean : undefined;
  } catch {
    return undefined;
  }
}

/** A number however it was written, without its extension: whoever shares it answers the same phone. */
function plainNumber(phone: string): string {
  const digits = (phone.split(/[x#;]/, 1)[0] as string).replace(/\D/g, "");
  return `+${digits.length === 10 ? "1" : ""}${digits}`;
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
  const plain = [given, ...own, commonly(kind, given)].flatMap(lower);
  // The oldest leads have the number with its extension.
  return kind === "email" ? plain : plain.flatMap((text) => [text, plainNumber(text)]);
}
