import { enterValue, type Control } from "./controls.js";

/** What is only a number of North America so far; anything else stays as it is typed. */
const PLAIN = /^\s*(\+?1)?[\s().-]*((?:\d[\s().-]*){0,10})$/;

/** A North American number as far as it is typed, or undefined where the text is something else. */
export function phoneSoFar(text: string): string | undefined {
  const [, country = "", rest] = PLAIN.exec(text) ?? [];
  const digits = rest?.replace(/\D/g, "") ?? "1";
  // No area code begins with 1; and after the last digit, a space may lead to an extension.
  if (digits[0] === "1" || (digits[9] && /\s$/.test(text))) return undefined;
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const number = exchange ? `(${area}) ${exchange}${line && `-${line}`}` : area;
  return country && number ? `${country} ${number}` : country + number;
}

/** Formats while somebody types. The caret stays behind the digit it was behind. */
export function formatPhone(control: Control, event: Event): void {
  const { value, selectionStart: caret } = control as HTMLInputElement;
  const number = phoneSoFar(value);
  if (!number || number === value || (event as InputEvent).isComposing) return;
  const { maxLength } = control as HTMLInputElement;
  // A pattern of the owner's may want the digits alone.
  if (control.hasAttribute("pattern") || (maxLength >= 0 && number.length > maxLength) || control.dataset.fieldpostFormat === "off") return;

  const here = control.getRootNode() as Document | ShadowRoot;
  const focused = here.activeElement === control && caret !== null;
  const atEnd = caret === value.length;
  let digits = value.slice(0, caret ?? 0).replace(/\D/g, "").length;
  enterValue(control, number);
  if (!focused) return;
  let place = 0;
  while (digits && place < number.length) if (/\d/.test(number[place++] as string)) digits--;
  if (atEnd) place = number.length;
  (control as HTMLInputElement).setSelectionRange(place, place);
}
