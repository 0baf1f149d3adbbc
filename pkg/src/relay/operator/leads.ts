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
import type { Given } from "./given.js";
import type { Person } from "./people.js";
import { roundOf } from "./rules.js";
import { said, sought as soughtBy, within } from "./told.js";

/** The most leads of one page, and so many where nobody says. */
const MOST = 200;
const SOME = 50;

/** The longest of what is asked for. */
const MOST_TEXT = 320;

/** `POST /operator/search`: leads, the newest first. An e-mail or a phone comes in the body, never in an address. */
export async function search(
  given: Given,
  values: Person["values"],
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
  const most = Math.min(MOST, Math.trunc(within("limit", limit) ?? SOME));
  const before = typeof cursor === "string" ? cursor.slice(0, MOST_TEXT) : "";
  return found({ filter, before, most, ...(values !== undefined && { values }) }, env, relay);
}

async function filterOf(given: Given, relay: RelayOptions): Promise<Filter | Answer> {
  const filter: Filter = {};
  for (const name of ["form", "account", "code"] as const) {
    const own = said(given[name]);
    if (own !== undefined) filter[name] = own;
  }
  for (const name of ["from", "to"] as const) {
    const own = within("time", given[name]);
    if (own !== undefined) filter[name] = own;
  }
  const { state, text } = given;
  if (state !== undefined && state !== "") {
    if (!Object.hasOwn(STATES, String(state))) return json(400, { code: "search.state" });
    filter.state = state as LeadState;
  }
  if (text === undefined || text === "") return filter;
  const { id, ...person } = soughtBy(text);
  if (id !== undefined) return { ...filter, id };
  if (Object.keys(person)[0] === undefined) return json(400, { code: "search.text" });
  return { ...filter, person: await sought(relay, person) };
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
export async function correct(given: Given, env: RelayEnv, relay: RelayOptions): Promise<Response> {
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
  return ruled[0] === undefined ? which() : respond(json(200, { rows: ruled }));
}

/** `GET /operator/lead?id=`: all that is known of one lead. */
export async function lead(
  id: string,
  values: Person["values"],
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
