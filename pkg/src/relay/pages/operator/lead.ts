import { confirmed, type Given } from "./asking.js";
import { became, delivery, isUnderWay, told } from "./deliveries.js";
import { act, make } from "./elements.js";
import { follow } from "./following.js";
import { type Delivery, type Lead, rule, type Rule, sentence, type Which } from "./interface.js";
import { age, when } from "./words.js";

/** One lead that waits for a person, with what can be done about it. `counts` shows anew how many there are. */
export function lead(one: Lead, counts: () => Promise<unknown>): HTMLElement {
  const result = make("p", { className: "result", tabIndex: -1 });
  result.setAttribute("role", "status");
  const acts = make("div", { className: "acts" });
  const list = make("ul", { className: "deliveries" });
  const buttons = (): HTMLButtonElement[] => [...acts.querySelectorAll("button")];

  /** What can be done about it, as it stands. */
  const draw = (deliveries: readonly Delivery[]): void => {
    list.replaceChildren(...deliveries.map(delivery));
    const has = (wanted: string): boolean => deliveries.some(({ phase }) => phase === wanted);
    const [held, waits] = [has("review"), has("review") || has("dead")];
    const offered = [
      waits && act(held ? "Release" : "Replay", go("replay")),
      held && one.raw && one.issues && act("Release as it is", go("replay", { anyway: true })),
      (waits || deliveries.some(({ gone }) => gone)) && act("Discard…", go("discard")),
    ];
    acts.replaceChildren(...offered.filter((button) => button instanceof HTMLButtonElement));
    for (const button of buttons()) {
      const text = (button.textContent ?? "").replace("…", "");
      button.setAttribute("aria-label", `${text} lead ${one.lead} of ${one.form}`);
    }
  };

  const go =
    (what: Rule, more: Which = {}) =>
    async (): Promise<void> => {
      const asked = what === "discard" ? await confirmed(DISCARD) : {};
      if (!asked) return;
      for (const button of buttons()) button.disabled = true;
      try {
        await done(what, { ...asked, ...more });
        await counts();
      } catch (error) {
        result.replaceChildren(make("span", { className: "bad", textContent: sentence(error) }));
        result.focus();
      }
      for (const button of buttons()) button.disabled = false;
    };

  const done = async (what: Rule, which: Given & Which): Promise<void> => {
    const { rows } = await rule(what, { ids: [one.lead], ...which });
    const said = told(rows, what);
    result.replaceChildren(...said);
    // What stays can be tried again; what is done has nothing left to press.
    if (rows.every(({ moved }) => moved)) acts.replaceChildren();
    result.focus();
    const moved = rows.filter((row) => row.moved).map(({ account }) => account);
    if (what !== "replay" || moved.length === 0) return;
    follow(one.lead, (now) => {
      const own = now.filter(({ account }) => moved.includes(account));
      const news =
        own.length > 0
          ? own.map(became)
          : [make("span", { textContent: "It is not there any more." })];
      if (text(news) !== text([...result.children].slice(said.length)))
        result.replaceChildren(...said, ...news);
      const settled = !own.some(isUnderWay);
      if (settled) draw(now);
      else list.replaceChildren(...now.map(delivery));
      return settled;
    });
  };

  const row = make(
    "li",
    { className: "lead" },
    make(
      "div",
      {},
      make("strong", { textContent: one.form }),
      `, ${age(one.accepted)} ago (${when(one.accepted)})${came(one)}`,
      list,
      make("div", { className: "id", textContent: one.lead }),
    ),
    acts,
    result,
  );
  draw(one.deliveries);
  return row;
}

const DISCARD = {
  question: "Discard this lead?",
  explained: "Its values are deleted and no CRM gets it from here. This cannot be undone.",
  yes: "Discard",
  reason: true,
};

/** Of a lead that did not pass the check, what was wrong with it. */
function came({ raw, issues }: Lead): string {
  if (!raw) return "";
  const wrong = issues ? `: ${issues.split(" ").map(decodeURIComponent).join(", ")}` : "";
  return `, kept as it came${wrong}`;
}

const text = (elements: readonly Element[]): string =>
  elements.map(({ textContent }) => textContent).join();
