import { isReady } from "../core/core.js";
import { FieldpostError } from "../core/errors.js";
import { arrive } from "./arrival.js";
import type { Fields, Systems, TypedSource } from "./define.js";
import { type Answer, json, respond } from "./http/answer.js";
import { consult, patience } from "./host/consult.js";
import { log } from "./host/log.js";
import { operator } from "./operator/operator.js";
import { type Finding, judged } from "./findings.js";
import { configure, options, type RelayEnv, type RelaySource } from "./options.js";
import { BROKE } from "./http/broken.gen.js";
import { knownOrigin } from "./http/origin.js";
import { problem } from "./http/problem.js";
import { countOf, nameOf, outbox, shards } from "./outbox/shards.js";
import type { Asked } from "./http/submission.js";

/** How often the limiters forget persons by the clock, should no call come; and when this isolate told them last. */
const TIDY = 60 * 60 * 1000;
let tidied = 0;

/** What a Worker module exports by default. */
export interface RelayHandler {
  fetch(request: Request, env: RelayEnv): Promise<Response>;
  /** The cron trigger: wakes every outbox, should an alarm have been lost, and has everybody forget what is over. */
  scheduled(event: unknown, env: RelayEnv): Promise<void>;
  /** What is wrong with this relay's options for these bindings: for tools that have no relay running. */
  check(env?: unknown): Promise<Finding[]>;
}

/** A relay for a Worker: `export default relay((env) => ({ forms, accounts, secret: env.SECRET }))`. */
export function makeRelay(source: RelaySource, load: () => Promise<void>): RelayHandler {
  configure(source);
  return {
    async fetch(request, env) {
      // A host hands on what a stranger says that it is called.
      const url = new URL(URL.canParse(request.url) ? request.url : "https://relay.invalid");
      const asked: Asked = { request, url, name: "", origin: null };
      try {
        if (!isReady()) await load();
        return await serve(asked, env);
      } catch (error) {
        return failed(asked, error);
      }
    },

    check: (env) => makeCheck(load)(source, env),

    async scheduled(_event, env) {
      if (!isReady()) await load();
      const relay = options(env);
      const isDue = Date.now() > tidied + TIDY / (relay.timeScale ?? 1);
      if (isDue) tidied = Date.now();
      const wait = patience(relay.timeScale);
      // Where nobody knows them all, ours are woken at least.
      const every = await shards(env, relay).catch(() =>
        Array.from({ length: countOf(relay) }, (_, shard) => nameOf(shard)),
      );
      const woken = await Promise.allSettled(
        every.map((shard) =>
          consult<{ accounts?: string[] }>(outbox(env, shard), "https://outbox/wake", wait, {}),
        ),
      );
      if (!isDue) return;
      // What the limiter of an account that is gone has kept of persons goes, too.
      const accounts = new Set([
        ...Object.keys(relay.accounts),
        ...woken.flatMap((one) => (one.status === "fulfilled" ? (one.value.accounts ?? []) : [])),
      ]);
      await Promise.allSettled(
        [...accounts].map((account) =>
          consult(env.GATE.get(env.GATE.idFromName(account)), "https://gate/forget", wait, {}),
        ),
      );
    },
  };
}

/** What makes a relay of typed options, with a build's own module. */
export const makeDefine =
  (load: () => Promise<void>) =>
  <Env>() =>
  <const O, F extends Fields, S extends Systems>(source: TypedSource<Env, O, F, S>): RelayHandler =>
    makeRelay(source as unknown as RelaySource, load);

/** What finds what is wrong with a relay's options, with a build's own module. */
export const makeCheck =
  (load: () => Promise<void>) =>
  async (options: RelaySource, env?: unknown): Promise<Finding[]> => {
    await load();
    return judged(options, env).found;
  };

async function serve(asked: Asked, env: RelayEnv): Promise<Response> {
  const { request, url } = asked;
  const relay = (asked.relay = options(env));
  const [, root, name = "", ...rest] = url.pathname.split("/");
  if (root === "operator") return operator(request, url, env, relay);
  const form =
    root === "leads" && rest.length === 0 && Object.hasOwn(relay.forms, name)
      ? relay.forms[name]
      : undefined;
  if (!form) return respond(await problem(asked, 404, "not_found"));
  const found = Object.assign(asked, { relay, name, form });

  found.origin = knownOrigin(found);
  return respond(await arrive(found, env), found.origin);
}

/** Whether the lead may have been taken: just now, or when it came first. */
const isUnsure = ({ offered, lead }: Asked): boolean =>
  offered === true || lead?.own["again"] !== undefined;

/** What broke ends here: the visitor is told what is so, and the log where to look. A message of another's may hold a value. */
async function failed(asked: Asked, error: unknown): Promise<Response> {
  const ours = error instanceof FieldpostError;
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  const where = /^ +at .+$/m.exec(stack)?.[0].trim() ?? "";
  log("relay.failed", {
    form: asked.name,
    code: ours ? error.code : name,
    message: ours ? error.message : "",
    where,
  });
  if (asked.url.pathname.startsWith("/operator"))
    return respond(json(500, { code: "relay.failed" }));
  const isOptions = Number(ours && error.code === "relay.options");
  const tell = (known: Asked): Promise<Answer> =>
    problem(known, 500, BROKE[Number(isUnsure(known)) + 2 * isOptions] as (typeof BROKE)[number], {
      "retry-after": "60",
    });
  const { request, url, origin } = asked;
  // What broke may be the form's own, and would break its page, too.
  return respond(
    await tell(asked).catch(() =>
      tell({ request, url, origin, name: "", offered: isUnsure(asked) }),
    ),
    origin,
  );
}
