// Runs the cases of `cases/*.json` through the package, wherever this module runs: Node, workerd, a browser. It uses no
// host API, and gives back what differs.

/** The file of each kind of case that has none of its own name inside. */
export const FIELD_FILES = [
  "email",
  "typo",
  "phone",
  "label",
  "text",
  "choice",
  "consent",
  "number",
  "date",
  "url",
  "place",
  "policy_email",
  "policy_phone",
];

/** `build` is `lean` or `edge`; `cases` maps a file's name to its cases. */
export async function verdicts(api, build, cases) {
  const differences = [];
  let count = 0;
  const differ = (id, what, got, expected) => {
    const [one, other] = [canonical(got), canonical(expected)];
    if (one !== other) differences.push(`${id}: ${what} is ${one}, not ${other}`);
  };
  const runs = (one) => !one.builds || one.builds.includes(build);

  for (const name of FIELD_FILES) {
    for (const one of cases[name] ?? []) {
      count++;
      const report = api.form({ fields: { value: one.field } }).checkField("value", one.input);
      differ(one.id, "ok", report.ok, one.expect.ok);
      // The cases write numbers as text, which no JSON reader rounds.
      const value = typeof report.value === "number" ? String(report.value) : report.value;
      if ("value" in one.expect) differ(one.id, "value", value, one.expect.value);
      if (one.expect.codes)
        differ(
          one.id,
          "codes",
          report.issues.map(({ code }) => code),
          one.expect.codes,
        );
      if (one.expect.severities)
        differ(
          one.id,
          "severities",
          report.issues.map(({ severity }) => severity),
          one.expect.severities,
        );
      if ("suggestion" in one.expect) {
        differ(
          one.id,
          "suggestion",
          report.issues.find(({ suggestion }) => suggestion)?.suggestion ?? null,
          one.expect.suggestion,
        );
      }
      if (one.expect.flags) differ(one.id, "flags", report.flags, one.expect.flags);
      if ("ext" in one.expect) differ(one.id, "ext", report.ext ?? null, one.expect.ext);
      if ("region" in one.expect)
        differ(one.id, "region", report.region ?? null, one.expect.region);
    }
  }

  for (const one of cases.repeated ?? []) {
    count++;
    const made = api.form({ fields: one.fields });
    const lists = {};
    for (const [name, value] of one.entries) (lists[name] ??= []).push(value);
    for (const [how, given] of [
      ["entries", one.entries],
      ["lists", lists],
    ]) {
      const { ok, values, issues } = made.check(given);
      differ(
        one.id,
        how,
        { ok, values, issues: issues.map(({ field, code, severity }) => [field, code, severity]) },
        one.expect,
      );
      const { report, payload } = made.payload(
        how === "lists" ? JSON.stringify(given) : given,
        "pardot.prospect.upsert",
      );
      differ(
        one.id,
        `the report of ${how}`,
        report.issues.map(({ field, code }) => [field, code]),
        one.expect.issues.map(([field, code]) => [field, code]),
      );
      differ(one.id, `the payload of ${how}`, payload !== undefined, one.expect.ok);
    }
    for (const [name, all] of Object.entries(lists)) {
      if (!Object.hasOwn(one.fields, name)) continue;
      const codes = made.checkField(name, all).issues.map(({ code }) => code);
      differ(
        one.id,
        `the field ${name}`,
        codes,
        one.expect.issues
          .filter(
            ([field, code]) => field === name && !["value.equal", "value.required"].includes(code),
          )
          .map(([, code]) => code),
      );
    }
  }

  const requests = Object.keys(cases).filter((name) => name.startsWith("request"));
  for (const one of requests.flatMap((name) => cases[name])) {
    // The lean build has the operations that capture a lead.
    if (
      !runs(one) ||
      (build === "lean" && !known(api, one.operation) && one.id !== "no-such-operation")
    )
      continue;
    count++;
    const params = one.params ?? JSON.parse(one.raw);
    let got;
    try {
      const built = one.account
        ? api.request(one.operation, params, one.account)
        : api.payload(one.operation, params);
      got = await plain(built, one);
    } catch (error) {
      got = { code: error.code, issues: error.issues?.map(({ field, code }) => [field, code]) };
      if (!(error instanceof Error))
        differences.push(`${one.id}: threw something that is no Error`);
    }
    differ(one.id, "the request", got, one.expect);
    // Where there is no account, the call says the version.
    if (build === "edge" && one.account?.version === 3 && got.url) {
      const { path, body } = api.payload(one.operation, params, 3);
      differ(one.id, "the payload", [new URL(path, got.url).href, body], [got.url, got.body]);
    }
  }

  for (const one of cases.reply ?? []) {
    if (build === "lean" && !one.operation.startsWith("relay.")) continue;
    count++;
    const outcome = await api.read(one.operation, {
      status: one.status,
      headers: one.headers ?? {},
      body: one.body,
    });
    differ(one.id, "the outcome", summary(outcome, one.expect), one.expect);
  }
  return { count, differences };
}

const known = (api, name) => api.operations().some((operation) => operation.name === name);

async function plain(built, one) {
  if (!one.account) return built;
  const headers = Object.fromEntries(
    [...built.headers].map(([name, value]) => [
      name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()),
      value,
    ]),
  );
  return {
    method: built.method,
    url: built.url,
    headers,
    body: built.method === "GET" ? null : await built.text(),
  };
}

/** An outcome as the cases write it: codes instead of sentences, and records where the case cares for them. */
function summary(outcome, expect) {
  const { issues, record, records, results, warnings, ...rest } = outcome;
  if ("records" in expect) rest.records = records;
  if ("record" in expect) rest.record = record;
  if ("ids" in expect) rest.ids = results.map(({ id }) => id ?? null);
  if (warnings) rest.warnings = warnings.map(({ code }) => code);
  if (issues) {
    rest.codes = issues.map(({ code }) => code);
    if (issues.some(({ field }) => field)) rest.fields = issues.map(({ field }) => field);
  }
  if (results) rest.kinds = results.map(({ kind }) => kind);
  return rest;
}

/** JSON with sorted names; what is not there is not there. */
function canonical(value) {
  return JSON.stringify(value, (_, part) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
