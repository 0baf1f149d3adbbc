// What the console costs whoever accepts leads: durable accepts a second of a relay beside one without what the search is found by,
// beside itself while somebody searches, and beside one that locks values at rest. In turns in one run, so that the machine cancels out.
// ROUNDS, SECONDS: more; names of rows: these alone; FIELDPOST_TIMES=assert fails below the bars.
import assert from "node:assert/strict";
import { press } from "./faults/load.mjs";
import { body, root, stand } from "./stand.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 3);
const LEAST = 0.95;
/** Seconds after which the day's page reads again. */
const DAY_EVERY = 20;
const AUTH = { authorization: "Bearer demo-operator" };
/** What is compared with what, and at least how much of it there has to be. */
const ROWS = {
  without: ["with the search beside without it", "whole", "without", LEAST],
  asked: ["while somebody searches beside alone", "asked", "whole", LEAST],
  locked: ["with values locked beside as they are", "locked", "whole", 0],
};
const named = process.argv.slice(2);
const rows = Object.entries(ROWS).flatMap(([name, row]) =>
  named.length === 0 || named.includes(name) ? [row] : [],
);
const started = [];

/** A relay whose deliveries wait: their share of the machine is not measured. */
async function relay(bindings = {}) {
  const at = await stand({
    timeScale: 1,
    worker: `${root}tests/console-pace.worker.mjs`,
    bindings: { SYSTEMS: "marketo", ...bindings },
    silent: true,
  });
  started.push(at);
  await at.faults([{ operation: "auth.token", fault: "status", status: 503, times: 1_000_000 }]);
  return at;
}
let run = 0;
const accept = async (at) => {
  const own = ++run;
  const lead = (number) =>
    body(
      {
        firstName: "Ann",
        lastName: "Lee",
        email: `pace${own}.${number}@example.org`,
        company: "Harbor Plumbing",
      },
      { key: `pace-${own}-${number}`, v: "1" },
    );
  const { perSecond, statuses } = await press(`${at.direct}/leads/contact`, lead, {
    seconds: SECONDS,
    headers: { origin: at.page },
  });
  assert.deepEqual(Object.keys(statuses), ["202"]);
  return perSecond;
};
/** A person who works fast: a list or a search each second, and the day as often as its page asks for it while it stands open. */
function atConsole(at) {
  const ask = (path, said) =>
    fetch(`${at.relay}/operator/${path}`, {
      headers: AUTH,
      ...(said && { method: "POST", body: JSON.stringify(said) }),
    }).then((answer) => answer.text());
  const searches = [{ limit: 50 }, { text: "pace1.1@example.org" }];
  const second = () => {
    if (seconds % DAY_EVERY === 0) void ask("today?days=7");
    void ask("search", searches[seconds++ % 2]);
  };
  second();
  const timer = setInterval(second, 1_000);
  return () => clearInterval(timer);
}
/** For how long somebody has been at the console, over all rounds. */
let seconds = 0;

try {
  const [whole, without, locked] = [
    await relay(),
    await relay(),
    await relay({ STORAGE_KEY: "a key of what the outboxes store" }),
  ];
  // The index and the hashes that a search and a list of what is open go by.
  for (const query of ["DROP INDEX open_leads", "DROP TRIGGER known_finish"])
    await fetch(`${without.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) });
  for (const at of [whole, without, locked]) await accept(at);
  const kinds = {
    whole: () => accept(whole),
    without: () => accept(without),
    asked: async () => {
      const leave = atConsole(whole);
      const perSecond = await accept(whole);
      leave();
      return perSecond;
    },
    locked: () => accept(locked),
  };
  const names = Object.keys(kinds).filter((kind) => rows.some((row) => row.includes(kind)));
  const found = Object.fromEntries(names.map((kind) => [kind, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes first has the colder machine: each has each place once.
    for (let n = 0; n < names.length; n++) {
      const kind = names[(n + round) % names.length];
      found[kind].push(await kinds[kind]());
    }
  }
  const median = (all) => all.toSorted((one, other) => one - other)[all.length >> 1];
  const ratio = (one, other) => median(found[one].map((n, at) => n / found[other][at]));
  console.log(
    `durable accepts a second, medians of ${ROUNDS}: ${JSON.stringify(Object.fromEntries(Object.entries(found).map(([kind, all]) => [kind, median(all)])))}`,
  );
  const told = rows.map(([name, one, other, least]) => ({ name, least, n: ratio(one, other) }));
  for (const { name, least, n } of told)
    console.log(`${n.toFixed(2)}${least ? ` (at least ${least})` : ""}  ${name}`);
  if (process.env.FIELDPOST_TIMES === "assert")
    for (const { name, least, n } of told) assert.ok(n >= least, `${name}: ${n}`);
} finally {
  await Promise.allSettled(started.map((at) => at.stop()));
}
