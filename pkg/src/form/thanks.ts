import { set } from "./messages.js";

/** Shows the owner's thanks in the form's stead, and gives what takes that back; nothing where the page has none. */
export function thank(form: HTMLFormElement, kind: string): (() => void) | undefined {
  // Of several in the page the one in the form, else the one in the nearest part of the page around it.
  let thanks: HTMLElement | null = null;
  for (let around: ParentNode | null = form; around && !thanks; around = around.parentNode)
    thanks = around.querySelector("[data-fieldpost-done]");
  if (!thanks) return;
  const parts = [...thanks.querySelectorAll<HTMLElement>("[data-fieldpost-when]")];
  const before = [form, thanks, ...parts].map(
    (part) => [part, part.getAttribute("hidden")] as const,
  );
  const index = thanks.getAttribute("tabindex");
  for (const part of parts) part.hidden = part.dataset.fieldpostWhen !== kind;
  if (!form.contains(thanks)) set(form, "hidden", "");
  thanks.hidden = false;
  thanks.tabIndex = -1;
  thanks.focus();
  return () => {
    for (const [part, hidden] of before) set(part, "hidden", hidden);
    set(thanks as HTMLElement, "tabindex", index);
  };
}
