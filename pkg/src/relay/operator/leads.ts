import { json, respond, type Answer } from "../http/answer.js";
import { sought } from "../lead/persons.js";
import type { RelayEnv, RelayOptions } from "../options.js";

import type { Filter } from "../storage/finding.js";
import { isLeadState } from "../storage/lead-state.js";
import { all, found } from "./lists.js";

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
  body: string,
  values: boolean,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  let given: Record<string, unknown>;
  try {
    given = Object(JSON.parse(body || "{}")) as Record<string, unknown>;
  } catch {
    return respond(json(400, { code: "body.json" }));
  }
  const filter = await filterOf(given, relay);
  if ("status" in filter) return respond(filter);
  const { limit, cursor } = given;
  const most = typeof limit === "number" && limit >= 1 ? Math.min(MOST, Math.trunc(limit)) : SOME;
  const before = typeof cursor === "string" ? cursor.slice(0, MOST_TEXT) : "";
  return found({ filter, before, most, values }, env, relay);
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
    if (!isLeadState(state)) return json(400, { code: "search.state" });
    filter.state = state;
  }
  if (text === undefined || text === "") return filter;
  const asked = typeof text === "string" ? text.trim() : "";
  const kind = asked.length <= MOST_TEXT ? KINDS.find(([, is]) => is.test(asked))?.[0] : undefined;
  if (kind === undefined) return json(400, { code: "search.text" });
  if (kind === "id") return { ...filter, id: asked.toLowerCase() };
  return { ...filter, person: await sought(relay, { [kind]: asked }) };
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
