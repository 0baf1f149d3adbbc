import type { AnswerCode } from "../core/codes.gen.js";
import { isReady } from "../core/core.js";
import { FieldpostError } from "../core/errors.js";
import { arrive } from "./arrival.js";
import type { Fields, Systems, TypedSource } from "./define.js";
import { type Answer, json, respond } from "./http/answer.js";
import { consult, patience } from "./host/consult.js";
import { facts } from "./host/facts.js";
import { log } from "./host/log.js";
import { operator } from "./operator/operator.js";
import { type Finding, judged } from "./findings.js";
import {
  configure,
  options,
  type RelayEnv,
  type RelayOptions,
  type RelaySource,
} from "./options.js";
import { knownOrigin } from "./http/origin.js";
import { problem } from "./http/problem.js";
import { BROKE, TIDY, TOLD } from "./visitor.gen.js";
import { faultOf, saidOf } from "./host/platform.js";
import { countOf, nameOf, outbox, shards } from "./outbox/shards.js";
import type { Asked } from "./http/submission.js";

/** When this isolate told the limiters last to forget persons by the clock, should no call come. */
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
      const told: readonly string[] =
        TOLD[Number(Date.now() > tidied + TIDY / (relay.timeScale ?? 1))] ?? [];
      if (told[0] !== undefined) tidied = Date.now();
      const wait = patience(relay.timeScale);
      // Where nobody knows them all, ours are woken at least.
      const every = await shards(env, relay).catch(() =>
        Array.from({ length: countOf(relay) }, (_, shard) => nameOf(shard)),
      );
      const woken = await Promise.all(
        every.map((shard) =>
          consult<{ accounts?: string[] }>(
            outbox(env, shard),
            "https://outbox/wake",
            wait,
            {},
          ).then(
            ({ accounts = [] }) => accounts,
            () => [],
          ),
        ),
      );
      // What the limiter of an account that is gone has kept of persons goes, too.
      const accounts = new Set([...Object.keys(relay.accounts), ...woken.flat()]);
      await Promise.allSettled(
        told.flatMap((word) =>
          [...accounts].map((account) =>
            consult(env.GATE.get(env.GATE.idFromName(account)), `https://gate/${word}`, wait, {}),
          ),
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
  const { url } = asked;
  const relay = (asked.relay = options(env));
  const [, root = "", ...path] = url.pathname.split("/");
  return (DOORS.get(root) ?? NOWHERE).opens(asked, env, relay, path);
}

interface Door {
  opens(
    asked: Asked,
    env: RelayEnv,
    relay: RelayOptions,
    path: readonly string[],
  ): Promise<Response>;
  /** Says that it broke, where that is not a visitor's page. */
  broke?(): Response;
}

/** Who serves what nobody else does. */
const NOWHERE: Door = {
  opens: async (asked) => respond(await problem(asked, 404, "not_found")),
};

/** Who serves what is asked, by the first part of its path. */
const DOORS: ReadonlyMap<string, Door> = new Map<string, Door>([
  [
    "operator",
    {
      opens: ({ request, url }, env, relay) => operator(request, url, env, relay),
      broke: () => respond(json(500, { code: "relay.failed" })),
    },
  ],
  [
    "leads",
    {
      opens: async (asked, env, relay, path) => {
        const [name = "", more] = path;
        const hasForm = more === undefined && Object.hasOwn(relay.forms, name);
        const form = hasForm ? relay.forms[name] : undefined;
        if (!form) return NOWHERE.opens(asked, env, relay, path);
        const found = Object.assign(asked, { relay, name, form });
        found.origin = knownOrigin(found);
        return respond(await arrive(found, env), found.origin);
      },
    },
  ],
]);

/** What broke ends here: the visitor is told what is so, and the log where to look. A message of another's may hold a value. */
async function failed(asked: Asked, error: unknown): Promise<Response> {
  const { name, stack = "" } = error instanceof Error ? error : { name: typeof error };
  const where = /^ +at .+$/m.exec(stack)?.[0].trim() ?? "";
  log("relay.failed", {
    form: asked.name,
    code: error instanceof FieldpostError ? error.code : name,
    message: saidOf(error).message ?? "",
    where,
  });
  const { request, url, origin, offered = false, lead } = asked;
  const [, root = ""] = url.pathname.split("/");
  const said = DOORS.get(root)?.broke?.();
  if (said) return said;
  const isUnsure = facts(offered, lead?.own["again"] !== undefined);
  const code = (BROKE[faultOf(error)] ?? BROKE.other)[isUnsure] as AnswerCode;
  const tell = (known: Asked): Promise<Answer> =>
    problem(known, 500, code, { "retry-after": "60" });
  // What broke may be the form's own, and would break its page, too.
  return respond(await tell(asked).catch(() => tell({ request, url, origin, name: "" })), origin);
}
