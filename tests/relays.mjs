// What the relays of the suites are made of, so that each of them says only what is its own. It imports nothing: whoever
// puts something in the place of a part of the host does that before the package is there.

/** What every relay is given. On this machine all visitors have one address. */
export const common = (env) => ({
  secret: env.RELAY_SECRET,
  operatorKey: env.OPERATOR_KEY,
  valueKey: env.VALUE_KEY,
  timeScale: Number(env.TIME_SCALE),
  addressLimit: null,
});

/** A form of the page's. */
export const form = (env, fields, deliver, more = {}) => ({
  origins: [env.PAGE_ORIGIN],
  thanks: `${env.PAGE_ORIGIN}/thanks.html`,
  fields,
  deliver,
  ...more,
});

/** What goes to the sandbox's first Marketo form. */
export const toMarketo = (map, more = {}) => ({
  account: "marketo",
  map,
  constants: { formId: 1029 },
  ...more,
});

/** An account of the sandbox's; `more` may put it elsewhere. */
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

/** One of each of these systems, under its name. */
export const accounts = (env, systems, more) =>
  Object.fromEntries(systems.map((system) => [system, account(env, system, more)]));

/** Bounds of the owner's, where a binding has the name of one. */
export const bounds = (env) =>
  Object.fromEntries(
    ["maxBytes", "maxQueued", "maxReview", "maxDead"].flatMap((name) =>
      env[name] ? [[name, Number(env[name])]] : [],
    ),
  );

/** An object that answers a test: `/test/sql` with its rows, and what `more` has, by the path's last word. */
export const showing = (Sound, more = {}) =>
  class extends Sound {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith("/test/")) return super.fetch(request);
      const given = JSON.parse((await request.text()) || "{}");
      const answers = {
        sql: ({ query, bindings = [] }) =>
          this.state.storage.sql.exec(query, ...bindings).toArray(),
        ...more,
      };
      return Response.json((await answers[pathname.slice(6)].call(this, given)) ?? null);
    }
  };

/** The handler, with what `tests` has for `/test/…` beside it, by the path's last word. */
export const withTests = (handler, tests) => ({
  ...handler,
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    const test = pathname.startsWith("/test/") && tests[pathname.slice(6)];
    if (!test) return handler.fetch(request, env, context);
    const answer = await test({ env, text: await request.text(), searchParams });
    return answer instanceof Response ? answer : Response.json(answer ?? null);
  },
});

/** What the objects of these names answer to a test's question. */
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

export const shards = (count) => Array.from({ length: count }, (_, n) => `shard-${n}`);
