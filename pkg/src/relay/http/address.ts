import type { RelayOptions } from "../options.js";
import { plainAddress } from "./ip.js";

/**
 * The visitor's address, as somebody says who saw it: the header that the owner names, else the platform's own. A request
 * that came through Cloudflare has the name of its data centre; elsewhere `CF-Connecting-IP` is what anybody writes.
 */
export function visitorAddress(
  request: Request,
  { addressHeader, addressHops = 1 }: RelayOptions,
): string | null {
  if (addressHeader !== undefined)
    return plainAddress(request.headers.get(addressHeader)?.split(",").at(-addressHops) ?? "");
  const { cf } = request as { cf?: { colo?: unknown } };
  return cf?.colo === undefined
    ? null
    : plainAddress(request.headers.get("cf-connecting-ip") ?? "");
}
