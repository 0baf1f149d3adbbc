// Parameters of operations, made up from a seed, and what every call that takes them says of them: one verdict.
import { issue, line, plain } from "./reports.mjs";
import { generated, KINDS } from "./forms.mjs";
import { random } from "../differential/numbers.mjs";

const ACCOUNTS = {
  marketo: { system: "marketo", baseUrl: "https://123-ABC-456.mktorest.com" },
  pardot: { system: "pardot", baseUrl: "https://pi.pardot.com" },
  prospects: {
    system: "prospects",
    baseUrl: "https://api.example.com",
    allowHost: "api.example.com",
  },
  relay: { system: "relay", baseUrl: "https://leads.example.com" },
};
const CREDENTIALS = {
  key: "a",
  clientId: "b",
  clientSecret: "c",
  loginUrl: "https://example.my.salesforce.com",
};

/** What was found to have more than one verdict comes often. */
const SEEN = [
  "Jean\u200bne",
  "ann@m\u00fcnchen.de",
  "soft\u2060word",
  "Cafe\u200b\u0301",
  "Cafe\u0301",
  "Mary\tAnn",
  "a@xn--0.tld",
  "an\u00adn@example.com",
  "+2125550123",
  "47 22 85 50 50",
];

/** What may be made up, from a seed. */
function chances(seed) {
  const next = random(seed);
  return {
    next,
    value: generated(seed).value,
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}

/** An endless list of `[operation, entries]`. */
export function* calls(operations, seed) {
  const { next, value, pick } = chances(seed);
  const of = ({ kind, fields = [], choices = [] }) => {
    const record = () => Object.fromEntries(entries(fields));
    if (kind === "record" && next() < 0.9) return record();
    if (kind === "records" && next() < 0.9)
      return Array.from({ length: 1 + Math.floor(next() * 2) }, record);
    if (choices.length > 0 && next() < 0.8) return pick(choices);
    if ((kind === "id" || kind === "integer") && next() < 0.7)
      return String(1 + Math.floor(next() * 90));
    if (kind === "ipv4" && next() < 0.7) return "192.0.2.7";
    return next() < 0.3 ? pick(SEEN) : value(kind);
  };
  const entries = (params) => {
    const given = params
      .filter(({ required }) => next() < (required ? 0.97 : 0.3))
      .map((param) => [param.name, of(param)]);
    if (next() < 0.1) given.push([next() < 0.5 ? "source" : "customField", pick(SEEN)]);
    return Object.entries(Object.fromEntries(given));
  };
  for (;;) {
    const { name, params } = pick(operations);
    yield [name, entries(params)];
  }
}

/**
 * An endless list of `[spec, operation, entries, others]`: a form that asks for parameters of an operation, what is typed there,
 * and what its owner gives beside.
 */
export function* typed(operations, seed) {
  const { next, value, pick } = chances(seed);
  for (;;) {
    const { name, params } = pick(operations);
    const fields = {};
    const entries = [];
    const others = {};
    for (const { name: param, kind, required, choices } of params) {
      // A lead has all that was typed as its one parameter; of a CRM's some are the owner's, and may be a field's as well.
      const isOwn = isLead(name) ? param !== "values" : next() < 0.03;
      if (isOwn && next() < (required ? 0.97 : 0.3))
        others[param] =
          next() < 0.2 ? pick(SEEN) : choices?.length ? pick(choices) : next() < 0.1 ? false : "7";
      if (next() > (required ? 0.97 : 0.3)) continue;
      // What no form has of its own is typed as text, or comes hidden.
      const own = KINDS.includes(kind) ? kind : pick(["text", "hidden"]);
      const field = { kind: next() < 0.8 ? own : pick(KINDS) };
      if (/^choices?$/.test(field.kind))
        field.choices = choices?.length ? [...choices, "none"] : ["a", "red"];
      if (field.kind === "email" && next() < 0.5)
        field[pick(["quoted", "literal", "international"])] = true;
      fields[param] = field;
      const typed = () =>
        field.choices && next() < 0.8
          ? pick(field.choices)
          : /^(id|integer)$/.test(kind) && next() < 0.7
            ? String(1 + Math.floor(next() * 90))
            : next() < 0.2
              ? pick(SEEN)
              : value(field.kind);
      entries.push([param, typed()]);
      if (next() < 0.05) entries.push([param, typed()]);
    }
    yield [{ fields }, name, entries, others];
  }
}

const isLead = (name) => name === "relay.lead.submit";

/** What a form's own `payload` says of what was typed, in one crossing. */
export const atOnce = (form, name, entries, others) =>
  built(() => {
    const { report, payload } = form.payload(entries, name, others);
    return [...reported(report), payload ? [payload.method, payload.path, payload.body] : null];
  });

/** What a check and a `payload` behind it say, in two; native code writes the same line. */
export const inTurn = (api, form, name, entries, others) =>
  built(() => {
    const report = form.check(entries);
    if (!report.ok) return [...reported(report), null];
    const { values } = report;
    const { method, path, body } = api.payload(name, [
      ...Object.entries(others),
      // A box that was not ticked is no parameter of a CRM's.
      ...(isLead(name)
        ? [["values", values]]
        : Object.entries(values).filter(([, value]) => value !== false)),
    ]);
    return [...reported(report), [method, path, body]];
  });

const reported = ({ ok, values, issues }) => [
  ok,
  Object.entries(values).map(([field, value]) => [field, plain(value)]),
  issues.map(issue),
];

function built(act) {
  try {
    return line(act());
  } catch (error) {
    if (!error.issues) throw error;
    return line([error.code, error.issues.map(issue)]);
  }
}

/** What `payload` says, as a line that native code writes as well; with `checkParams` where the build has it. */
export function said(api, [name, entries]) {
  const checked = api.checkParams(name, entries).map(issue);
  try {
    const { method, path, body } = api.payload(name, entries);
    return line([method, path, body, checked]);
  } catch (error) {
    if (!error.issues) throw error;
    return line([error.code, error.issues.map(issue), checked]);
  }
}

/** What differs between `payload` and the other calls that take parameters; nothing where all agree. */
export async function disagreement(api, worker, [name, entries]) {
  const account = ACCOUNTS[name.split(".")[0]];
  const stops = ({ severity }) => severity === "error";
  const refusal = (act) => {
    try {
      return [act(), null];
    } catch (error) {
      if (error.code !== "params.invalid") throw error;
      return [null, line(error.issues.map(issue))];
    }
  };
  const [payload, why] = refusal(() => api.payload(name, entries));
  const [request, whyNot] = refusal(() => api.request(name, entries, account));
  if (why !== whyNot) return `request: ${whyNot} for ${why}`;
  const errors = api.checkParams(name, entries).filter(stops);
  if ((why === null) !== (errors.length === 0) || (why !== null && line(errors.map(issue)) !== why))
    return `checkParams: ${line(errors.map(issue))} for ${why}`;
  const parts = async (of) =>
    line([of.method, of.url, of.method === "GET" ? null : await of.clone().text()]);
  if (payload) {
    const built = line([
      payload.method,
      new URL(payload.path, account.baseUrl).href,
      payload.method === "GET" ? null : (payload.body ?? ""),
    ]);
    const asked = await parts(request);
    if (asked !== built) return `request: ${asked} for ${built}`;
  }
  if (account.system === "relay") return undefined;
  const sent = [];
  const fetch = async (call) => {
    if (/token$/.test(new URL(call.url).pathname))
      return Response.json({ access_token: "t", token_type: "bearer", expires_in: 3600 });
    sent.push(call.clone());
    return new Response("{}", { status: 200 });
  };
  try {
    await worker
      .client({ ...account, credentials: CREDENTIALS }, { fetch })
      .call(name, Object.fromEntries(entries));
  } catch (error) {
    if (error.code !== "params.invalid") throw error;
    const said = line(error.issues.map(issue));
    return said === why ? undefined : `client.call: ${said} for ${why}`;
  }
  if (why !== null) return `client.call: a request for ${why}`;
  const [first] = sent;
  const [one, other] = [await parts(first), await parts(request)];
  return one === other ? undefined : `client.call: ${one} for ${other}`;
}
