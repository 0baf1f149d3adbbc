import { json, respond, type Answer } from "../http/answer.js";
import { compiled } from "../lead/check.js";
import { hashesOf, personsOf, sought } from "../lead/persons.js";
import { MESSAGES } from "../codes.gen.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { shards } from "../outbox/shards.js";

import type { Filter } from "../storage/finding.js";
import { type LeadState, STATES } from "../storage/listing.gen.js";
import type { Ruled } from "../storage/ruled.js";
import { all, found, one } from "./lists.js";
import { roundOf } from "./rules.js";

/** The most leads of one page, and so many where nobody says. */
const MOST = 200;
const SOME = 50;

/** The longest of what is asked for. */
const MOST_TEXT = 320;

/** What a text may be that somebody looks for a lead by. */
const KINDS: readonly [kind: "id" | "email" | "phone", is: RegExp][] = [
  ["id", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:\/[^\s]{1,200})?$/i],
  ["email", /^[^\s@]+@[^\s@]+$/],
  ["phone", /^(?:[^\p{Nd}]*\p{Nd}){7}/u],
];

/** `POST /operator/search`: leads, the newest first. An e-mail or a phone comes in the body, never in an address. */
export async function search(
  given: Record<string, unknown>,
  values: boolean,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const filter = await filterOf(given, relay);
  if ("status" in filter) return respond(filter);
  const { limit, cursor, count } = given;
  if (count === true) {
    const each = await all<number>(env, relay, "count", { filter });
    return respond(json(200, { count: each.reduce((sum, one) => sum + one, 0) }));
  }
  const most = typeof limit === "number" && limit >= 1 ? Math.min(MOST, Math.trunc(limit)) : SOME;
  const before = typeof cursor === "string" ? cursor.slice(0, MOST_TEXT) : "";
  return found({ filter, before, most, ...(values && { values }) }, env, relay);
}

async function filterOf(
  given: Record<string, unknown>,
  relay: RelayOptions,
): Promise<Filter | Answer> {
  const filter: Filter = {};
  for (const name of ["form", "account", "code"] as const) {
    const own = given[name];
    if (typeof own === "string" && own !== "") filter[name] = own.slice(0, MOST_TEXT);
  }
  for (const name of ["from", "to"] as const) {
    const own = given[name];
    if (typeof own === "number" && own >= 0 && own < 2 ** 47) filter[name] = own;
  }
  const { state, text } = given;
  if (state !== undefined && state !== "") {
    if (!Object.hasOwn(STATES, String(state))) return json(400, { code: "search.state" });
    filter.state = state as LeadState;
  }
  if (text === undefined || text === "") return filter;
  const asked = typeof text === "string" ? text.trim() : "";
  const kind = asked.length <= MOST_TEXT ? KINDS.find(([, is]) => is.test(asked))?.[0] : undefined;
  if (kind === undefined) return json(400, { code: "search.text" });
  if (kind === "id") return { ...filter, id: asked.toLowerCase() };
  return { ...filter, person: await sought(relay, { [kind]: asked }) };
}

/** A lead as it is kept, with its values. */
interface Kept {
  id: string;
  form: string;
  values: object | null;
}

/**
 * `POST /operator/correct` with `{ id, values }`: puts a person's values in the place of a lead's, where the form's rules take
 * them, and sends it on; what was delivered once more, while its values are kept.
 */
export async function correct(
  given: Record<string, unknown>,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const { id, values } = given;
  const shown = await all<Kept | null>(env, relay, "lead", {
    id: String(id).slice(0, MOST_TEXT),
    values: true,
  });
  const at = shown.findIndex((one) => one !== null);
  const own = shown[at];
  const form = own && relay.forms[own.form];
  const which = (): Response =>
    respond(json(409, { code: "correct.which", message: MESSAGES["correct.which"] }));
  if (!own?.values || !form || typeof values !== "object" || values === null) return which();
  const report = compiled(relay, own.form).check(Object.entries(values) as [string, string][]);
  if (!report.ok)
    return respond(
      json(422, {
        code: "correct.values",
        message: MESSAGES["correct.values"],
        issues: report.issues.filter(({ severity }) => severity === "error"),
      }),
    );
  const of = (values: object): ReturnType<typeof hashesOf> =>
    hashesOf(relay, personsOf(form, values as Record<string, unknown>), own.id, "");
  const [{ person, persons, personsKeyed }, before] = await Promise.all([
    of(report.values),
    of(own.values),
  ]);
  const shard = (await shards(env, relay))[at] as string;
  const ruled = await one<Ruled[]>(env, shard, "correct", {
    id: own.id,
    lead: JSON.stringify(report.values),
    person,
    persons,
    personsKeyed,
    same: before.personsKeyed === personsKeyed,
    round: roundOf(undefined),
  });
  return ruled.length === 0 ? which() : respond(json(200, { rows: ruled }));
}

/** `GET /operator/lead?id=`: all that is known of one lead. */
export async function lead(
  id: string,
  values: boolean,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const known = await all<object | null>(env, relay, "lead", {
    id: id.slice(0, MOST_TEXT),
    values,
  });
  const own = known.find((one) => one !== null);
  return respond(own ? json(200, own) : json(404, { code: "not_found" }));
}
