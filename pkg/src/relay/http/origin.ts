// Where a request comes from, as far as a browser says so.
import type { Found } from "./submission.js";

/**
 * The origin, where it is one of the form's or the relay's own; else nobody's. Whoever stands between may have ended TLS or
 * asked for another host: what is in the form's list counts, and of the relay's own the host.
 */
export function knownOrigin({ request, form, url }: Omit<Found, "origin">): string | null {
  const given = request.headers.get("origin");
  if (given === null || form.origins.includes(given)) return given;
  if (given === url.origin || (url.protocol === "http:" && given === `https://${url.host}`))
    return given;
  // A proxy may have left out the port, and only the page at this very address is told to be of the same origin.
  return isSelf(request) && URL.canParse(given) && new URL(given).hostname === url.hostname
    ? given
    : null;
}

/** Whether a browser says that the page stands at this very origin, as it sees it. */
export const isSelf = (request: Request): boolean =>
  request.headers.get("sec-fetch-site") === "same-origin";

/** A page of the relay's own site or of one beside it. With `Referrer-Policy: no-referrer` it sends `Origin: null`. */
export const isNear = (request: Request): boolean =>
  /^same-(?:origin|site)$/.test(request.headers.get("sec-fetch-site") ?? "");
