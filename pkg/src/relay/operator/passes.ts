import { checkEmail } from "../../core/core.js";
import { MESSAGES } from "../codes.gen.js";
import { json, respond } from "../http/answer.js";
import { log } from "../host/log.js";
import { sought } from "../lead/persons.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import type { Pass } from "../outbox/desk.js";
import { atDesk } from "../outbox/shards.js";
import type { Given } from "./given.js";
import type { Person } from "./people.js";
import { senderOf, within } from "./told.js";

const DAY = 24 * 60 * 60 * 1000;

const wrong = (code: "pass.form" | "pass.sender" | "pass.end"): Response =>
  respond(json(400, { code, message: MESSAGES[code] }));

/** `GET /operator/passes`: the senders that are let through. Of an e-mail nobody keeps which one it is. */
export const passes = async (env: RelayEnv, relay: RelayOptions): Promise<Response> =>
  respond(json(200, { passes: await atDesk(env, relay, "passes", {}) }));

/** `POST /operator/passes` with `{ form, sender, days }`, or with `{ remove }`. */
export async function changePasses(
  given: Given,
  { who }: Person,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const { form, sender, days, remove } = given;
  if (typeof remove === "string") {
    const gone = await atDesk<boolean>(env, relay, "pass/remove", { id: remove.slice(0, 64) });
    if (gone) log("pass.removed", { who });
    return respond(gone ? json(200, {}) : json(404, { code: "not_found" }));
  }
  if (typeof form !== "string" || !Object.hasOwn(relay.forms, form)) return wrong("pass.form");
  const length = within("days", days);
  if (length === undefined) return wrong("pass.end");
  const { domain, email } = senderOf(sender);
  if ((domain ?? email) === undefined) return wrong("pass.sender");
  const now = Date.now();
  const pass: Omit<Pass, "sender"> = {
    id: crypto.randomUUID(),
    form,
    kind: domain === undefined ? "email" : "domain",
    until: now + length * DAY,
    made: now,
    who,
  };
  const clean = checkEmail(email ?? "").value;
  const plain = typeof clean === "string" ? clean : (email ?? "");
  const [hash = ""] =
    domain === undefined ? (await sought(relay, { email: plain })).keyed : [domain];
  await atDesk(env, relay, "pass/add", { ...pass, sender: hash });
  log("pass.added", { who, form, kind: pass.kind, days: length });
  return respond(json(200, { id: pass.id }));
}
