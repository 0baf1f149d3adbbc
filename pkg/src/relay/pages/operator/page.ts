/** The operator's page: it asks for the key, keeps it in memory and shows what the interface answers. */
import { kept, state } from "./account.js";
import { judgeReasons } from "./asking.js";
import { at, fill, make } from "./elements.js";
import { follow, forget, rounds, whenSettled } from "./following.js";
import { group } from "./group.js";
import { type Attention, call, open, type Outbox, Refusal, type Status } from "./interface.js";
import { lead } from "./lead.js";
import { age, leads, size } from "./words.js";

/** So many leads are asked for at a time. */
const SOME = 50;
/** Where the leads go on that are not shown yet. */
let next: string | null = null;

/** The counts and the state of the accounts; the list of leads stays as it is. */
async function counts(): Promise<number> {
  const [{ shards, gates }, { groups }] = await Promise.all([
    call<Status>("status"),
    call<Attention>("attention?page=1&limit=1"),
  ]);
  const sum = (name: "queued" | "review" | "dead" | "gone"): number =>
    shards.reduce((all, one) => all + (one[name] ?? 0), 0);
  const oldest = Math.min(...shards.map((one) => one.oldest ?? Infinity));
  const needs = sum("review") + sum("dead") + sum("gone");
  const waits = sum("queued") - sum("gone");
  at("sum").textContent = [
    needs
      ? `${leads(needs)}${needs === 1 ? " needs" : " need"} a person.`
      : "Nothing needs a person.",
    waits
      ? `${leads(waits)}${waits === 1 ? " waits" : " wait"} for a CRM.`
      : "Nothing waits for a CRM.",
    oldest < Infinity ? `The oldest came ${age(oldest)} ago.` : "",
  ].join(" ");
  at("groups").replaceChildren(...groups.map((one) => group(one, show)));
  const full = shards.flatMap((one) => one.full ?? []);
  fill(
    "gates",
    gates.map((one) => [
      one.account,
      [...state(one), ...kept(full, one.account)],
      one.running,
      one.calls,
    ]),
    "No account.",
  );
  fill("shards", shards.map(cells), "No outbox.");
  return needs;
}

const cells = (one: Outbox): (string | number)[] => [
  one.shard,
  one.queued - (one.gone ?? 0),
  one.review,
  one.dead,
  one.gone ?? 0,
  size(one.bytes),
  one.oldest ? age(one.oldest) : "–",
];

/** The leads after those that are shown. */
async function more(cursor: string | null, most: number): Promise<HTMLElement[]> {
  const from = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
  const answer = await call<Attention>(`attention?page=1&limit=${most}${from}`);
  next = answer.next ?? null;
  at("more").hidden = next === null;
  return answer.leads.map((one) => lead(one, counts));
}

async function show(): Promise<void> {
  const shown = at("leads").querySelectorAll(".id").length;
  const most = Math.max(SOME, Math.min(1000, shown));
  const [needs, rows] = [await counts(), await more(null, most)];
  forget();
  const nothing = (): HTMLElement =>
    make("li", { className: "lead", textContent: "Nothing waits for a person." });
  at("leads").replaceChildren(...(rows.length > 0 ? rows : [nothing()]));
  at("cut").textContent =
    next !== null
      ? `These are the newest ${rows.length.toLocaleString()} of ${leads(Math.max(needs, rows.length))}.`
      : "";
  if (await rounds()) follow();
}

const silent = (): void => {
  at("said").textContent = "The relay does not answer.";
};

at("door").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = at<HTMLInputElement>("key");
  open(field.value);
  field.value = "";
  try {
    await show();
    at("door").hidden = true;
    at("room").hidden = false;
    at("again").hidden = false;
    at("wrong").textContent = "";
    at("said").focus();
  } catch (error) {
    open("");
    const isWrong = error instanceof Refusal && error.status === 401;
    at("wrong").textContent = isWrong ? "That is not the key." : "The relay does not answer.";
    field.focus();
  }
});

at("again").addEventListener("click", async () => {
  at("said").replaceChildren();
  await show().catch(silent);
});

at("more").addEventListener("click", async () => {
  try {
    const rows = await more(next, 4 * SOME);
    const list = at("leads");
    list.append(...rows);
    at("cut").textContent =
      next !== null ? `These are the newest ${list.children.length.toLocaleString()}.` : "";
    rows[0]?.querySelector("button")?.focus();
  } catch {
    silent();
  }
});

whenSettled(counts);
judgeReasons();
