// Where a request comes from, as far as a browser says so.
import { facts } from "../host/facts.js";
import type { Found } from "./submission.js";
import { KNOWN } from "../visitor.gen.js";

/**
 * The origin, where it is one of the form's or the relay's own; else nobody's. Whoever stands between may have ended TLS or
 * asked for another host: what is in the form's list counts, and of the relay's own the host.
 */
export function knownOrigin({ request, form, url }: Omit<Found, "origin">): string | null {
  const given = request.headers.get("origin");
  if (given === null) return null;
  const isListed = [...form.origins, url.origin, `https://${url.host}`].includes(given);
  // A proxy may have left out the port, and only the page at this very address is told to be of the same origin.
  return KNOWN[facts(isListed, isSelf(request), hostOf(given) === url.hostname)] ? given : null;
}

/** The host of an origin; none of what is no address. */
const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).hostname : undefined;

/** Whether a browser says that the page stands at this very origin, as it sees it. */
export const isSelf = (request: Request): boolean =>
  request.headers.get("sec-fetch-site") === "same-origin";

/** A page of the relay's own site or of one beside it. With `Referrer-Policy: no-referrer` it sends `Origin: null`. */
export const isNear = (request: Request): boolean =>
  /^same-(?:origin|site)$/.test(request.headers.get("sec-fetch-site") ?? "");
