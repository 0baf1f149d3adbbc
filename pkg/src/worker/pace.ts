/** What a reply's headers say of the account's pace. */
export interface Pace {
  /** Calls that are left … */
  left: number;
  /** … until then, in milliseconds since 1970. */
  until: number;
}

/**
 * Reads `RateLimit-Remaining` and `RateLimit-Reset` (seconds), or the one `RateLimit: …;r=…;t=…` of
 * draft-ietf-httpapi-ratelimit-headers; nothing where they are missing or no numbers.
 */
export function readPace(headers: Headers, now: number): Pace | undefined {
  const whole = headers.get("ratelimit") ?? "";
  const left = number(headers.get("ratelimit-remaining") ?? /(?:^|[;,\s])(?:r|remaining)=(\d+)/.exec(whole)?.[1]);
  const reset = number(headers.get("ratelimit-reset") ?? /(?:^|[;,\s])(?:t|reset)=(\d+)/.exec(whole)?.[1]);
  if (left === undefined || reset === undefined) return undefined;
  return { left, until: now + Math.min(reset, 86_400) * 1000 };
}

/** Milliseconds of a `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3); a day at most. */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 86_400_000) : undefined;
}

function number(text: string | null | undefined): number | undefined {
  const value = /^\d{1,9}$/.exec(text?.trim() ?? "")?.[0];
  return value === undefined ? undefined : Number(value);
}
