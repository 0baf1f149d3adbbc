import type { RelayEnv, RelayOptions } from "../options.js";
import type { Stored } from "../storage/reconciled.js";
import { all } from "./lists.js";
import { asked, formsOf, sums } from "./today.js";

/** So many records that vanished are told of. */
const MOST = 200;

/** `GET /operator/stored?days=&zone=`: what came, what of it the systems still have, and which records are gone. */
export async function stored(
  query: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<object> {
  const { day, ...since } = asked(query);
  const every = await all<Stored>(env, relay, "stored", since);
  return {
    day,
    asks: relay.reconcile !== false,
    days: sums(every.flatMap((one) => one.days)),
    vanished: every
      .flatMap((one) => one.vanished)
      .sort((one, other) => other.since - one.since)
      .slice(0, MOST),
    forms: formsOf(relay),
    accounts: Object.entries(relay.accounts).map(([name, { record = null }]) => ({ name, record })),
  };
}
