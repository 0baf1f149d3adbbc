// Every place that says how many leads and deliveries there are, beside what the rows themselves say.
import assert from "node:assert/strict";

/** Another key is needed to see values. */
const SEES = {
  authorization: "Bearer demo-operator",
  "fieldpost-value-key": "demo-operator-values",
};

export const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);
const sorted = (rows) => rows.map((row) => JSON.stringify(row)).sort();
/** How many there are of each name, in one order. */
export function counts(rows, name, n = () => 1) {
  const all = {};
  for (const row of rows) all[name(row)] = (all[name(row)] ?? 0) + n(row);
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, many]) => many !== 0)
      .sort(),
  );
}

/** What is there, as the rows of each outbox say. */
export async function truth({ sql }) {
  const [leads, deliveries, kept, bytes] = await Promise.all([
    sql("SELECT id, form, finished, accepted, test FROM leads"),
    sql("SELECT id, lead, account, phase, code, hold, round, maybe_repeated FROM deliveries"),
    sql("SELECT lead FROM kept_values"),
    sql(`SELECT (SELECT coalesce(sum(600 + octet_length(lead) + octet_length(visitor)), 0) FROM leads WHERE finished IS NULL)
      + (SELECT 600 * count(*) FROM deliveries JOIN leads ON leads.id = deliveries.lead WHERE finished IS NULL)
      + (SELECT coalesce(sum(octet_length(request)), 0) FROM renders) AS bytes`),
  ]);
  return { leads, deliveries, kept, bytes: bytes.map(([row]) => row.bytes) };
}

/** Where a lead stands, as docs/operating.md has it. */
function stateOf(lead, own) {
  const has = (phase) => own.some((one) => one.phase === phase);
  if (lead.finished === null) return has("review") ? "review" : has("dead") ? "dead" : "waiting";
  return own.length === 0 ? "erased" : has("discarded") ? "discarded" : "delivered";
}

/** A delivery is sent while its call is out, and waits between two calls: which of both it is changes while somebody looks. */
const under = (phase) => (phase === "sent" ? "waiting" : phase);

/** A metric's values, by what stands in its braces. */
const metricOf = (text, name) =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\d+)$`, "gm"))].map(([, labels, value]) => [
      labels.replace(/\w+="([^"]*)"/g, "$1"),
      Number(value),
    ]),
  );

/** All leads of a list, page after page. */
async function paged({ tell }, said) {
  const ids = [];
  for (let cursor = ""; cursor !== null; ) {
    const { leads, next } = await tell("search", { ...said, limit: 15, cursor });
    ids.push(...leads.map(({ id }) => id));
    cursor = next;
  }
  return ids;
}

export async function places({ operator, read, tell }) {
  const [status, today, text, attention, rounds, json, ndjson, csv, imported] = await Promise.all([
    read("status"),
    read("today?days=30&zone=0"),
    operator("metrics").then((answer) => answer.text()),
    read("attention?limit=10000"),
    read("rounds?limit=20"),
    read("export", SEES),
    ...["ndjson", "csv", "import"].map((format) =>
      operator(`export?format=${format}`, { headers: SEES }).then((answer) => answer.text()),
    ),
  ]);
  const states = ["review", "dead", "waiting", "delivered", "discarded", "erased", "person"];
  const found = {};
  for (const state of states) {
    const { count } = await tell("search", { state, count: true });
    found[state] = { count, ids: await paged({ tell }, { state }) };
  }
  const filtered = {};
  for (const filter of [
    { form: "event" },
    { account: "marketo" },
    { account: "crm" },
    { code: "marketo.1003" },
    { code: "account.gone" },
    { code: "token.forged", state: "review" },
    { form: "contact", state: "person" },
  ])
    filtered[JSON.stringify(filter)] = await paged({ tell }, filter);
  const listed = (await operator("leads?format=ndjson&limit=10000").then((answer) => answer.text()))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((row) => "id" in row);
  const exportedDead = await read("export?phase=dead", SEES);
  const exportedDone = await read("export?phase=done", SEES);
  return {
    status,
    today,
    text,
    attention,
    rounds,
    json,
    ndjson,
    csv,
    imported,
    found,
    filtered,
    all: await paged({ tell }, {}),
    listed,
    exportedDead,
    exportedDone,
  };
}

/** What was looked at, whether a call was out just then or not. */
export const still = (rows) => JSON.stringify(rows).replaceAll('"sent"', '"waiting"');

/**
 * Throws where a place says something else than the rows; gives the leads, each with where it stands. `names`: what the account
 * that may be renamed is and was called, `named` what it is now; `since`: how many were accepted and delivered when the instance
 * began, where somebody knows; `gone`: what is there no more.
 */
export function compared(
  { leads: byShard, deliveries: deliveriesByShard, kept, bytes },
  said,
  { named, names, since, gone = { erased: [], forgotten: [] } },
) {
  const { status, today, text } = said;
  const deliveries = deliveriesByShard.flat().map((one) => ({ ...one, phase: under(one.phase) }));
  const ofLead = new Map();
  for (const one of deliveries) ofLead.set(one.lead, [...(ofLead.get(one.lead) ?? []), one]);
  const each = (leads) =>
    leads.map((lead) => {
      const own = ofLead.get(lead.id) ?? [];
      const isGone = own.some(
        ({ phase, account }) => phase === "waiting" && names.includes(account) && account !== named,
      );
      return { ...lead, own, isGone, state: stateOf(lead, own) };
    });
  const leads = each(byShard.flat());
  const idsOf = (which) =>
    leads
      .filter(which)
      .map(({ id }) => id)
      .sort()
      .reverse();
  const is = (state) => (lead) => lead.state === state;

  // Status and metrics, shard by shard.
  for (const [n, shard] of status.shards.entries()) {
    const own = each(byShard[n]);
    const many = (which) => own.filter(which).length;
    const wanted = {
      queued: many(is("waiting")),
      review: many(is("review")),
      dead: many(is("dead")),
      gone: many((lead) => lead.isGone && lead.state === "waiting"),
      deadDeliveries: sum(deliveriesByShard[n], ({ phase }) => Number(phase === "dead")),
      repeated: sum(deliveriesByShard[n], (one) => one.maybe_repeated),
      bytes: bytes[n],
      oldest: Math.min(
        ...own.filter(({ finished }) => finished === null).map(({ accepted }) => accepted),
      ),
      oldestForPerson: Math.min(
        ...own
          .filter((lead) => lead.finished === null && (lead.state !== "waiting" || lead.isGone))
          .map(({ accepted }) => accepted),
      ),
    };
    for (const [name, value] of Object.entries(wanted))
      assert.equal(
        shard[name] ?? Number.POSITIVE_INFINITY,
        value,
        `status of ${shard.shard}: ${name}`,
      );
    for (const [metric, name] of Object.entries({
      fieldpost_leads_queued: "queued",
      fieldpost_leads_review: "review",
      fieldpost_leads_dead: "dead",
      fieldpost_leads_gone: "gone",
      fieldpost_deliveries_dead: "deadDeliveries",
      fieldpost_deliveries_repeated: "repeated",
      fieldpost_bytes: "bytes",
    }))
      assert.equal(
        metricOf(text, metric)[shard.shard],
        wanted[name],
        `${metric} of ${shard.shard}`,
      );
  }

  // The day's page.
  const open = leads.filter(({ finished }) => finished === null);
  assert.deepEqual(
    counts(
      today.leads,
      ({ form, standing }) => `${form} ${standing}`,
      ({ n }) => n,
    ),
    counts(open, ({ form, state }) => `${form} ${state === "waiting" ? "queued" : state}`),
    "today: leads",
  );
  assert.deepEqual(
    counts(
      today.deliveries,
      ({ form, account, phase }) => `${form} ${account} ${under(phase)}`,
      ({ n }) => n,
    ),
    counts(
      open.flatMap(({ form, own }) => own.map((one) => ({ form, ...one }))),
      ({ form, account, phase }) => `${form} ${account} ${phase}`,
    ),
    "today: deliveries",
  );
  const groups = counts(
    leads.flatMap(({ own, form, isGone }) => [
      ...new Set(
        own.flatMap(({ phase, code }) =>
          phase === "dead" || phase === "review" ? [`${phase} ${code}`] : [],
        ),
      ),
      ...(isGone ? [`waiting account.gone ${form}`] : []),
    ]),
    (name) => name,
  );
  for (const [place, own] of [
    ["today", today.groups],
    ["attention", said.attention.groups],
  ])
    assert.deepEqual(
      counts(
        own,
        ({ phase, code, form }) => [phase, code, form].filter(Boolean).join(" "),
        (one) => one.leads,
      ),
      groups,
      `${place}: groups`,
    );
  // A test is no lead of a day.
  const counted = leads.filter(({ test }) => !test);
  const ofDays = (what) => today.days.filter((row) => row.what === what);
  assert.deepEqual(
    counts(
      ofDays("accepted"),
      ({ form }) => form,
      ({ n }) => n,
    ),
    counts([...counted, ...gone.forgotten], ({ form }) => form),
    "days: accepted",
  );
  assert.deepEqual(
    counts(
      ofDays("delivered"),
      ({ form, account }) => `${form} ${account}`,
      ({ n }) => n,
    ),
    counts(
      [...counted.flatMap(({ form, own }) => own.map((one) => ({ form, ...one }))), ...gone.erased],
      ({ form, account, phase }) => (phase === "done" ? `${form} ${account}` : "-"),
      ({ phase }) => Number(phase === "done"),
    ),
    "days: delivered",
  );

  // Counters, since the instance began.
  for (const [name, before] of Object.entries(since ?? {}))
    assert.equal(
      sum(Object.values(metricOf(text, `fieldpost_${name}_total`)), (n) => n),
      sum(ofDays(name), ({ n }) => n) - before,
      `${name}_total`,
    );

  // Lists and searches.
  assert.deepEqual(
    said.all,
    idsOf(() => true),
    "the list of all",
  );
  for (const [state, { count, ids }] of Object.entries(said.found)) {
    const wanted =
      state === "person"
        ? idsOf((lead) => ["review", "dead"].includes(lead.state) || lead.isGone)
        : idsOf(is(state));
    assert.deepEqual(ids, wanted, `the list of ${state}`);
    assert.equal(count, wanted.length, `the count of ${state}`);
  }
  const has =
    (code) =>
    ({ own, isGone }) =>
      code === "account.gone" ? isGone : own.some((one) => one.code === code);
  for (const [filter, ids] of Object.entries(said.filtered)) {
    const { form, account, code, state } = JSON.parse(filter);
    const wanted = (lead) =>
      (form === undefined || lead.form === form) &&
      (account === undefined || lead.own.some((one) => one.account === account)) &&
      (code === undefined || has(code)(lead)) &&
      (state === undefined ||
        lead.state === state ||
        (state === "person" && (["review", "dead"].includes(lead.state) || lead.isGone)));
    assert.deepEqual(ids, idsOf(wanted), `the list of ${filter}`);
  }
  const waitsForPerson = idsOf(
    (lead) => lead.finished === null && (["review", "dead"].includes(lead.state) || lead.isGone),
  );
  assert.deepEqual(
    said.attention.leads.map(({ id }) => id),
    waitsForPerson,
    "attention",
  );
  const plain = ({ id, lead, account, phase, code }) => ({
    id,
    lead,
    account,
    phase: under(phase),
    code,
  });
  assert.deepEqual(sorted(said.listed.map(plain)), sorted(deliveries.map(plain)), "deliveries");
  for (const { round, states } of said.rounds.rounds)
    assert.deepEqual(
      counts(
        states,
        ({ phase }) => under(phase),
        (one) => one.deliveries,
      ),
      counts(
        deliveries.filter((one) => one.round === round),
        ({ phase }) => phase,
      ),
      "a replay's round",
    );

  // Exports.
  const out = open.filter(({ own }) =>
    own.some(({ phase }) => phase !== "done" && phase !== "discarded"),
  );
  assert.equal(out.length, open.length, "no lead is open without a delivery that is");
  const ids = idsOf((lead) => lead.finished === null);
  assert.deepEqual(
    said.json.map(({ id }) => id),
    ids,
    "export: json",
  );
  const lines = said.ndjson
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.flatMap(({ id }) => id ?? []),
    ids,
    "export: ndjson",
  );
  assert.equal(lines.at(-1).next, null);
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/;
  for (const [name, text] of [
    ["csv", said.csv],
    ["import", said.imported],
  ])
    assert.deepEqual(
      text
        .trim()
        .split("\r\n")
        .slice(1)
        .map((line) => uuid.exec(line)[0]),
      ids,
      `export: ${name}`,
    );
  assert.deepEqual(
    said.exportedDead.map(({ id }) => id),
    idsOf(({ own }) => own.some(({ phase }) => phase === "dead")),
    "export: dead",
  );
  const withValues = new Set(kept.flat().map(({ lead }) => lead));
  assert.deepEqual(
    said.exportedDone.map(({ id }) => id),
    idsOf(({ id, state }) => state === "delivered" && withValues.has(id)),
    "export: done",
  );
  return leads;
}
