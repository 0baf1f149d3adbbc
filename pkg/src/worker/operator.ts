import { json } from "./answer.js";
import type { RelayEnv, RelayOptions } from "./options.js";
import { isOperator, outbox, shards } from "./relay.js";

/**
 * The operator's interface, behind a key in `Authorization`:
 * `GET /operator/leads` lists ids, states, codes and times, never a value;
 * `POST /operator/replay?id=…` sends a dead or a reviewed lead on, `?code=…` all of a code.
 */
export async function operator(request: Request, url: URL, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  if (!(await isOperator(request, relay))) return json(401, { code: "operator.key" }, { "www-authenticate": "Bearer" });
  const what = `${request.method} ${url.pathname}`;
  if (what !== "GET /operator/leads" && what !== "POST /operator/replay") return json(404, { code: "not_found" });
  const path = what.startsWith("GET") ? "list" : `replay${url.search}`;
  const answers = await Promise.all(
    shards(relay).map(async (shard) => (await outbox(env, shard).fetch(`https://outbox/${path}`, { method: "POST" })).json()),
  );
  return json(200, answers.flat());
}
