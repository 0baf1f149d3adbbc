// What one address may send: its share of an isolate's time, and a suspect's of the review.
import { hmac, joined, sha256 } from "../host/hash.js";
import { Limited } from "../host/limited.js";
import { facts } from "../host/facts.js";
import type { AddressLimit } from "../options.js";
import { household } from "./ip.js";
import { COUNTING } from "../visitor.gen.js";

/** New with each isolate: the hashes mean nothing outside of it, and nothing after it. */
let salted: string | undefined;

/** What an isolate remembers of addresses; the one that was heard of longest ago goes first. */
const seen = new Limited<string, { count: number; until: number }>(50_000);

/** Where a suspect comes from, for its share of the review: nothing that anybody else could tell an address by. */
export const sourceOf = async (secret: string, address: string | null): Promise<string> =>
  address === null ? "" : hmac(secret, joined(["fieldpost source", household(address)]));

/**
 * Whether an address has sent as much as it may; then for how many milliseconds. It is kept as a salted hash in memory
 * alone.
 */
export async function isTooMuch(
  address: string | null,
  limit: AddressLimit,
  now: number,
): Promise<number | undefined> {
  if (address === null) return undefined;
  // None is made while a Worker begins: the host gives no random bits then.
  const salt = (salted = salted ?? crypto.randomUUID());
  const key = await sha256(`${salt} ${household(address)}`);
  const fresh = { count: 0, until: now + limit.seconds * 1000 };
  const known = seen.get(key) ?? fresh;
  const comes = COUNTING[facts(known.until > now, known.count >= limit.leads)];
  const current = comes === "begins" ? fresh : known;
  current.count++;
  seen.delete(key);
  seen.set(key, current);
  return comes === "over" ? current.until - now : undefined;
}
