import { confirmed } from "./asking.js";
import { act, at, make } from "./elements.js";
import { watch } from "./following.js";
import { type Group, rule, type Rule, type Ruled, sentence, type Which } from "./interface.js";
import { leads, many, named, why } from "./words.js";

const DONE: Readonly<Record<Rule, string>> = {
  replay: "sent on",
  discard: "given up",
  move: "moved",
};

/** Of so many deliveries that stay it is said why. */
const SHOWN = 20;

/** Does it to all of a group, some at a time, and says how far it is: many thousand take a while. */
async function through(what: Rule, which: Which, show: () => Promise<unknown>): Promise<void> {
  const said = at("said");
  const shown: Ruled[] = [];
  const sum = { leads: 0, stays: 0, round: undefined as string | undefined };
  let stopped = false;
  const stop = act("Stop", () => {
    stopped = true;
  });
  const begun = (): string => `${leads(sum.leads)} ${DONE[what]}`;
  for (const button of at("groups").querySelectorAll("button")) button.disabled = true;
  try {
    let cursor: string | undefined;
    do {
      const { round } = sum;
      const answer = await rule(what, { ...which, ...(round !== undefined && { round }) }, cursor);
      cursor = answer.next ?? undefined;
      sum.round = answer.round;
      sum.leads += new Set(answer.rows.filter((one) => one.moved).map((one) => one.lead)).size;
      const own = answer.rows.filter((one) => !one.moved);
      sum.stays += own.length;
      shown.push(...own.slice(0, SHOWN - shown.length));
      if (cursor === undefined) break;
      // The button keeps the focus while the text before it changes.
      const soFar = `${begun()} so far. `;
      if (stop.isConnected && said.firstChild) said.firstChild.textContent = soFar;
      else said.replaceChildren(document.createTextNode(soFar), stop);
    } while (!stopped);
  } catch (error) {
    said.replaceChildren((sum.leads > 0 ? `${begun()}. ` : "") + sentence(error));
    said.focus();
    return;
  }
  const place = make("p", {});
  const stays = sum.stays > 0 ? ` ${many(sum.stays, "delivery stays", "deliveries stay")}:` : "";
  said.replaceChildren(
    `${begun()}.${stopped ? " Stopped; the others are where they were." : ""}${stays}`,
    ...(sum.stays > 0 ? [reasons(shown, sum.stays)] : []),
    place,
  );
  said.focus();
  if (what === "replay" && sum.leads > 0) watch(sum.round, place);
  await show();
}

/** Why deliveries stay: of some each, of the others how many. */
function reasons(shown: readonly Ruled[], all: number): HTMLElement {
  const rest = all - shown.length;
  return make(
    "ul",
    {},
    ...shown.map((one) => make("li", { textContent: `${one.id ?? one.shard}: ${one.message}` })),
    rest > 0 ? make("li", { textContent: `and ${rest.toLocaleString()} more` }) : "",
  );
}

/** Leads that wait for the same reason, with what can be done about all of them. `show` shows anew what waits. */
export function group(one: Group, show: () => Promise<unknown>): HTMLElement {
  const { phase, code, leads: n, account, form, to } = one;
  const held = phase === "review";
  const word = held ? "Release" : "Replay";
  const gone = account !== undefined;
  const which = gone ? { code, account, form } : { phase, code };

  const go = (what: "replay" | "discard") => async (): Promise<void> => {
    const discard = what === "discard";
    const verb = discard ? "Discard" : word;
    const asked = await confirmed({
      question: `${verb} ${n === 1 ? "the lead" : `all ${leads(n)}`} with ${code}?`,
      explained: discard
        ? `The values of ${leads(n)} are deleted and no CRM gets them from here. This cannot be undone.`
        : `Of ${leads(n)} everything that waits for a person goes out to its CRM. What is delivered does not go again.`,
      yes: `${verb} ${leads(n)}`,
      reason: discard,
    });
    if (asked) await through(what, { ...which, ...asked }, show);
  };

  const move = async (): Promise<void> => {
    const asked = await confirmed({
      question: `Move ${n === 1 ? "the lead" : `all ${leads(n)}`}?`,
      explained:
        code === "form.gone"
          ? `They become leads of another form, whose rules they have to pass, and go to ${account} from there.`
          : "They go out to another account. Where that is the same CRM under another name, nobody is written twice.",
      yes: `Move ${leads(n)}`,
      to,
      unsure: code === "account.gone",
    });
    if (!asked) return;
    const way =
      code === "form.gone"
        ? { form: { from: form, to: asked.to } }
        : { from: account, to: asked.to, form, sure: asked.sure };
    await through("move", way, show);
  };

  const what = gone
    ? `${n === 1 ? "waits" : "wait"} in vain, from the form ${form} to the account ${account}: ${why(code)}`
    : `${held ? "held" : "refused"}: ${why(code)}`;
  const all = n === 1 ? "it" : `all ${n.toLocaleString()}`;
  const onward = gone
    ? (to ?? []).length > 0 && act(`Move ${all}…`, move)
    : act(`${word} ${all}`, go("replay"));
  return make(
    "li",
    {},
    make(
      "span",
      { className: "what" },
      make("strong", { textContent: leads(n) }),
      ` ${what}`,
      named(code),
    ),
    make("span", { className: "acts" }, onward || "", act(`Discard ${all}…`, go("discard"))),
  );
}
