// Times Fieldpost beside its peers. `--json` prints data instead of tables, `--quick` takes short rounds. The contenders
// run in processes of their own and take turns, round by round, so that a busy machine hits all of them alike; a timing
// never fails, but a contender whose answers are not ours does, because then the comparison would not be one.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { leads } from "./leads.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const packageFolder = process.env.FIELDPOST_PACKAGE ?? at("../pkg");
const entry = (name) => pathToFileURL(`${packageFolder}/dist/entry/${name}.js`).href;

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 5 : 9;
const ROUND_MS = quick ? 100 : 300;
const SPAWNS = quick ? 7 : 21;

const CONTENDERS = [
  {
    name: "fieldpost (page)",
    file: "fieldpost",
    env: { FIELDPOST_ENTRY: entry("page") },
    more: { FIELDPOST_BUILD: entry("build") },
  },
  { name: "fieldpost (edge)", file: "fieldpost", env: { FIELDPOST_ENTRY: entry("node") } },
  { name: "valibot + libphonenumber-js/min", file: "valibot" },
  { name: "zod + libphonenumber-js/min", file: "zod" },
  { name: "regexes by hand, no table", file: "regexes" },
];
const EMPTY = { name: "an empty module", file: "nothing" };

const TASKS = {
  relayLead: {
    title: "one 7-field lead, objects in, the relay's body out",
    unit: "µs",
    budget: 2.5,
  },
  lead: { title: "the same, a CRM's body out", unit: "µs", budget: 2.5 },
  leadOfJson: { title: "the same from JSON text", unit: "µs", budget: 3 },
  phone: { title: "one phone, E.164 and extension", unit: "µs", budget: 0.5 },
  email: { title: "one e-mail", unit: "µs", budget: 0.3 },
  relayLeadInTwo: {
    title:
      "one lead in two calls, the relay's body out: `form.check`, then `payload` of the clean values",
    unit: "µs",
    budget: 3,
  },
};
const START = { title: "import and first lead, fresh process", unit: "ms", budget: 5.5 };

const environment = (...all) => Object.assign({}, process.env, ...all);

async function start(contender) {
  const child = fork(at("child.mjs"), [contender.file], {
    env: environment(contender.env, contender.more),
  });
  const ended = once(child, "exit").then(([status]) =>
    Promise.reject(new Error(`${contender.name} ended with status ${status}`)),
  );
  ended.catch(() => {});
  const hear = async () => (await Promise.race([once(child, "message"), ended]))[0];
  await hear();
  const ask = (question) => {
    child.send(question);
    return hear();
  };
  return { ...contender, ask, stop: () => child.disconnect() };
}

/** The first answer that differs from ours. The regexes know no area codes, so the corpus has none that does not exist. */
async function compare(children, task) {
  const [ours, ...others] = await Promise.all(children.map((child) => child.ask({ task })));
  for (const [index, answers] of others.entries()) {
    const differs = ours.findIndex(
      (answer, index) => JSON.stringify(answer) !== JSON.stringify(answers[index]),
    );
    if (differs < 0) continue;
    console.error(
      `bench: ${children[index + 1].name} answers ${task} of ${JSON.stringify(leads[differs])} with\n  ${answers[differs]}\nand ${children[0].name} with\n  ${ours[differs]}`,
    );
    process.exit(1);
  }
  if (task === "lead") return ours.filter((answer) => answer === null).length;
}

function summary(contender, times, first) {
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  return {
    contender: contender.name,
    median,
    min: sorted[0],
    max: sorted.at(-1),
    ratio: median / (first?.median ?? median),
  };
}

function summaries(contenders, times) {
  const first = summary(contenders[0], times[0]);
  return contenders.map((contender, index) => summary(contender, times[index], first));
}

async function timeTask(children, task) {
  // Warm-up: twice a round, so that the compilers are done.
  for (const child of children) await child.ask({ task, milliseconds: 2 * ROUND_MS });
  const times = children.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, child] of children.entries())
      times[index].push(await child.ask({ task, milliseconds: ROUND_MS }));
  }
  return summaries(children, times);
}

function timeStart() {
  const contenders = [...CONTENDERS, EMPTY];
  const times = contenders.map(() => []);
  for (let round = 0; round <= SPAWNS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const said = execFileSync(
        process.execPath,
        [at("start.mjs"), at(`contenders/${contender.file}.mjs`)],
        { env: environment(contender.env) },
      );
      // The first round fills the disk's cache.
      if (round > 0) times[index].push(Number(said));
    }
  }
  return summaries(contenders, times);
}

function table({ title, unit, budget }, rows) {
  const lines = rows.map(
    ({ contender, median, min, max, ratio }) =>
      `| ${contender} | ${median.toFixed(2)} | ${min.toFixed(2)}–${max.toFixed(2)} | ${ratio.toFixed(2)} × |`,
  );
  return [
    `## ${title} (budget ${budget} ${unit})`,
    "",
    `| contender | median ${unit} | min–max | ratio |`,
    "|---|--:|--:|--:|",
    ...lines,
    "",
  ].join("\n");
}

const children = await Promise.all(CONTENDERS.map(start));
const results = {};
let refused = 0;
for (const task of Object.keys(TASKS)) refused += (await compare(children, task)) ?? 0;
for (const task of Object.keys(TASKS)) results[task] = await timeTask(children, task);
for (const child of children) child.stop();
results.start = timeStart();

const machine = `Node ${process.version}, ${cpus()[0]?.model}; ${leads.length} leads, ${refused} of them wrong; median of ${ROUNDS} rounds (${SPAWNS} processes)`;
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ machine, results }, null, 2));
} else {
  console.log(`${machine}\n`);
  for (const [task, about] of Object.entries({ ...TASKS, start: START }))
    console.log(table(about, results[task]));
}
