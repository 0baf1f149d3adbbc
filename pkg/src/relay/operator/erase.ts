import { facts } from "../host/facts.js";
import { json, respond } from "../http/answer.js";
import { log } from "../host/log.js";
import { ERASES } from "../desk.gen.js";
import { knownAs } from "../lead/looks.js";
import { type Known, sought } from "../lead/persons.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { shards } from "../outbox/shards.js";
import type { Given } from "./given.js";
import { one } from "./lists.js";

/** `POST /operator/erase` with `{ email, phone }`, or one of them, or `{ id }` of one lead. */
export async function erase(given: Given, env: RelayEnv, relay: RelayOptions): Promise<Response> {
  const { id } = given;
  const known: Known = {};
  for (const kind of ["email", "phone"] as const) {
    const text = given[kind] ?? undefined;
    if (text === undefined) continue;
    const own = knownAs(kind, text);
    if (own === undefined) return respond(json(400, { code: `erase.${kind}` }));
    known[kind] = own;
  }
  const isOne = typeof id === "string" && id !== "";
  const about = ERASES[facts(isOne, Object.keys(known).length > 0)];
  if (about === "which") return respond(json(400, { code: "erase.which" }));
  const person = about === "lead" ? { persons: [], lead: id } : await sought(relay, known);
  const names = await shards(env, relay);
  const done = await Promise.allSettled(
    names.map((shard) => one<{ erased: number; out: number }>(env, shard, "erase", person)),
  );
  const sum = (what: "erased" | "out"): number =>
    done.reduce((sum, each) => sum + ("value" in each ? each.value[what] : 0), 0);
  const missing = done.flatMap((each, at) => ("value" in each ? [] : (names[at] as string)));
  const [erased, out] = [sum("erased"), sum("out")];
  log("erased", { leads: erased, out, missing: missing.length });
  // `out`: calls that had left before; what they wrote is in the CRM. Where an outbox is away, it has to be asked again.
  if (missing[0] !== undefined)
    return respond(json(503, { code: "outbox.unavailable", erased, out, missing }));
  return respond(json(200, { erased, out }));
}
