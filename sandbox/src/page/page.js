// Shows what the sandbox holds. Everything that came in a request is written as text, never as markup.

const SHOWN_ATTEMPTS = 200;
const SHOWN_LEADS = 100;
const BUSY_PAUSE_MS = 200;
// Under load the page rests four times as long as a look took, so that it never crowds out what is being tested.
const REST_FACTOR = 4;
const LOST_PAUSE_MS = 1000;

const state = document.querySelector("#state");
const ledger = document.querySelector("#ledger");
const columns = [...document.querySelectorAll(".system")];
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

const seenLeads = new Set();
// Rows by number: one that did not change stays the same node, so that focus and an opened body survive an update.
const rows = new Map();
let first = true;

document.querySelector("#address").textContent = location.origin;
document.querySelector("#reset").addEventListener("click", () => {
  fetch("/_sandbox/reset", { method: "POST" }).catch(() => say("lost"));
});

function say(kind) {
  if (state.dataset.state === kind) return;
  state.dataset.state = kind;
  state.textContent =
    kind === "live" ? `live at ${location.host}` : "the sandbox is not answering; trying again";
}

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

async function get(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function nameOf(fields) {
  const first = fields.firstName ?? fields.first_name ?? "";
  const last = fields.lastName ?? fields.last_name ?? "";
  return `${first} ${last}`.trim();
}

// Two persons with one address in one system are what a careless client leaves behind.
function twins(leads) {
  const count = new Map();
  for (const { email } of leads) if (email) count.set(email, (count.get(email) ?? 0) + 1);
  return count;
}

function lead(record, copies) {
  const item = element("li", "lead");
  const id = `${record.system} ${record.id}`;
  if (!first && !seenLeads.has(id)) item.classList.add("new");
  seenLeads.add(id);
  const { company, phone } = record.fields;
  item.append(element("strong", "", record.email ?? phone ?? "no address"));
  const rest = [nameOf(record.fields), company, record.email ? phone : ""]
    .filter(Boolean)
    .join(", ");
  if (rest) item.append(element("p", "", rest));
  const line = element("p");
  if (copies > 1) line.append(element("span", "mark", `${copies} persons, one address`));
  const activities = record.activities > 1 ? `, ${record.activities} form fills` : "";
  line.append(`${record.id}, ${clock.format(record.updated)}${activities}`);
  item.append(line);
  return item;
}

function showLeads(leads) {
  for (const column of columns) {
    const mine = leads.filter(({ system }) => system === column.dataset.system);
    const copies = twins(mine);
    column.querySelector(".count").textContent = mine.length;
    const items = mine
      .slice(-SHOWN_LEADS)
      .reverse()
      .map((record) => lead(record, copies.get(record.email) ?? 1));
    if (items.length === 0) items.push(element("li", "empty", "No lead yet."));
    column.querySelector(".leads").replaceChildren(...items);
  }
}

function tone(verdict) {
  if (/^(refused|sandbox|interrupted)/.test(verdict)) return "bad";
  if (/^(limit|fault|running)/.test(verdict)) return "warn";
  return "good";
}

function attempt(entry) {
  const item = element("li", "attempt");
  item.dataset.system = entry.system;
  if (!first && !rows.has(entry.number)) item.classList.add("new");
  const details = element("details");
  const time = element("time", "", clock.format(entry.in));
  time.dateTime = new Date(entry.in).toISOString();
  const name = entry.operation === "auth.token" ? `${entry.system} token` : entry.operation;
  const verdict = element(
    "span",
    "verdict",
    entry.effect ? `${entry.verdict} (${entry.effect})` : entry.verdict,
  );
  verdict.dataset.tone = tone(entry.verdict);
  const took = entry.out === null ? "…" : `${entry.out - entry.in} ms`;
  const summary = element("summary");
  summary.append(
    time,
    element("span", "operation", name),
    element("span", "who", entry.key),
    verdict,
    element("span", "status", entry.status || "none"),
    element("span", "took", took),
  );
  details.append(
    summary,
    element("pre", "", `${entry.request}\n${JSON.stringify(entry.body, null, 2)}`),
  );
  item.append(details);
  return item;
}

function row(entry) {
  const known = rows.get(entry.number);
  if (known && known.out === entry.out && known.verdict === entry.verdict) return known.node;
  const node = attempt(entry);
  if (known) node.firstChild.open = known.node.firstChild.open;
  rows.set(entry.number, { node, out: entry.out, verdict: entry.verdict });
  return node;
}

function showLedger(entries) {
  document.querySelector("#ledger-title .count").textContent =
    entries.length < SHOWN_ATTEMPTS ? entries.length : `newest ${entries.length}`;
  const wanted = entries.map(row);
  if (wanted.length === 0) wanted.push(element("li", "empty", "Nothing has been asked yet."));
  const kept = new Set(wanted);
  for (const node of [...ledger.children]) if (!kept.has(node)) node.remove();
  // Oldest last: walk from the bottom and move only what is not in its place.
  let below = null;
  for (const node of wanted) {
    if (node.nextSibling !== below || node.parentNode !== ledger) ledger.insertBefore(node, below);
    below = node;
  }
  const numbers = new Set(entries.map(({ number }) => number));
  for (const number of rows.keys()) if (!numbers.has(number)) rows.delete(number);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function follow() {
  let version;
  for (;;) {
    try {
      const path =
        version === undefined ? "/_sandbox/changes" : `/_sandbox/changes?after=${version}`;
      const answer = await get(path);
      if (answer.version !== version) {
        version = answer.version;
        const started = performance.now();
        const [leads, entries] = await Promise.all([
          get("/_sandbox/leads"),
          get(`/_sandbox/ledger?limit=${SHOWN_ATTEMPTS}`),
        ]);
        showLeads(leads);
        showLedger(entries);
        first = false;
        say("live");
        await pause(Math.max(BUSY_PAUSE_MS, REST_FACTOR * (performance.now() - started)));
      }
    } catch {
      version = undefined;
      say("lost");
      await pause(LOST_PAUSE_MS);
    }
  }
}

follow();
