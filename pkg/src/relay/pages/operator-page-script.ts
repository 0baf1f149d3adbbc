import { MEANS, PHASES } from "../codes.gen.js";

/** The script of the operator's page. */
export const pageScript = `// The key lives in this variable and nowhere else: closing the page forgets it.
let key = "";
/** Where the leads go on that are not shown yet. */
let next = null;
/** So many leads are asked for at a time. */
const SOME = 50;
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

/** What our codes mean; those of CRMs stand for themselves, and in docs/errors.md. */
const WHY = ${JSON.stringify(MEANS)};
const PHASES = ${JSON.stringify(PHASES)};
const why = (code) => (code ?? "").split(" ").map((one) => WHY[one] ?? one).join("; ");

function delivery({ account, phase, code, warning, hold, gone, maybe_repeated: repeated }) {
  const notes = [warning && "warning: " + warning, hold && !gone && "waits for " + hold, repeated && "may be there twice"].filter(Boolean);
  const says = gone ? "waits in vain: " + why(gone) : phase === "dead" || phase === "review" ? PHASES[phase] + ": " + why(code) : PHASES[phase] ?? phase;
  return make("li", {}, make("strong", { textContent: account }), " ",
    make("span", { className: phase === "dead" || gone ? "bad" : phase === "done" ? "good" : "", textContent: says + (notes.length ? " (" + notes.join("; ") + ")" : "") }),
    WHY[code] && phase === "dead" ? make("code", { textContent: " " + code }) : "");
}

/** What became of each delivery, in sentences: what moved in one, and one for each that did not. */
function told(rows, what) {
  const moved = rows.filter((one) => one.moved).map(({ account }) => account);
  const stays = rows.filter((one) => !one.moved);
  const said = moved.length ? [make("span", { textContent: (what === "discard" ? "Given up: " : "Sent on: ") + moved.join(", ") + "." })] : [];
  if (rows.length === 0) said.push(make("span", { textContent: "Nothing of it waits for a person any more." }));
  return [...said, ...stays.map((one) => make("span", { className: "bad", textContent: (one.account ? one.account + " stays: " : "") + one.message }))];
}

/** Where a delivery is that was sent on: what became of it, or what it waits for. */
function became({ account, phase, code, hold, gone }) {
  const says = { done: "delivered", dead: "refused again: " + why(code), review: "held: " + why(code), discarded: "given up", sent: "is being sent" }[phase]
    ?? (gone ? "waits in vain: " + why(gone) : code || hold ? "waits: " + why(code ?? "") + (hold ? (code ? "; " : "") + hold + " is closed" : "") : "waits for its turn");
  return make("span", { className: phase === "done" ? "good" : phase === "dead" ? "bad" : "", textContent: account + ": " + says + "." });
}

const isOpen = ({ phase }) => phase === "waiting" || phase === "sent";

/** What was sent on from this page, by lead: what shows where it is, and says whether it is settled. */
const followed = new Map();
let pause = 0;
let timer;
function follow(id, told) {
  if (id) followed.set(id, told);
  pause = 500;
  clearTimeout(timer);
  timer = setTimeout(look, pause);
}

/** Goes on to look at what was sent on until it is settled; at a slower pace the longer it takes. */
async function look() {
  let open = true;
  try {
    const ids = [...followed.keys()].slice(0, 50);
    const rows = ids.length ? await call("leads?limit=10000&" + ids.map((id) => "id=" + encodeURIComponent(id)).join("&")) : [];
    for (const id of ids) {
      const told = followed.get(id);
      followed.delete(id);
      // Whoever is not settled comes after the others.
      if (!told(rows.filter((row) => row.lead === id).reverse())) followed.set(id, told);
    }
    open = await rounds();
    if (!open) await counts();
  } catch {
    // It is asked again.
  }
  pause = Math.min(pause * 1.5, 30000);
  if (key && (open || followed.size)) timer = setTimeout(look, pause);
}

/** So many of one kind, and why. */
const some = ({ phase, code, deliveries: n }) => n.toLocaleString() + " "
  + ({ done: "delivered", dead: "refused again", review: "held", discarded: "given up", sent: "being sent" }[phase] ?? (n === 1 ? "waits" : "wait")) + (code ? " (" + why(code) + ")" : "");
const states = (all) => {
  const sum = all.reduce((all, one) => all + one.deliveries, 0);
  return "of " + many(sum, "delivery", "deliveries") + " " + all.map(some).join(", ");
};

/** What a group's replay waits to hear, and where that is said. */
let watched;

/** What became of what was sent on, replay by replay. Says whether something is still on its way. */
async function rounds() {
  const { rounds: all } = await call("rounds");
  at("sent").hidden = all.length === 0;
  at("rounds").replaceChildren(...all.map((one) => make("li", {}, make("strong", { textContent: when(one.at) }), ": " + states(one.states) + ".")));
  const own = all.find(({ round }) => round === watched?.round);
  const text = own ? "What became of it: " + states(own.states) + "." : "";
  // A text that stays the same is not read out again.
  if (own && watched.place.textContent !== text) watched.place.textContent = text;
  return all.some((one) => one.states.some(isOpen));
}

/** Asks before something is done; a reason or a place where one is needed. Nothing where the person thinks better of it. */
function confirmed({ question, explained, yes, reason, to, unsure }) {
  at("question").textContent = question;
  at("explained").textContent = explained;
  at("because").hidden = !reason;
  at("reason").value = "";
  at("reason").required = Boolean(reason);
  at("where").hidden = !to;
  at("unsure").hidden = !unsure;
  at("sure").checked = false;
  at("to").replaceChildren(...(to ?? []).map((one) => make("option", { value: one, textContent: one })));
  at("refused").textContent = "";
  at("yes").textContent = yes;
  const ask = at("ask");
  ask.returnValue = "no";
  ask.showModal();
  (reason ? at("reason") : to ? at("to") : at("no")).focus();
  const given = () => ({ ...(reason && { reason: at("reason").value.trim() }), ...(to && { to: at("to").value, sure: at("sure").checked }) });
  return new Promise((resolve) => ask.addEventListener("close", () => resolve(ask.returnValue === "yes" ? given() : undefined), { once: true }));
}

const FAILED = "The relay did not say what became of it. Refresh and look before you do it again.";
const rule = (what, which, cursor) => call(what + "?page=1" + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""), { method: "POST", body: JSON.stringify(which) });

const act = (text, go) => {
  const made = make("button", { type: "button", textContent: text });
  made.addEventListener("click", () => go(made));
  return made;
};

function lead(one) {
  const result = make("p", { className: "result", tabIndex: -1 });
  result.setAttribute("role", "status");
  const acts = make("div", { className: "acts" });
  const list = make("ul", { className: "deliveries" });
  const row = make("li", { className: "lead" },
    make("div", {}, make("strong", { textContent: one.form }), ", " + age(one.accepted) + " ago (" + when(one.accepted) + ")" + (one.raw ? ", kept as it came" : "") + (one.raw && one.issues ? ": " + one.issues.split(" ").map(decodeURIComponent).join(", ") : ""),
      list, make("div", { className: "id", textContent: one.lead })),
    acts, result);
  /** What can be done about it, as it stands. */
  const draw = (deliveries) => {
    list.replaceChildren(...deliveries.map(delivery));
    const [held, waits] = ["review", "dead"].map((wanted) => deliveries.some(({ phase }) => phase === wanted));
    const offered = [held || waits ? act(held ? "Release" : "Replay", go("replay")) : "", held && one.raw && one.issues ? act("Release as it is", go("replay", { anyway: true })) : "", held || waits || deliveries.some(({ gone }) => gone) ? act("Discard…", go("discard")) : ""];
    acts.replaceChildren(...offered.filter(Boolean));
    for (const button of acts.children) button.setAttribute("aria-label", button.textContent.replace("…", "") + " lead " + one.lead + " of " + one.form);
  };
  const go = (what, more) => async () => {
    const asked = what === "discard" ? await confirmed({ question: "Discard this lead?", explained: "Its values are deleted and no CRM gets it from here. This cannot be undone.", yes: "Discard", reason: true }) : {};
    if (!asked) return;
    for (const button of acts.children) button.disabled = true;
    try {
      const { rows } = await rule(what, { ids: [one.lead], ...asked, ...more });
      const said = told(rows, what);
      result.replaceChildren(...said);
      // What stays can be tried again; what is done has nothing left to press.
      if (rows.every(({ moved }) => moved)) acts.replaceChildren();
      result.focus();
      const moved = rows.filter((row) => row.moved).map(({ account }) => account);
      if (what === "replay" && moved.length) {
        follow(one.lead, (now) => {
          const own = now.filter(({ account }) => moved.includes(account));
          const news = own.length ? own.map(became) : [make("span", { textContent: "It is not there any more." })];
          if (news.map(({ textContent }) => textContent).join() !== [...result.children].slice(said.length).map(({ textContent }) => textContent).join()) result.replaceChildren(...said, ...news);
          const settled = !own.some(isOpen);
          if (settled) draw(now);
          else list.replaceChildren(...now.map(delivery));
          return settled;
        });
      }
      await counts();
    } catch (error) {
      result.replaceChildren(make("span", { className: "bad", textContent: error.said ?? FAILED }));
      result.focus();
    }
    for (const button of acts.children) button.disabled = false;
  };
  draw(one.deliveries);
  return row;
}

const DONE = { replay: "sent on", discard: "given up", move: "moved" };

/** Does it to all of a group, some at a time, and says how far it is: many thousand take a while. */
async function through(what, which) {
  const said = at("said");
  const stays = [];
  const [sum, stop] = [{ leads: 0, stays: 0, stopped: false, round: undefined }, act("Stop", () => (sum.stopped = true))];
  const begun = () => leads(sum.leads) + " " + DONE[what];
  for (const button of at("groups").querySelectorAll("button")) button.disabled = true;
  try {
    for (let cursor; cursor !== null && !sum.stopped; ) {
      const { rows, next, round } = await rule(what, { ...which, ...(sum.round && { round: sum.round }) }, cursor);
      cursor = next;
      sum.round = round;
      sum.leads += new Set(rows.filter((one) => one.moved).map((one) => one.lead)).size;
      const own = rows.filter((one) => !one.moved);
      sum.stays += own.length;
      stays.push(...own.slice(0, 20 - stays.length));
      if (cursor === null) break;
      // The button keeps the focus while the text before it changes.
      if (stop.isConnected) said.firstChild.textContent = begun() + " so far. ";
      else said.replaceChildren(document.createTextNode(begun() + " so far. "), stop);
    }
  } catch (error) {
    said.replaceChildren((sum.leads ? begun() + ". " : "") + (error.said ?? FAILED));
    said.focus();
    return;
  }
  const place = make("p", {});
  said.replaceChildren(begun() + "." + (sum.stopped ? " Stopped; the others are where they were." : "") + (sum.stays ? " " + many(sum.stays, "delivery stays", "deliveries stay") + ":" : ""),
    ...(sum.stays ? [make("ul", {}, ...stays.map((one) => make("li", { textContent: (one.id ?? one.shard) + ": " + one.message })), sum.stays > stays.length ? make("li", { textContent: "and " + (sum.stays - stays.length).toLocaleString() + " more" }) : "")] : []), place);
  said.focus();
  if (what === "replay" && sum.leads) {
    watched = { round: sum.round, place };
    follow();
  }
  await show();
}

function group(one) {
  const { phase, code, leads: n, account, form, to } = one;
  const held = phase === "review";
  const word = held ? "Release" : "Replay";
  const gone = account !== undefined;
  const which = gone ? { code, account, form } : { phase, code };
  const go = (what) => async () => {
    const discard = what === "discard";
    const asked = await confirmed({
      question: (discard ? "Discard " : word + " ") + (n === 1 ? "the lead" : "all " + leads(n)) + " with " + code + "?",
      explained: discard ? "The values of " + leads(n) + " are deleted and no CRM gets them from here. This cannot be undone."
        : "Of " + leads(n) + " everything that waits for a person goes out to its CRM. What is delivered does not go again.",
      yes: (discard ? "Discard " : word + " ") + leads(n), reason: discard,
    });
    if (asked) await through(what, { ...which, ...asked });
  };
  const move = async () => {
    const asked = await confirmed({
      question: "Move " + (n === 1 ? "the lead" : "all " + leads(n)) + "?",
      explained: code === "form.gone" ? "They become leads of another form, whose rules they have to pass, and go to " + account + " from there." : "They go out to another account. Where that is the same CRM under another name, nobody is written twice.",
      yes: "Move " + leads(n), to, unsure: code === "account.gone",
    });
    if (asked) await through("move", code === "form.gone" ? { form: { from: form, to: asked.to } } : { from: account, to: asked.to, form, sure: asked.sure });
  };
  const what = gone ? (n === 1 ? "waits" : "wait") + " in vain, from the form " + form + " to the account " + account + ": " + why(code) : (held ? "held" : "refused") + ": " + why(code);
  const all = n === 1 ? "it" : "all " + n.toLocaleString();
  return make("li", {},
    make("span", { className: "what" }, make("strong", { textContent: leads(n) }), " " + what, WHY[code] ? make("code", { textContent: " " + code }) : ""),
    make("span", { className: "acts" }, gone ? (to?.length ? act("Move " + all + "…", move) : "") : act(word + " " + all, go("replay")), act("Discard " + all + "…", go("discard"))));
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

/** The forms with so many refused leads that the next ones wait. */
const kept = (full, account) => [...new Set(full.filter((one) => one.account === account).map(({ form }) => form))]
  .map((form) => make("p", { className: "bad", textContent: "Leads of the form " + form + " wait, because so many of it are refused: send those on, or give them up." }));

/** The counts and the state of the accounts; the list of leads stays as it is. */
async function counts() {
  const [status, attention] = await Promise.all([call("status"), call("attention?page=1&limit=1")]);
  const sum = (name) => status.shards.reduce((all, one) => all + (one[name] ?? 0), 0);
  const oldest = Math.min(...status.shards.map((one) => one.oldest ?? Infinity));
  const [needs, waits] = [sum("review") + sum("dead") + sum("gone"), sum("queued") - sum("gone")];
  at("sum").textContent = (needs ? leads(needs) + (needs === 1 ? " needs" : " need") + " a person. " : "Nothing needs a person. ")
    + (waits ? leads(waits) + (waits === 1 ? " waits" : " wait") + " for a CRM. " : "Nothing waits for a CRM. ") + (oldest < Infinity ? "The oldest came " + age(oldest) + " ago." : "");
  at("groups").replaceChildren(...attention.groups.map(group));
  const full = status.shards.flatMap((one) => one.full ?? []);
  fill("gates", status.gates.map((one) => [one.account, [...state(one), ...kept(full, one.account)], one.running, one.calls]), "No account.");
  fill("shards", status.shards.map((one) => [one.shard, one.queued - (one.gone ?? 0), one.review, one.dead, one.gone ?? 0, size(one.bytes), one.oldest ? age(one.oldest) : "–"]), "No outbox.");
  return needs;
}

/** The leads after those that are shown. */
async function more(cursor, most) {
  const answer = await call("attention?page=1&limit=" + most + (cursor ? "&cursor=" + encodeURIComponent(cursor) : ""));
  next = answer.next ?? null;
  at("more").hidden = next === null;
  return answer.leads.map(lead);
}

async function show() {
  const most = Math.max(SOME, Math.min(1000, at("leads").querySelectorAll(".id").length));
  const [needs, rows] = [await counts(), await more(null, most)];
  followed.clear();
  at("leads").replaceChildren(...(rows.length ? rows : [make("li", { className: "lead", textContent: "Nothing waits for a person." })]));
  at("cut").textContent = next !== null ? "These are the newest " + rows.length.toLocaleString() + " of " + leads(Math.max(needs, rows.length)) + "." : "";
  if (await rounds()) follow();
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
  try {
    const rows = await more(next, 4 * SOME);
    at("leads").append(...rows);
    at("cut").textContent = next !== null ? "These are the newest " + at("leads").children.length.toLocaleString() + "." : "";
    rows[0]?.querySelector("button")?.focus();
  } catch {
    at("said").textContent = "The relay does not answer.";
  }
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
