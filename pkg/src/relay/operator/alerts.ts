import { MEANS, MESSAGES } from "../codes.gen.js";
import { consult } from "../host/consult.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { atDesk, outbox, REGISTRY } from "../outbox/shards.js";
import type { AlertsShown } from "../outbox/watch.js";

/** The receiver has fifteen seconds of these. */
const PATIENCE = 20_000;

/** What is open, and how it is with the channels; nothing where there are none, or where nobody knows. */
export const alerts = async (env: RelayEnv, relay: RelayOptions): Promise<AlertsShown | null> =>
  relay.alerts
    ? atDesk<AlertsShown>(env, relay, "alerts", {}).catch(
        () =>
          // An object of the release before tells nobody. What else is shown must not wait for it.
          null,
      )
    : null;

/** What is wrong with a call, by its code. */
const WRONG: Readonly<Record<string, string>> = { "alert.which": MESSAGES["alert.which"] };

/** `POST /operator/alert` with `{ channel }`: sends a test. */
export async function testAlert(
  { channel }: Record<string, unknown>,
  env: RelayEnv,
): Promise<Response> {
  const { code } = await consult<{ code: string }>(
    outbox(env, REGISTRY),
    "https://outbox/alerts/test",
    PATIENCE,
    { channel: String(channel) },
  );
  const wrong = WRONG[code];
  if (wrong !== undefined) return respond(jsonAnswer(400, { code, message: wrong }));
  const message = (MESSAGES as Readonly<Record<string, string>>)[code] ?? MEANS[code];
  return respond(
    jsonAnswer(200, { sent: code === "", code: code || null, ...(message && { message }) }),
  );
}
