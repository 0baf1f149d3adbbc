import { isReady } from "../core/core.js";
import { plainAccount } from "../core/edge.js";
import { send } from "../core/send.js";
import { within } from "../core/within.js";
import { Checks } from "../relay/checks/check.js";
import { type Ask, signIn } from "../relay/checks/sign-in.js";
import type { RelayAccount } from "../relay/options.js";
import type { ClientOptions } from "./client.js";
import type { Secrets } from "./secrets.js";

/** Milliseconds until a question of a check is given up, where the owner says nothing. */
const DEADLINE = 30_000;

/** The checks of an account; each begins with a sign-in of its own. */
export function checker(
  account: RelayAccount,
  secrets: Secrets,
  options: ClientOptions,
  load: () => Promise<void>,
): () => Promise<Checks> {
  const fetching = options.fetch ? { fetch: options.fetch } : {};
  const ask: Ask = (request) =>
    within(options.timeout ?? DEADLINE, async (signal) => {
      const reply = await send(request, { timeout: 0, signal, ...fetching });
      return { status: reply.status, headers: reply.headers, body: await reply.text() } as never;
    });
  return async () => {
    if (!isReady()) await load();
    const plain = plainAccount(account as never);
    const fresh = () =>
      signIn(plain, account.system, secrets.now, ask, (token) => secrets.renew(token));
    return new Checks(account, fresh, ask);
  };
}
