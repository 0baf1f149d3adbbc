/** The script of the operator's page. */
export const pageScript = `// The key lives in this variable and nowhere else: closing the page forgets it.
let key = "";
/** So many leads are shown. */
let shown = 50;
const at = (id) => document.getElementById(id);

async function call(path, init = {}) {
  const response = await fetch("/operator/" + path, { ...init, signal: AbortSignal.timeout(120000), credentials: "omit", headers: { authorization: "Bearer " + key } });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok || answer === undefined) throw Object.assign(new Error(answer?.message ?? String(response.status)), { status: response.status, said: answer?.message });
  return answer;
}

/** An element with what is in it; of a list of cells each says which column it is of. */
function make(tag, given, ...inside) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...inside.filter((one) => one !== undefined && one !== null && one !== ""));
  return made;
}

const many = (n, one, more) => n.toLocaleString() + " " + (n === 1 ? one : more);
const leads = (n) => many(n, "lead", "leads");
const when = (ms) => new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
function age(ms) {
  const seconds = Math.max(1, Math.round((Date.now() - ms) / 1000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size);
  return many(Math.floor(seconds / size), unit, unit + "s");
}
const size = (bytes) => (bytes < 1e5 ? Math.ceil(bytes / 1e3) + " kB" : bytes < 1e9 ? (bytes / 1e6).toFixed(1) + " MB" : (bytes / 1e9).toFixed(2) + " GB");

/** Why a lead is held; the codes of CRMs stand for themselves, and in docs/errors.md. */
const WHY = {
  "token.forged": "the form token is not ours", "token.spent": "the form token was another lead's", "token.expired": "the form token is too old",
  "token.missing": "no form token", "token.fast": "filled within two seconds", "trap": "the trap field is filled",
  "origin.null": "from a page without an origin", "origin.missing": "the browser sent no origin",
  "turnstile.missing": "Turnstile was not answered", "turnstile.failed": "Turnstile refused it", "turnstile.unreachable": "Turnstile could not be asked",
  "lead.invalid": "it was saved in a browser, and the form's rules of today do not take it", "key.reused": "its key was another lead's",
  "wasm.trap": "the check could not finish", "params.invalid": "a parameter that the CRM needs is missing or wrong", "params.size": "the request would be too large", "account.invalid": "the account's settings are wrong, or it is gone",
};
const PHASES = { waiting: "waits", sent: "is being sent", done: "delivered", dead: "refused", review: "held", discarded: "given up" };
const why = (code) => (code ?? "").split(" ").map((one) => WHY[one] ?? one).join("; ");

function delivery({ account, phase, code, warning, hold, maybe_repeated: repeated }) {
  const notes = [warning && "warning: " + warning, hold && "waits for " + hold, repeated && "may be there twice"].filter(Boolean);
  const says = phase === "dead" || phase === "review" ? PHASES[phase] + ": " + why(code) : PHASES[phase] ?? phase;
  return make("li", {}, make("strong", { textContent: account }), " ",
    make("span", { className: phase === "dead" ? "bad" : phase === "done" ? "good" : "", textContent: says + (notes.length ? " (" + notes.join("; ") + ")" : "") }),
    WHY[code] && phase === "dead" ? make("code", { textContent: " " + code }) : "");
}

/** What became of each delivery, in sentences: what moved in one, and one for each that did not. */
function told(rows, what) {
  const moved = rows.filter((one) => one.moved).map(({ account }) => account);
  const stays = rows.filter((one) => !one.moved);
  const said = moved.length ? [make("span", { className: "good", textContent: (what === "discard" ? "Given up: " : "Sent on: ") + moved.join(", ") + "." })] : [];
  if (rows.length === 0) said.push(make("span", { textContent: "Nothing of it waits for a person any more." }));
  return [...said, ...stays.map((one) => make("span", { className: "bad", textContent: (one.account ? one.account + " stays: " : "") + one.message }))];
}

/** Asks before something is done; a reason where one is needed. Nothing where the person thinks better of it. */
function confirmed({ question, explained, yes, reason }) {
  at("question").textContent = question;
  at("explained").textContent = explained;
  at("because").hidden = !reason;
  at("reason").value = "";
  at("reason").required = Boolean(reason);
  at("refused").textContent = "";
  at("yes").textContent = yes;
  const ask = at("ask");
  ask.returnValue = "no";
  ask.showModal();
  (reason ? at("reason") : at("no")).focus();
  return new Promise((resolve) => ask.addEventListener("close", () => resolve(ask.returnValue === "yes" ? { reason: at("reason").value.trim() } : undefined), { once: true }));
}

const FAILED = "The relay did not say what became of it. Refresh and look before you do it again.";
const rule = (what, which) => call(what, { method: "POST", body: JSON.stringify(which) });

const act = (text, go) => {
  const made = make("button", { type: "button", textContent: text });
  made.addEventListener("click", () => go(made));
  return made;
};

function lead(one) {
  const result = make("p", { className: "result", tabIndex: -1 });
  result.setAttribute("role", "status");
  const held = one.deliveries.some(({ phase }) => phase === "review");
  const acts = make("div", { className: "acts" });
  const row = make("li", { className: "lead" },
    make("div", {}, make("strong", { textContent: one.form }), ", " + age(one.accepted) + " ago (" + when(one.accepted) + ")" + (one.raw ? ", kept as it came" : "") + (one.raw && one.issues ? ": " + one.issues.split(" ").map(decodeURIComponent).join(", ") : ""),
      make("ul", { className: "deliveries" }, ...one.deliveries.map(delivery)), make("div", { className: "id", textContent: one.lead })),
    acts, result);
  const go = (what, more) => async () => {
    const asked = what === "discard" ? await confirmed({ question: "Discard this lead?", explained: "Its values are deleted and no CRM gets it from here. This cannot be undone.", yes: "Discard", reason: true }) : {};
    if (!asked) return;
    for (const button of acts.children) button.disabled = true;
    try {
      const rows = await rule(what, { ids: [one.lead], ...asked, ...more });
      result.replaceChildren(...told(rows, what));
      // What stays can be tried again; what is done has nothing left to press.
      if (rows.every(({ moved }) => moved)) acts.replaceChildren();
      result.focus();
      await counts();
    } catch (error) {
      result.replaceChildren(make("span", { className: "bad", textContent: error.said ?? FAILED }));
      result.focus();
    }
    for (const button of acts.children) button.disabled = false;
  };
  acts.append(act(held ? "Release" : "Replay", go("replay")), ...(one.raw && one.issues ? [act("Release as it is", go("replay", { anyway: true }))] : []), act("Discard…", go("discard")));
  for (const button of acts.children) button.setAttribute("aria-label", button.textContent.replace("…", "") + " lead " + one.lead + " of " + one.form);
  return row;
}

function group({ phase, code, leads: n }) {
  const held = phase === "review";
  const word = held ? "Release" : "Replay";
  const go = (what) => async () => {
    const discard = what === "discard";
    const asked = await confirmed({
      question: (discard ? "Discard " : word + " ") + (n === 1 ? "the lead" : "all " + leads(n)) + " with " + code + "?",
      explained: discard ? "The values of " + leads(n) + " are deleted and no CRM gets them from here. This cannot be undone."
        : "Of " + leads(n) + " everything that waits for a person goes out to its CRM. What is delivered does not go again.",
      yes: (discard ? "Discard " : word + " ") + leads(n), reason: discard,
    });
    if (!asked) return;
    try {
      const rows = await rule(what, { phase, code, ...asked });
      const moved = new Set(rows.filter((one) => one.moved).map((one) => one.lead)).size;
      const stays = rows.filter((one) => !one.moved);
      at("said").replaceChildren(leads(moved) + (discard ? " given up." : " sent on.") + (stays.length ? " " + many(stays.length, "delivery stays", "deliveries stay") + ":" : ""),
        ...(stays.length ? [make("ul", {}, ...stays.slice(0, 20).map((one) => make("li", { textContent: (one.id ?? one.shard) + ": " + one.message })), stays.length > 20 ? make("li", { textContent: "and " + (stays.length - 20) + " more" }) : "")] : []));
      at("said").focus();
      await show();
    } catch (error) {
      at("said").textContent = error.said ?? FAILED;
      at("said").focus();
    }
  };
  return make("li", {},
    make("span", { className: "what" }, make("strong", { textContent: leads(n) }), " " + (held ? "held" : "refused") + ": " + why(code), WHY[code] ? make("code", { textContent: " " + code }) : ""),
    make("span", { className: "acts" }, act(word + " " + (n === 1 ? "it" : "all " + n.toLocaleString()), go("replay")), act("Discard " + (n === 1 ? "it…" : "all " + n.toLocaleString() + "…"), go("discard"))));
}

/** Fills a table; each cell says its column, where columns do not fit beside each other. */
function fill(id, rows, none) {
  const columns = [...at(id).tHead.rows[0].cells].map((cell) => cell.textContent);
  const cells = (row) => row.map((one, n) => {
    const td = make("td", {}, make("div", {}, ...[one].flat().map((part) => (part instanceof Node ? part : String(part)))));
    td.dataset.of = columns[n];
    return td;
  });
  at(id).tBodies[0].replaceChildren(...(rows.length ? rows.map((row) => make("tr", {}, ...cells(row))) : [make("tr", {}, make("td", { className: "none", colSpan: columns.length, textContent: none }))]));
}

/** An account's state in sentences: what is closed, since when, what to mend, and when it is tried again. */
function state({ closed, targets = [], refused, quota, quietUntil, version }) {
  const bad = (text) => make("p", { className: "bad", textContent: text });
  const again = (probe) => (probe > Date.now() ? " It is tried again at " + new Date(probe).toLocaleTimeString(undefined, { timeStyle: "short" }) + "." : "");
  const says = [];
  if (closed) says.push(bad("Closed for " + age(closed.since) + " (" + closed.code + "): " + closed.message + " Its leads wait." + again(closed.probe)));
  else if (refused) says.push(bad("The credentials are refused (" + refused + "). Its leads wait."));
  else if (quota) says.push(make("p", { textContent: "The day's calls are used up until " + when(quota) + "." }));
  else if (quietUntil) says.push(make("p", { textContent: "The CRM asked for quiet until " + when(quietUntil) + "." }));
  else says.push(make("p", { className: "good", textContent: "Open" }));
  for (const { form, param, code, message, since, probe } of targets) {
    says.push(bad("Leads of the form " + form + (param ? " that fill " + param : "") + " wait, for " + age(since) + " (" + code + "): " + message + again(probe)));
  }
  if (version) says.push(make("p", { className: "small", textContent: "It speaks version " + version + ", as the relay has learned. Say so in the account's options: version: " + version + "." }));
  return says;
}

/** The counts and the state of the accounts; the list of leads stays as it is. */
async function counts() {
  const [status, attention] = await Promise.all([call("status"), call("attention?limit=" + shown)]);
  const sum = (name) => status.shards.reduce((all, one) => all + one[name], 0);
  const oldest = Math.min(...status.shards.map((one) => one.oldest ?? Infinity));
  const needs = sum("review") + sum("dead");
  at("sum").textContent = (needs ? leads(needs) + (needs === 1 ? " needs" : " need") + " a person. " : "Nothing needs a person. ")
    + (sum("queued") ? leads(sum("queued")) + (sum("queued") === 1 ? " waits" : " wait") + " for a CRM. " : "Nothing waits for a CRM. ") + (oldest < Infinity ? "The oldest came " + age(oldest) + " ago." : "");
  at("groups").replaceChildren(...attention.groups.map(group));
  fill("gates", status.gates.map((one) => [one.account, state(one), one.running, one.calls]), "No account.");
  fill("shards", status.shards.map((one) => [one.shard, one.queued, one.review, one.dead, size(one.bytes), one.oldest ? age(one.oldest) : "–"]), "No outbox.");
  return { ...attention, needs };
}

async function show() {
  const { leads: rows, needs } = await counts();
  at("leads").replaceChildren(...(rows.length ? rows.map(lead) : [make("li", { className: "lead", textContent: "Nothing waits for a person." })]));
  at("cut").textContent = rows.length < needs ? "These are the newest " + rows.length.toLocaleString() + " of " + leads(needs) + "." : "";
  at("more").hidden = rows.length >= needs || shown >= 10000;
}

at("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  key = at("key").value;
  at("key").value = "";
  try {
    await show();
    at("door").hidden = true;
    at("room").hidden = at("again").hidden = false;
    at("wrong").textContent = "";
    at("said").focus();
  } catch (error) {
    key = "";
    at("wrong").textContent = error.status === 401 ? "That is not the key." : "The relay does not answer.";
    at("key").focus();
  }
});
const refresh = async () => {
  at("said").replaceChildren();
  await show().catch(() => (at("said").textContent = "The relay does not answer."));
};
at("again").addEventListener("click", refresh);
at("more").addEventListener("click", async () => {
  const from = at("leads").children.length;
  shown = Math.min(10000, shown * 4);
  await refresh();
  at("leads").children[from]?.querySelector("button")?.focus();
});
// The reason is judged here too, before the dialog closes.
at("yes").addEventListener("click", (event) => {
  if (at("because").hidden) return;
  const reason = at("reason").value.trim();
  at("refused").textContent = !reason ? "Say why." : /@|(?:\\d[^\\p{L}\\d]*){7}/u.test(reason) ? "A reason must not name a person: no address and no number." : "";
  if (!at("refused").textContent) return;
  event.preventDefault();
  at("reason").focus();
});
`;
