/** The operator's page: a static file that asks for the key, keeps it in memory and shows what the interface answers. */
export const pageHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Relay</title>
<link rel="stylesheet" href="/operator/page.css">
<main>
  <h1>Relay</h1>
  <form id="door">
    <label for="key">Operator key</label>
    <input id="key" type="password" autocomplete="off" required>
    <button>Open</button>
    <p id="wrong" role="alert"></p>
  </form>
  <div id="room" hidden>
    <p id="said" role="status"></p>
    <section aria-labelledby="queue"><h2 id="queue">Queue</h2><table id="shards"><thead><tr><th scope="col">Shard<th scope="col">Waiting<th scope="col">Review<th scope="col">Dead<th scope="col">Oldest</tr></thead><tbody></tbody></table></section>
    <section aria-labelledby="accounts"><h2 id="accounts">Gates</h2><table id="gates"><thead><tr><th scope="col">Account<th scope="col">Out<th scope="col">In window<th scope="col">State</tr></thead><tbody></tbody></table></section>
    <section aria-labelledby="failures"><h2 id="failures">Needs a person</h2>
      <div id="codes"></div>
      <table id="leads"><thead><tr><th scope="col">Delivery<th scope="col">Form<th scope="col">State<th scope="col">Code<th scope="col">Accepted<th scope="col"><span class="off">Action</span></tr></thead><tbody></tbody></table>
    </section>
    <button id="again" type="button">Refresh</button>
  </div>
</main>
<script type="module" src="/operator/page.js"></script>
</html>
`;

export const pageScript = `// The key lives in this variable and nowhere else: closing the page forgets it.
let key = "";
const at = (id) => document.getElementById(id);

async function call(path, init = {}) {
  const response = await fetch("/operator/" + path, { ...init, credentials: "omit", headers: { authorization: "Bearer " + key } });
  if (!response.ok) throw Object.assign(new Error(String(response.status)), { status: response.status });
  return response.json();
}

const row = (cells) => {
  const tr = document.createElement("tr");
  for (const one of cells) {
    const td = document.createElement("td");
    td.append(one instanceof Node ? one : String(one ?? ""));
    tr.append(td);
  }
  return tr;
};

const fill = (table, rows, none) => {
  const body = at(table).tBodies[0];
  body.replaceChildren(...rows);
  if (rows.length === 0) {
    const empty = row([none]);
    empty.firstChild.colSpan = 6;
    body.append(empty);
  }
};

const when = (ms) => (ms ? new Date(ms).toLocaleString() : "");

function button(text, which) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      const sent = await call("replay", { method: "POST", body: JSON.stringify(which) });
      at("said").textContent = sent.length + (sent.length === 1 ? " delivery sent on." : " deliveries sent on.");
      await show();
    } catch {
      at("said").textContent = "That did not work; nothing was changed.";
      made.disabled = false;
    }
  });
  return made;
}

async function show() {
  const [status, dead, review] = await Promise.all([call("status"), call("leads?phase=dead"), call("leads?phase=review")]);
  fill("shards", status.shards.map((one) => row([one.shard, one.queued, one.review, one.dead, when(one.oldest)])), "No shard.");
  fill("gates", status.gates.map((one) => row([one.account, one.running, one.calls,
    one.refused ? "credentials refused (" + one.refused + ")" : one.quota ? "quota used up until " + when(one.quota)
      : one.quietUntil ? "closed until " + when(one.quietUntil) : "open"])), "No account.");
  const rows = [...dead, ...review];
  const groups = new Map();
  for (const one of rows) groups.set(one.phase + " " + one.code, { phase: one.phase, code: one.code, n: (groups.get(one.phase + " " + one.code)?.n ?? 0) + 1 });
  at("codes").replaceChildren(...[...groups.values()].map(({ phase, code, n }) =>
    button((phase === "dead" ? "Replay" : "Release") + " all " + n + " with " + code, { phase, code })));
  fill("leads", rows.slice(0, 200).map((one) => row([one.id, one.form, one.phase, one.code, when(one.accepted),
    button(one.phase === "dead" ? "Replay" : "Release", { ids: [one.id] })])), "Nothing waits for a person.");
}

at("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  key = at("key").value;
  at("key").value = "";
  try {
    await show();
    at("door").hidden = true;
    at("room").hidden = false;
    at("wrong").textContent = "";
  } catch (error) {
    key = "";
    at("wrong").textContent = error.status === 401 ? "That is not the key." : "The relay does not answer.";
  }
});
at("again").addEventListener("click", () => show().catch(() => (at("said").textContent = "The relay does not answer.")));
`;

export const pageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
td { overflow-wrap: anywhere; }
input, button { font: inherit; padding: .4rem .75rem; min-height: 2.5rem; }
button { cursor: pointer; margin: 0 .5rem .5rem 0; }
td button { margin: 0; }
#door { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
#wrong { flex-basis: 100%; }
#room[hidden], #door[hidden] { display: none; }
section { overflow-x: auto; }
.off { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
`;
