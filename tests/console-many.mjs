// How long an operator waits among 100,000 leads in 8 outboxes: a list has 300 ms, a search 100 ms, each beside the same
// question as bare SQL in the same run. LEADS and SHARDS say how many; FIELDPOST_TIMES=assert fails where it takes longer.
import assert from "node:assert/strict";
import { body, root, stand, until } from "./stand.mjs";

const SHARDS = Number(process.env.SHARDS ?? 8);
const LEADS = Number(process.env.LEADS ?? 100_000);
const LIST = 300;
const SEARCH = 100;
const TIMES = 15;

const at = await stand({
  worker: `${root}tests/console.worker.mjs`,
  bindings: { SHARDS: String(SHARDS) },
  silent: true,
});
const AUTH = { authorization: "Bearer demo-operator" };
const post = async (path, said, headers = AUTH) =>
  (
    await fetch(`${at.relay}/${path}`, { method: "POST", headers, body: JSON.stringify(said) })
  ).json();
const search = (said) => post("operator/search", said);
const sql = (query) => post("test/sql", { query });

/** The median of some, and the longest. */
async function timed(act) {
  const times = [];
  for (let n = 0; n < TIMES; n++) {
    const began = performance.now();
    await act();
    times.push(performance.now() - began);
  }
  times.sort((one, other) => one - other);
  return { median: times[TIMES >> 1], longest: times.at(-1) };
}

try {
  // A visitor first: the outboxes are there, and somebody is to be found.
  const email = "searched@example.org";
  const { id } = await (
    await fetch(at.form, {
      method: "POST",
      body: body({ firstName: "Ann", lastName: "Lee", email, phone: "(212) 456-7890" }, {}),
      headers: { accept: "application/json", origin: at.page },
    })
  ).json();
  await until(
    async () => (await search({ text: id })).leads[0]?.state === "delivered",
    "the delivery",
  );
  const each = Math.ceil(LEADS / SHARDS);
  await post("test/many", { count: each, first: Date.now() - 30 * 24 * 3_600_000 });
  await (await fetch(`${at.relay}/operator/today`, { headers: AUTH })).json();

  const NEWEST =
    "SELECT leads.*, (SELECT group_concat(phase) FROM deliveries WHERE lead = leads.id) FROM leads ORDER BY id DESC LIMIT 50";
  const rows = [];
  const row = async (name, bar, act, bare) => {
    const own = await timed(act);
    const beside = bare ? await timed(() => sql(bare)) : undefined;
    rows.push({ name, bar, ...own, bare: beside?.median });
  };
  const old = Date.now() - 15 * 24 * 3_600_000;
  await row("list", LIST, () => search({}), NEWEST);
  await row("list, from the middle", LIST, () => search({ to: old }), NEWEST);
  for (const filter of [
    { state: "person" },
    { state: "review", form: "event" },
    { state: "waiting" },
    { state: "delivered", account: "prospects" },
    { code: "marketo.1003" },
    { form: "contact", from: old },
    { form: "nobody" },
  ])
    await row(JSON.stringify(filter), LIST, () => search(filter));
  await row("today, 30 days", LIST, async () =>
    (await fetch(`${at.relay}/operator/today?days=30`, { headers: AUTH })).json(),
  );
  const KNOWN =
    "SELECT lead FROM known_persons WHERE hash = 'e:x' UNION SELECT id FROM leads INDEXED BY open_leads WHERE finished IS NULL AND instr(persons_keyed, 'e:x') > 0";
  for (const text of [email, "212 456 7890", "nobody@example.org"])
    await row(`search ${text}`, SEARCH, () => search({ text }), KNOWN);
  await row(
    "search an id",
    SEARCH,
    () => search({ text: id }),
    "SELECT 1 FROM leads WHERE id = 'x'",
  );
  await row("one lead", SEARCH, async () =>
    (await fetch(`${at.relay}/operator/lead?id=${id}`, { headers: AUTH })).json(),
  );

  console.log(`${LEADS} leads in ${SHARDS} outboxes; milliseconds, the median of ${TIMES}`);
  for (const { name, bar, median, longest, bare } of rows)
    console.log(
      `${median.toFixed(0).padStart(5)} (longest ${longest.toFixed(0)}, bare SQL ${bare?.toFixed(0) ?? "-"}, at most ${bar})  ${name}`,
    );
  if (process.env.FIELDPOST_TIMES === "assert")
    for (const { name, bar, median } of rows) assert.ok(median <= bar, `${name}: ${median} ms`);
} finally {
  await at.stop();
}
