import { enterValue, type Control } from "./controls.js";

/**
 * What is only a number of North America so far; anything else stays as it is typed. Two digits and a blank begin the
 * number of another country: no area code is so short.
 */
const PLAIN = /^(?!\s*\d\d\s)\s*(\+?1)?[\s().-]*((?:\d[\s().-]*){0,10})$/;

/** How long a text a field may hold by its owner's word, under how long it may be for now. */
const limits = new WeakMap<Element, Readonly<Record<number, number>>>();

/** A limit that is not ours is the page's own, and counts from then on. */
const limitOf = (field: HTMLInputElement): number =>
  limits.get(field)?.[field.maxLength] ?? field.maxLength;

/** We are typing: whoever writes the field anew when it hears of it has the last word, or neither of us ever ends. */
let typing = false;

/** A North American number as far as it is typed, or undefined where the text is something else. */
export function phoneSoFar(text: string): string | undefined {
  const [, country = "", rest] = PLAIN.exec(text) ?? [];
  const digits = rest?.replace(/\D/g, "") ?? "1";
  // No area code begins with 0 or 1 or has a 9 in its middle; and after the last digit, a space may lead to an extension.
  if (/^([01]|.9)/.test(digits) || (digits[9] && /\s$/.test(text))) return undefined;
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  const number = exchange ? `(${area}) ${exchange}${line && `-${line}`}` : area;
  return country && number ? `${country} ${number}` : country + number;
}

/**
 * Formats while somebody types. The caret stays behind the digit it was behind. A field's `maxlength` is for what is typed: for as
 * long as a number stands apart there, the field may hold so many letters more as nobody typed; and where all of it would not
 * fit, what stands between the digits goes, and no digit.
 */
export function formatPhone(control: Control, event: Event): void {
  const field = control as HTMLInputElement;
  const { value, selectionStart: caret } = field;
  // A pattern of the owner's may want the digits alone. What has no caret is no field for text.
  if (
    typing ||
    caret == null ||
    (event as InputEvent).isComposing ||
    field.hasAttribute("pattern") ||
    field.dataset.fieldpostFormat === "off"
  )
    return;
  const limit = limitOf(field);
  const most = limit < 0 ? Infinity : limit;
  const bare = value.replace(/[\s().-]+/g, "").slice(0, most);
  const number = phoneSoFar(value);
  // As long as it will be with its last digit.
  const fits = number && (number[0] === "+" ? 17 : number[0] === "1" ? 16 : 14) <= most;
  const text = fits ? number : value.length > most ? bare : value;
  const atEnd = caret === value.length;
  let digits = value.slice(0, caret).replace(/\D/g, "").length;
  if (text !== value) {
    typing = true;
    enterValue(control, text);
    typing = false;
  }
  if (limit >= 0)
    limits.set(field, { [field.maxLength = limit + text.length - bare.length]: limit });
  if (text === value || !field.matches(":focus") || field.value !== text) return;
  let place = 0;
  while (digits && place < text.length) if (/\d/.test(text[place++] as string)) digits--;
  if (atEnd) place = text.length;
  field.setSelectionRange(place, place);
}

/** Gives a field its own limit back. */
export function release(control: Control): void {
  const field = control as HTMLInputElement;
  const limit = limitOf(field);
  if (limit !== field.maxLength) field.maxLength = limit;
}
