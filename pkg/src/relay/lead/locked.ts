// What visitors typed, at rest: under a key of the owner's where there is one (AES-256-GCM), and bound to what it is of, so that
// one row's values are not another's. It is locked and opened beside the writes and never in one: the platform's cipher is
// asynchronous, and a write is not.
import { FieldpostError } from "../../core/errors.js";
import { derived } from "../host/hash.js";
import type { RelayOptions } from "../options.js";

/** What a locked text begins with, as no JSON does; behind it stand the name of its key, and the nonce with the text. */
const MARK = "~1 ";
const NONCE = 12;

/** What a lead's values and its source are bound to, by the lead's key; and a request, by its delivery. */
export type Part = "lead" | "visitor" | "request";

interface Key {
  name: string;
  key: CryptoKey;
}

const made = new WeakMap<RelayOptions, ReadonlyMap<string, Key>>();

/** The keys by their names, the newest first; none where the owner gave none. */
async function keysOf(relay: RelayOptions): Promise<ReadonlyMap<string, Key>> {
  const known = made.get(relay);
  if (known) return known;
  const secrets = [relay.storageKey ?? []].flat() as string[];
  const all = await Promise.all(secrets.map(keyOf));
  // Of two with one name the newer one.
  const keys = new Map([...all, ...all.reverse()].map((key) => [key.name, key]));
  made.set(relay, keys);
  return keys;
}

async function keyOf(secret: string): Promise<Key> {
  const [name, hex] = await Promise.all([
    derived(secret, "fieldpost storage name"),
    derived(secret, "fieldpost storage"),
  ]);
  const raw = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { name: name.slice(0, 8), key };
}

export const isLocked = (text: unknown): text is string =>
  typeof text === "string" && text.startsWith(MARK);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** So many bytes are made letters at once: each is an argument of one call. */
const SOME = 8_192;

function written(bytes: Uint8Array): string {
  let letters = "";
  for (let at = 0; at < bytes.length; at += SOME)
    letters += String.fromCharCode(...bytes.subarray(at, at + SOME));
  return btoa(letters);
}

const how = (part: Part, of: string, nonce: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: encoder.encode(`${part} ${of}`),
});

/** A text as it is kept: as it is where there is no key, or nothing in it. */
export async function lock(
  relay: RelayOptions,
  part: Part,
  of: string,
  text: string,
): Promise<string> {
  if (relay.storageKey === undefined || text === "{}") return text;
  const [newest] = (await keysOf(relay)).values();
  if (!newest) return text;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const sealed = await crypto.subtle.encrypt(
    how(part, of, nonce),
    newest.key,
    encoder.encode(text),
  );
  const bytes = new Uint8Array(NONCE + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), NONCE);
  return `${MARK}${newest.name} ${written(bytes)}`;
}

/** A lead as an outbox keeps it. */
export async function lockedOf<T extends { key: string; lead: string; visitor: string }>(
  relay: RelayOptions,
  offer: T,
): Promise<T> {
  if (relay.storageKey === undefined) return offer;
  const [lead, visitor] = await Promise.all([
    lock(relay, "lead", offer.key, offer.lead),
    lock(relay, "visitor", offer.key, offer.visitor),
  ]);
  return { ...offer, lead, visitor };
}

/** A kept text as it was. What was kept before there was a key is read as it is; throws where the key is gone, or it is another's. */
export async function unlock(
  relay: RelayOptions,
  part: Part,
  of: string,
  text: string,
): Promise<string> {
  if (!isLocked(text)) return text;
  const [name = "", sealed = ""] = text.slice(MARK.length).split(" ");
  const known = (await keysOf(relay)).get(name);
  try {
    if (!known) throw new TypeError("no such key");
    const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
    const nonce = bytes.slice(0, NONCE);
    return decoder.decode(
      await crypto.subtle.decrypt(how(part, of, nonce), known.key, bytes.subarray(NONCE)),
    );
  } catch (cause) {
    throw new FieldpostError("storage.locked", "storage.locked", [], { cause });
  }
}

/** The same, where what cannot be opened must not stop the others. */
export const opened = (
  relay: RelayOptions,
  part: Part,
  of: string,
  text: string,
): Promise<string | undefined> => unlock(relay, part, of, text).catch(() => undefined);
