import { plainAccount, type Rendered, steady } from "../../core/edge.js";
import { spoken } from "../limiter/account-limiter.js";
import { hashedId, joined } from "../host/hash.js";
import { mapping } from "../lead/fills.js";
import type { RelayAccount, RelayOptions, Target } from "../options.js";
import { lock, unlock } from "../lead/locked.js";
import type { Tally } from "../storage/tally.js";

/** What a request is made of. */
interface Lead {
  /** The delivery's. */
  id: string;
  state: string;
  values: string;
  visitor: string;
}

/** A request, and what keeps it with its delivery. */
export interface Made {
  rendered: Rendered;
  keep(): void;
}

/** The request of the call that is due, made once and then repeated byte for byte; in another version of the API it is another one. */
export async function render(
  relay: RelayOptions,
  tally: Tally,
  lead: Lead,
  name: string,
  target: Target,
  to: RelayAccount,
  version: 3 | 4 | null,
): Promise<Made> {
  const call = version === null ? name : `${name} v${version}`;
  const account = spoken(to, version);
  const base = `${account.baseUrl} ${account.businessUnit ?? ""}`;
  // The owner may have mended the account's address since: no request goes to the old one.
  const kept = tally.kept(lead.id, call, base);
  if (kept)
    return {
      rendered: JSON.parse(await unlock(relay, "request", lead.id, kept.request)) as Rendered,
      keep: () => {},
    };
  const { once, ...rendered } = steady((glue) =>
    glue.render(
      lead.state,
      lead.values,
      lead.visitor,
      mapping(target),
      plainAccount(account as never),
    ),
  );
  // It takes one body for each key, so what somebody has corrected is another request, and what is made anew as it was is the same one.
  if (once !== null)
    rendered.headers.push([once, await hashedId(joined([lead.id, rendered.body ?? ""]))]);
  const request = await lock(relay, "request", lead.id, JSON.stringify(rendered));
  const keep = (): void => {
    tally.keep(lead.id, call, base, request);
  };
  return { rendered, keep };
}
