import { sha256 } from "./hash.js";
import { Limited } from "./limited.js";
import type { AddressLimit } from "./options.js";

/** New with each isolate: the hashes mean nothing outside of it, and nothing after it. */
const salt = (): string => (salted ??= crypto.randomUUID());
let salted: string | undefined;

/** What an isolate remembers of addresses; the one that was heard of longest ago goes first. */
const seen = new Limited<string, { count: number; until: number }>(50_000);

/** The part of an address that one household has: all of IPv4, the first 64 bits of IPv6. */
export function household(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}

/**
 * Whether an address has sent as much as it may; then for how many milliseconds. The address is the platform's own
 * header, which a visitor cannot set, and is kept as a salted hash in memory alone.
 */
export async function isTooMuch(address: string | null, limit: AddressLimit, now: number): Promise<number | undefined> {
  if (!address) return undefined;
  const key = await sha256(`${salt()} ${household(address)}`);
  const known = seen.get(key);
  const current = known && known.until > now ? known : { count: 0, until: now + limit.seconds * 1000 };
  current.count++;
  seen.delete(key);
  seen.set(key, current);
  return current.count > limit.leads ? current.until - now : undefined;
}
