import { at, make } from "./elements.js";

interface Question {
  question: string;
  explained: string;
  yes: string;
  /** Whether a reason is needed. */
  reason?: boolean;
  /** Where it may go. */
  to?: readonly string[] | undefined;
  unsure?: boolean;
}

export interface Given {
  reason?: string;
  to?: string;
  sure?: boolean;
}

/** Asks before something is done; a reason or a place where one is needed. Nothing where the person thinks better of it. */
export function confirmed({
  question,
  explained,
  yes,
  reason = false,
  to,
  unsure = false,
}: Question): Promise<Given | undefined> {
  const ask = at<HTMLDialogElement>("ask");
  const [why, where, sure] = [
    at<HTMLInputElement>("reason"),
    at<HTMLSelectElement>("to"),
    at<HTMLInputElement>("sure"),
  ];
  at("question").textContent = question;
  at("explained").textContent = explained;
  at("because").hidden = !reason;
  why.value = "";
  why.required = reason;
  at("where").hidden = !to;
  at("unsure").hidden = !unsure;
  sure.checked = false;
  where.replaceChildren(
    ...(to ?? []).map((one) => make("option", { value: one, textContent: one })),
  );
  at("refused").textContent = "";
  at("yes").textContent = yes;
  ask.returnValue = "no";
  ask.showModal();
  (reason ? why : to ? where : at("no")).focus();
  const given = (): Given => ({
    ...(reason && { reason: why.value.trim() }),
    ...(to && { to: where.value, sure: sure.checked }),
  });
  return new Promise((resolve) =>
    ask.addEventListener("close", () => resolve(ask.returnValue === "yes" ? given() : undefined), {
      once: true,
    }),
  );
}

/** The reason is judged here too, before the dialog closes. */
export function judgeReasons(): void {
  at("yes").addEventListener("click", (event) => {
    if (at("because").hidden) return;
    const reason = at<HTMLInputElement>("reason").value.trim();
    const refused = at("refused");
    refused.textContent = !reason
      ? "Say why."
      : /@|(?:\d[^\p{L}\d]*){7}/u.test(reason)
        ? "A reason must not name a person: no address and no number."
        : "";
    if (!refused.textContent) return;
    event.preventDefault();
    at("reason").focus();
  });
}
