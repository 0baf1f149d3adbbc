import type { Called } from "../calls/call.js";
import { MEANS, MESSAGES } from "../codes.gen.js";
import { consult, patience } from "../host/consult.js";
import { sha256 } from "../host/hash.js";
import { log } from "../host/log.js";
import { json, respond } from "../http/answer.js";
import { compiled } from "../lead/check.js";
import { lockedOf } from "../lead/locked.js";
import { visitorOf } from "../lead/offer.js";
import { hashesOf, personsOf } from "../lead/persons.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import { accept, outcome, shards } from "../outbox/shards.js";
import { type Attempt, codeOf } from "../storage/attempts.js";
import { HAS_RECORD } from "../storage/listing.gen.js";
import type { Removable } from "../storage/trial.js";
import { all, Away, one } from "./lists.js";

/** A sign-in and a call. */
const PATIENCE = 40_000;

const says = (code: string): { code: string; message?: string } => {
  const message = (MESSAGES as Readonly<Record<string, string>>)[code] ?? MEANS[code];
  return { code, ...(message !== undefined && { message }) };
};

/**
 * `POST /operator/test` with `{ form, values, accounts }`: a lead as a visitor of the form would send it, by its rules and
 * mappings, to all of its accounts or to some. It is marked, and no day counts it.
 */
export async function test(
  { form: name, values, accounts }: Record<string, unknown>,
  who: string,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const way = (): Response => respond(json(400, says("test.way")));
  if (typeof name !== "string" || !Object.hasOwn(relay.forms, name)) return way();
  const form = relay.forms[name] as RelayOptions["forms"][string];
  const goes = form.deliver.map(({ account }) => account);
  const asks = new Map<unknown, true>(
    (Array.isArray(accounts) ? accounts : goes).map((to: unknown) => [to, true]),
  );
  const targets = goes.filter((to) => asks.get(to) !== undefined);
  if (targets[0] === undefined) return way();
  const fields = Object.entries(Object(values) as Record<string, string>);
  const report = compiled(relay, name).check(fields);
  if (!report.ok) {
    const issues = report.issues.filter(({ severity }) => severity === "error");
    return respond(json(422, { ...says("test.values"), issues }));
  }
  const key = `test:${crypto.randomUUID()}`;
  const bodyHash = await sha256(key);
  const offer = await lockedOf(relay, {
    key,
    bodyHash,
    form: name,
    lead: JSON.stringify(report.values),
    visitor: JSON.stringify(visitorOf(form, { fields, own: {} }, report, null, null)),
    ...(await hashesOf(relay, personsOf(form, report.values), key, bodyHash)),
    review: [],
    targets,
    test: 1,
  });
  const { id, state, at } = await accept(env, relay, offer).catch(() =>
    Promise.reject(new Away("The outbox")),
  );
  if (id === "") return respond(json(503, says("outbox.full"), { "retry-after": "60" }));
  log("tested", { who, form: name, id });
  return respond(
    json(200, { id, state: state === "queued" ? await outcome(env, at, key) : state }),
  );
}

/**
 * `POST /operator/remove` with `{ id, account }`: has the record of a test lead deleted in a system, where the test has made it
 * and nobody else can be meant; else says why it stays.
 */
export async function remove(
  { id, account }: Record<string, unknown>,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const which = { id: String(id).slice(0, 320), account: String(account).slice(0, 320) };
  const known = await all<Removable | null>(env, relay, "removable", which);
  const at = known.findIndex((own) => own !== null);
  const own = known[at];
  if (!own) return respond(json(404, { code: "not_found" }));
  if ("stays" in own) return respond(json(200, { removed: false, ...says(own.stays) }));
  const gate = env.GATE.get(env.GATE.idFromName(which.account));
  const began = Date.now();
  const { outcome: said } = await consult<Pick<Called, "outcome">>(
    gate,
    "https://gate/delete",
    patience(relay.timeScale, PATIENCE),
    { account: which.account, ...own },
  );
  const removed = Object.hasOwn(HAS_RECORD, said.kind);
  const code = codeOf(said);
  const attempt: Attempt = {
    at: began,
    took: Date.now() - began,
    operation: own.operation,
    kind: said.kind,
    code,
    param: null,
  };
  const shard = (await shards(env, relay))[at] as string;
  await one(env, shard, "removed", { ...which, attempt, removed });
  log("removed", { ...which, removed, code });
  return respond(json(200, { removed, ...(removed ? { code: null } : says(code ?? said.kind)) }));
}
