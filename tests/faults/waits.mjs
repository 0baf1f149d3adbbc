// What somebody has to mend: the fault lasts, what it concerns waits and nothing else does, and once it is mended all leads
// arrive by themselves, each once.
import { body, until } from "../stand.mjs";

/** @typedef {import("../relays.mjs").System} System */
/**
 * A delivery as the operator sees it.
 * @typedef {{ id: string, account: string, phase: string, code: string | null, warning?: string, maybe_repeated?: number }} Delivery
 */
/**
 * A row of the table; what its members are stands there.
 * @typedef {{
 *   name: string, account: System, code?: string, faults: object[], form?: string, param?: string, half?: boolean,
 *   tokens?: boolean, without?: string, alone?: boolean, behind?: string, says?: number, warning?: string, also?: string,
 *   config?: Record<string, object>,
 * }} Row
 */

/** `at once` strikes until the script is emptied. */
const lasts = (/** @type {object} */ rule) => ({ ...rule, until: "cleared" });
const code = (
  /** @type {System} */ system,
  /** @type {number} */ number,
  /** @type {object} */ more = {},
) => lasts({ system, fault: "code", code: number, ...more });
const status = (
  /** @type {System} */ system,
  /** @type {number} */ number,
  /** @type {object} */ more = {},
) => lasts({ system, fault: "status", status: number, ...more });
const token = (/** @type {System} */ system, /** @type {object} */ fault) =>
  lasts({ system, calls: "token", ...fault });

/**
 * `account` waits, with `code`: for the whole of it, for one `form`, or for one `param` of it, which only `half` of the leads
 * fill. `tokens`: it has to sign in
 * anew. `without`: the binding that is missing, which a restart with it mends. `alone`: the fault is of one lead, which dies of
 * it, and nobody waits. `behind`: what the row before leaves. `says`: what the limiter learns. `warning`: what is left out, and the lead is done.
 * @type {Row[]}
 */
export const WAITS = [
  {
    name: "account: the resource is not there",
    account: "marketo",
    code: "marketo.610",
    faults: [code("marketo", 610, { calls: "api" })],
  },
  {
    name: "account: the business unit",
    account: "pardot",
    code: "pardot.201",
    faults: [code("pardot", 201, { calls: "api" })],
  },
  {
    name: "account: access denied",
    account: "pardot",
    code: "pardot.49",
    faults: [code("pardot", 49, { calls: "api" })],
  },
  {
    name: "account: 403 for all",
    account: "prospects",
    code: "http.403",
    faults: [status("prospects", 403, { calls: "api" })],
  },
  {
    name: "account: 401 for all",
    account: "prospects",
    code: "http.401",
    faults: [status("prospects", 401, { calls: "api" })],
  },
  {
    name: "account: 404 for all",
    account: "prospects",
    code: "http.404",
    faults: [status("prospects", 404, { calls: "api" })],
  },
  {
    name: "writes: no permission",
    account: "marketo",
    code: "marketo.603",
    faults: [code("marketo", 603, { calls: "write" })],
  },
  {
    name: "writes: no permission",
    account: "pardot",
    code: "pardot.46",
    faults: [code("pardot", 46, { calls: "write" })],
  },
  {
    name: "target: no such form",
    account: "marketo",
    form: "contact",
    code: "marketo.609",
    faults: [code("marketo", 609, { form: 1029 })],
  },
  {
    name: "target: a field that nobody names",
    account: "marketo",
    form: "contact",
    code: "marketo.1006",
    faults: [code("marketo", 1006, { form: 1029 })],
  },
  {
    name: "target: a field that some leads fill",
    account: "marketo",
    form: "contact",
    param: "company",
    half: true,
    code: "marketo.1006",
    faults: [
      code("marketo", 1006, { field: "company", form: 1029, message: "Field 'company' not found" }),
    ],
  },
  {
    name: "target: a constant that is gone",
    account: "pardot",
    form: "other",
    param: "campaign_id",
    code: "pardot.38",
    faults: [code("pardot", 38, { field: "campaign_id" })],
  },
  {
    name: "one lead: 403 for its text",
    account: "prospects",
    alone: true,
    code: "http.403",
    faults: [status("prospects", 403, { calls: "write" })],
  },
  {
    name: "one lead: 403 for its text",
    account: "pardot",
    alone: true,
    code: "http.403",
    faults: [status("pardot", 403, { calls: "write" })],
  },
  {
    name: "one lead: 401 for its text",
    account: "marketo",
    alone: true,
    code: "http.401",
    faults: [status("marketo", 401, { calls: "write" })],
  },
  {
    name: "sign-in: invalid_grant",
    account: "pardot",
    code: "auth.flow",
    tokens: true,
    faults: [
      token("pardot", {
        fault: "status",
        status: 400,
        body: { error: "invalid_grant", error_description: "no client credentials user enabled" },
      }),
    ],
  },
  {
    name: "sign-in: a shared login host",
    account: "pardot",
    code: "auth.domain",
    tokens: true,
    faults: [
      token("pardot", {
        fault: "status",
        status: 400,
        body: { error: "invalid_grant", error_description: "request not supported on this domain" },
      }),
    ],
  },
  {
    name: "sign-in: a page",
    account: "marketo",
    code: "auth.page",
    tokens: true,
    faults: [token("marketo", { fault: "html" })],
  },
  {
    name: "sign-in: an empty answer",
    account: "pardot",
    code: "auth.empty",
    tokens: true,
    faults: [token("pardot", { fault: "empty" })],
  },
  {
    name: "sign-in: an empty token",
    account: "marketo",
    code: "auth.empty",
    tokens: true,
    faults: [token("marketo", { fault: "status", status: 200, body: { access_token: "" } })],
  },
  {
    name: "sign-in: the service is down",
    account: "marketo",
    code: "auth.down",
    tokens: true,
    faults: [token("marketo", { fault: "status", status: 503 })],
  },
  {
    name: "sign-in: half of the answer",
    account: "pardot",
    tokens: true,
    faults: [token("pardot", { fault: "truncate" })],
  },
  {
    name: "sign-in: no key",
    account: "prospects",
    code: "account.credential",
    without: "SANDBOX_KEY",
    faults: [],
  },
  {
    name: "sign-in: no secret",
    account: "marketo",
    code: "account.credential",
    without: "SANDBOX_CLIENT_SECRET",
    also: "pardot",
    faults: [],
  },
  {
    name: "version: the account needs 3",
    account: "pardot",
    says: 3,
    config: { pardot: { version: 3 } },
    faults: [],
  },
  {
    name: "version: the account needs 4",
    behind: "a relay that has just learned 3",
    account: "pardot",
    says: 4,
    config: { pardot: { version: 4 } },
    faults: [],
  },
  {
    // Only `other` asks for a consent, without which no cookie is kept.
    name: "cookie: Marketo does not take it",
    account: "marketo",
    warning: "marketo.cookie_dropped",
    faults: [code("marketo", 1012, { field: "cookie", message: "Invalid cookie value 'x'" })],
  },
];

const COOKIE = "id:123-ABC-456&token:_mch-example.com-1700000000000-12345";
const SYSTEMS = ["marketo", "pardot", "prospects"];

/**
 * Sends `leads` leads of each form through one row; throws where one is lost, there twice, dies or does not wait.
 * @param {{
 *   at: import("../stand.mjs").Stand, bindings: Record<string, string>,
 *   operator: (path: string, init?: RequestInit) => Promise<any>,
 * }} on
 * @param {Row} row
 * @param {number} number
 * @param {number} leads
 */
export async function waitsRow({ at, bindings, operator }, row, number, leads) {
  const { name, account, form, param, half, alone, faults } = row;
  const wrong = (/** @type {string} */ what) => new Error(`${name} (${account}): ${what}`);
  if (row.without) {
    bindings[row.without] = "";
    await at.killRelay();
    await at.startRelay();
  }
  if (row.tokens) await at.expireTokens();
  const one = (/** @type {string} */ kind, /** @type {number} */ n) =>
    `wait${number}-${kind}${n}@example.org`;
  await at.faults(alone ? faults.map((fault) => ({ ...fault, key: one("contact", 0) })) : faults);

  const post = async (/** @type {string} */ kind, /** @type {number} */ n) => {
    const values = {
      firstName: "Ann",
      lastName: "Lee",
      email: one(kind, n),
      terms: "yes",
      ...(half && n % 2 ? {} : { company: `Row ${number}` }),
    };
    const own = { key: `wait-${number}-${kind}-${n}`, v: "1", mkto_trk: COOKIE };
    const response = await fetch(`${at.relay}/leads/${kind}`, {
      method: "POST",
      body: body(values, own),
      headers: { accept: "application/json", origin: at.page },
    });
    if (response.status !== 202) throw wrong(`${response.status}`);
    return { id: (await response.json()).id, form: kind, n };
  };
  const sent = await Promise.all(
    ["contact", "other"].flatMap((kind) => Array.from({ length: leads }, (_, n) => post(kind, n))),
  );
  const states = async () => {
    /** @type {Delivery[]} */
    const found = await operator("leads?limit=10000");
    return found.flatMap((delivery) => {
      const lead = sent.find(({ id }) => delivery.id.startsWith(`${id}/`));
      return lead ? [{ ...delivery, ...lead }] : [];
    });
  };
  /** @typedef {Delivery & { form: string, n: number }} Sent */

  /** Whether the fault is of this delivery. */
  const concerns = (/** @type {Sent} */ delivery) =>
    alone
      ? delivery.account === account && delivery.form === "contact" && delivery.n === 0
      : row.says || row.warning
        ? false
        : row.also === delivery.account ||
          (delivery.account === account &&
            (!form || delivery.form === form) &&
            (!half || delivery.n % 2 === 0));
  /**
   * @param {(delivery: Sent) => boolean} fits
   * @param {string} what
   */
  const settled = async (fits, what) => {
    /** @type {Sent[]} */
    let last = [];
    await until(
      async () => {
        last = await states().catch(() => []);
        return last.length === sent.length * SYSTEMS.length && last.every(fits);
      },
      `${name} (${account}): ${what}`,
      60_000 + leads * 1_200,
    ).catch((error) => {
      const bad = last.find((delivery) => !fits(delivery));
      throw new Error(
        `${error.message}; ${bad?.account} ${bad?.form} is ${bad?.phase} with ${bad?.code}`,
      );
    });
    return last;
  };
  /**
   * @typedef {{ code: string, message: string }} Closed
   * @typedef {{ account: string, closed: Closed | null, version: number, targets: (Closed & { form: string, param: string | null })[] }} Gate
   */
  const gate = async () => {
    /** @type {Gate[]} */
    const gates = (await operator("status")).gates;
    const known = gates.find((one) => one.account === account);
    if (!known) throw wrong("no such account");
    return known;
  };

  // What it does not concern goes on, and what it concerns waits with its code.
  const held = await settled((delivery) => {
    if (!concerns(delivery)) return delivery.phase === "done";
    return alone
      ? delivery.phase === "dead" && delivery.code === row.code
      : delivery.phase === "waiting";
  }, "who waits");
  let said = await gate();
  const closes = !alone && !row.says && !row.warning;
  await until(
    async () => {
      said = await gate();
      const closed = form
        ? said.targets.find((known) => known.form === form && known.param === (param ?? null))
        : said.closed;
      return !closes || (closed?.message && (!row.code || closed.code === row.code));
    },
    "what is closed",
    20_000,
  ).catch(() => {
    throw wrong(`closed is ${JSON.stringify(form ? said.targets : said.closed)}`);
  });
  if (!closes && (said.closed || said.targets.length > 0))
    throw wrong(`closed for nothing: ${JSON.stringify(said)}`);
  if (row.says && said.version !== row.says) throw wrong(`its version is ${said.version}`);
  if (
    row.warning &&
    held.some(
      (delivery) =>
        delivery.account === account &&
        (delivery.warning === row.warning) !== (delivery.form === "other"),
    )
  )
    throw wrong("no warning");
  // Of those that wait, who was refused shows why.
  if (
    !alone &&
    row.code &&
    !row.without &&
    held.some(concerns) &&
    !held.some((delivery) => concerns(delivery) && delivery.code === row.code) &&
    !row.tokens
  ) {
    throw wrong("no lead shows why it waits");
  }

  await at.faults([]);
  if (row.without) {
    delete bindings[row.without];
    await at.killRelay();
    await at.startRelay();
  }
  if (!alone) await settled(({ phase }) => phase === "done", "all of them, mended");
  const after = await gate();
  if (after.closed || after.targets.length > 0)
    throw wrong(`still closed: ${JSON.stringify(after.closed ?? after.targets)}`);
  const people = new Set();
  for (const { system, email } of await at.leads()) {
    const who = `${system} ${email}`;
    if (people.has(who)) throw wrong(`${who} is there twice`);
    people.add(who);
  }
  const expected = sent.length * SYSTEMS.length - (alone ? 1 : 0);
  if (people.size !== expected) throw wrong(`${people.size} of ${expected} arrived`);
  // The dead one is of nobody's next row.
  if (alone)
    await operator("replay?phase=dead", { method: "POST" }).then(() =>
      settled(({ phase }) => phase === "done", "the one lead, sent again"),
    );
  return {
    deliveries: sent.length * SYSTEMS.length,
    waited: held.filter((delivery) => concerns(delivery)).length,
  };
}
