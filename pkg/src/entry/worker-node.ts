import { type Client, type ClientOptions, makeClient } from "../client/client.js";
import { makeAccountLimiter } from "../relay/limiter/account-limiter.js";
import type { RelayAccount, RelaySource } from "../relay/options.js";
import { makeOutbox } from "../relay/outbox/outbox.js";
import { makeCheck, makeDefine, makeRelay, type RelayHandler } from "../relay/relay.js";
import { load } from "./node.js";

export type { Client, ClientOptions } from "../client/client.js";
export type {
  Credentials,
  RelayAccount,
  RelayEnv,
  RelayFormOptions,
  RelayOptions,
  RelaySource,
  Target,
} from "../relay/options.js";
export type { Finding } from "../relay/findings.js";
export type { TypedOptions, TypedSource, TypedTarget } from "../relay/define.js";
export type { RelayHandler } from "../relay/relay.js";
export { load };
/** The public key that seals leads for a relay with this secret: what `GET /leads/{form}` calls `sealKey`. */
export { sealKey } from "../relay/http/seal.js";

/**
 * `export default relay((env) => ({ forms, accounts, secret: env.SECRET }))`.
 *
 * @param options - The relay's options, or a function that makes them of its bindings.
 * @returns What a Worker exports by default.
 * @example
 * export default relay((env) => ({ forms, accounts, secret: env.SECRET }));
 */
export const relay = (options: RelaySource): RelayHandler => makeRelay(options, load);

/**
 * The same, typed: a misspelt kind, parameter, account or field does not compile.
 *
 * @returns What takes the function that makes the options, and gives what a Worker exports by default.
 * @example
 * export default defineRelay<Env>()((env) => ({ secret: env.SECRET, accounts: { … }, forms: { … } }));
 */
export const defineRelay = makeDefine(load);

/**
 * Everything that is wrong with a relay's options, as the relay itself finds it when it starts; an empty list where nothing
 * is. It needs no relay and makes no call: it runs in Node, too.
 *
 * @param options - What `relay` takes.
 * @param env - The bindings that a function of options is called with.
 * @returns A finding for each mistake.
 * @example
 * for (const { place, message } of await checkRelay(options, env)) console.log(place, message);
 */
export const checkRelay = makeCheck(load);

/** The durable queue; bind it as `OUTBOX`. */
export const Outbox = makeOutbox(load);

/** An account's one door; bind it as `GATE`. */
export const Gate = makeAccountLimiter(load);

/**
 * Calls operations of one account: `client(account).call("pardot.prospect.read", { id })`.
 *
 * @param account - Whose system it is, with its credentials.
 * @param options - A `fetch` and a deadline of your own.
 * @returns What calls its operations.
 * @throws {FieldpostError} `account.invalid`, with `issues`.
 * @example
 * const outcome = await client(account).call("pardot.prospect.read", { id: 12 });
 */
export const client = (account: RelayAccount, options: ClientOptions = {}): Client =>
  makeClient(account, options, load);
