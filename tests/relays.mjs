// What the relays of the suites are made of, so that each of them says only what is its own. It imports nothing: whoever
// puts something in the place of a part of the host does that before the package is there.

/**
 * A Worker's bindings as the stand gives them, all of them texts; its objects are asked for by `askEach`.
 * @typedef {Record<string, string>} Env
 */
/** @typedef {"marketo" | "pardot" | "prospects"} System */

/**
 * What every relay is given. On this machine all visitors have one address.
 * @param {Env} env
 */
export const common = (env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  timeScale: Number(env.TIME_SCALE),
  addressLimit: null,
});

/**
 * A form of the page's.
 * @template Fields, Deliver
 * @template {object} [More={}]
 * @param {Env} env
 * @param {Fields} fields
 * @param {Deliver} deliver
 * @param {More} more
 */
export const form = (env, fields, deliver, more = /** @type {More} */ ({})) => ({
  origins: [env.PAGE_ORIGIN],
  thanks: `${env.PAGE_ORIGIN}/thanks.html`,
  fields,
  deliver,
  ...more,
});

/**
 * What goes to the sandbox's first Marketo form.
 * @param {Record<string, string>} map
 * @param {object} more
 */
export const toMarketo = (map, more = {}) => ({
  account: "marketo",
  map,
  constants: { formId: 1029 },
  ...more,
});

/**
 * An account of the sandbox's; `more` may put it elsewhere.
 * @param {Env} env
 * @param {System} system
 * @param {{ baseUrl?: string }} more
 */
export function account(env, system, more = {}) {
  const client = { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET };
  const own = {
    marketo: { credentials: client },
    pardot: {
      businessUnit: env.SANDBOX_BUSINESS_UNIT,
      credentials: { ...client, loginUrl: more.baseUrl ?? env.SANDBOX },
    },
    prospects: { credentials: { key: env.SANDBOX_KEY } },
  };
  return { system, baseUrl: env.SANDBOX, allowHost: env.SANDBOX_HOST, ...own[system], ...more };
}

/**
 * One of each of these systems, under its name.
 * @param {Env} env
 * @param {System[]} systems
 * @param {object} [more]
 */
export const accounts = (env, systems, more) =>
  Object.fromEntries(systems.map((system) => [system, account(env, system, more)]));

/**
 * Bounds of the owner's, where a binding has the name of one.
 * @param {Env} env
 */
export const bounds = (env) =>
  Object.fromEntries(
    ["maxBytes", "maxQueued", "maxReview", "maxDead"].flatMap((name) =>
      env[name] ? [[name, Number(env[name])]] : [],
    ),
  );

/**
 * An object that answers a test: `/test/sql` with its rows, and what `more` has, by the path's last word.
 * @param {any} Sound one of the package's classes, whose state is its own
 * @param {Record<string, (this: any, given: any) => unknown>} more
 */
export const showing = (Sound, more = {}) =>
  class extends Sound {
    async fetch(/** @type {Request} */ request) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith("/test/")) return super.fetch(request);
      const given = JSON.parse((await request.text()) || "{}");
      /** @type {Record<string, (this: any, given: any) => unknown>} */
      const answers = {
        sql: ({ query, bindings = [] }) =>
          this.state.storage.sql.exec(query, ...bindings).toArray(),
        ...more,
      };
      return Response.json((await answers[pathname.slice(6)]?.call(this, given)) ?? null);
    }
  };

/**
 * The handler, with what `tests` has for `/test/…` beside it, by the path's last word.
 * @template {{ fetch: (request: any, env: any, context: any) => unknown }} Handler
 * @param {Handler} handler
 * @param {Record<string, (asked: { env: any, text: string, searchParams: URLSearchParams }) => unknown>} tests
 */
export const withTests = (handler, tests) => ({
  ...handler,
  async fetch(
    /** @type {Request} */ request,
    /** @type {unknown} */ env,
    /** @type {unknown} */ context,
  ) {
    const { pathname, searchParams } = new URL(request.url);
    const test = pathname.startsWith("/test/") && tests[pathname.slice(6)];
    if (!test) return handler.fetch(request, env, context);
    const answer = await test({ env, text: await request.text(), searchParams });
    return answer instanceof Response ? answer : Response.json(answer ?? null);
  },
});

/**
 * What the objects of these names answer to a test's question.
 * @param {any} namespace the platform's, of a Worker of the tests
 * @param {string[]} names
 * @param {string} path
 * @param {string} [text]
 * @returns {Promise<any[]>}
 */
export const askEach = (namespace, names, path, text) =>
  Promise.all(
    names.map(async (name) =>
      (
        await namespace
          .get(namespace.idFromName(name))
          .fetch(`https://object/test/${path}`, { method: "POST", body: text })
      ).json(),
    ),
  );

export const shards = (/** @type {number} */ count) =>
  Array.from({ length: count }, (_, n) => `shard-${n}`);

/**
 * An object's state with other members: the platform takes it for the state that it is made of.
 * @param {object} state
 * @param {object} own
 */
export const instead = (state, own) => Object.create(state, Object.getOwnPropertyDescriptors(own));
