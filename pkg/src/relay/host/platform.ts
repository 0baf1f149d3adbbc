import { FieldpostError } from "../../core/errors.js";

/**
 * What Cloudflare allows an object, from its pages on limits (2026-11): workerd on one machine holds nobody to any of it. So
 * the relay keeps to it by itself, and a host that allows more loses nothing.
 */

/** So many of an object's calls may wait for their heads at once. A seventh waits inside the platform, without a word, while its deadline runs. */
export const CONNECTIONS = 6;

/** What the owner pays for; what an event may do by it is in `src/relay/budget.rs`. */
export const PLANS = ["free", "paid"] as const;
export type Plan = (typeof PLANS)[number];

/**
 * What the host says when it will not send: the calls of this event are used up, or the account's allowance for the day or the
 * month. It says so before anything leaves. Cloudflare promises none of the words; they are what Workers have logged.
 */
const REFUSALS = [
  /too many subrequests/i,
  /exceeded allowed .* in durable objects free tier/i,
  /exceeded the account's spending cap/i,
];

/** So many causes behind one another are looked at. */
const CAUSES = [1, 2, 3, 4, 5];

/** An error as the host says it. */
interface HostError extends Error {
  /** Of an object that has too much to do: the call was never given to it. */
  overloaded?: boolean;
}

/** Whether the host refused to send, so that nothing has left. */
export function isRefusal(error: unknown): boolean {
  let at: unknown = error;
  for (const _ of CAUSES) {
    if (!(at instanceof Error)) return false;
    const { message, cause, overloaded } = at as HostError;
    if (overloaded === true || REFUSALS.some((words) => words.test(message))) return true;
    at = cause;
  }
  return false;
}

/** The host refused to send a call: it has not left, and nobody's try is used up. */
export class HostRefusal extends Error {}

/** What is said of an error that is ours; another's message may hold a value. */
export const saidOf = (error: unknown): Partial<Pick<FieldpostError, "issues" | "message">> =>
  error instanceof FieldpostError ? error : {};

/** What stopped a delivery. The disk is full, or the plan allows no more writes today: what the storage says of that is text. */
export function faultOf(error: unknown): string {
  if (error instanceof FieldpostError) return error.code;
  return /SQLITE_FULL|disk is full|Exceeded allowed rows/.test(String(error))
    ? "storage.full"
    : "delivery.failed";
}
