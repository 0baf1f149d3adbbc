import { make } from "./elements.js";
import type { Account, Full } from "./interface.js";
import { age, when } from "./words.js";

/** An account's state in sentences: what is closed, since when, what to mend, and when it is tried again. */
export function state({
  closed,
  targets = [],
  refused,
  quota,
  quietUntil,
  version,
}: Account): HTMLElement[] {
  const says = [general({ closed, refused, quota, quietUntil })];
  for (const { form, param, code, message, since, probe } of targets) {
    const which = `Leads of the form ${form}${param ? ` that fill ${param}` : ""}`;
    says.push(bad(`${which} wait, for ${age(since)} (${code}): ${message}${again(probe)}`));
  }
  if (version)
    says.push(
      make("p", {
        className: "small",
        textContent: `It speaks version ${version}, as the relay has learned. Say so in the account's options: version: ${version}.`,
      }),
    );
  return says;
}

function general({
  closed,
  refused,
  quota,
  quietUntil,
}: Pick<Account, "closed" | "refused" | "quota" | "quietUntil">): HTMLElement {
  if (closed) {
    const { since, code, message, probe } = closed;
    return bad(`Closed for ${age(since)} (${code}): ${message} Its leads wait.${again(probe)}`);
  }
  if (refused) return bad(`The credentials are refused (${refused}). Its leads wait.`);
  if (quota) return make("p", { textContent: `The day's calls are used up until ${when(quota)}.` });
  if (quietUntil)
    return make("p", { textContent: `The CRM asked for quiet until ${when(quietUntil)}.` });
  return make("p", { className: "good", textContent: "Open" });
}

const bad = (text: string): HTMLElement => make("p", { className: "bad", textContent: text });

const again = (probe: number): string =>
  probe > Date.now()
    ? ` It is tried again at ${new Date(probe).toLocaleTimeString(undefined, { timeStyle: "short" })}.`
    : "";

/** The forms with so many refused leads that the next ones wait. */
export const kept = (full: readonly Full[], account: string): HTMLElement[] =>
  [...new Set(full.filter((one) => one.account === account).map(({ form }) => form))].map((form) =>
    bad(
      `Leads of the form ${form} wait, because so many of it are refused: send those on, or give them up.`,
    ),
  );
