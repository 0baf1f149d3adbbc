// A phone number is typed, pasted, filled in and corrected in fields of every `maxlength`, beside a field that nobody
// formats: what one of them takes, the other must not lose. Runs in any engine behind the small face of `engine-client.mjs`.
import assert from "node:assert/strict";

export const LENGTHS = [...Array.from({ length: 14 }, (_, n) => n + 7), null];

const TEXTS = [
  "2124567890",
  "212-456-7890",
  "(212) 456-7890",
  "12124567890",
  "+12124567890",
  "+1 212 456 7890",
  "2124567890 x12",
  "2124567890x12345",
  "212 456 7890 ext. 7",
  "212456789012",
  "+442079460958",
  "0049 30 901820",
  "49 30 901820",
  "0012124567890",
  "1-800-FLOWERS",
];
/** Those that are typed with real keys; the others letter by letter with the browser's own command, which is quicker. */
const KEYS = 3;

const digitsOf = (text) => text.replace(/\D/g, "");

/** Makes the two fields ready: of this length, and empty. */
const begin = (page, most) =>
  page.run((most) => {
    const own = document.querySelector("[name=phone]");
    const twin =
      document.querySelector("#twin") ??
      document.body.appendChild(
        Object.assign(document.createElement("input"), { id: "twin", type: "tel" }),
      );
    for (const field of [own, twin]) {
      if (most === null) field.removeAttribute("maxlength");
      else field.setAttribute("maxlength", most);
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, most);

const values = (page) =>
  page.run(() => ["[name=phone]", "#twin"].map((one) => document.querySelector(one).value));

/** Puts the caret behind so many digits. */
const caret = (page, selector, digits) =>
  page.run(
    (selector, digits) => {
      const field = document.querySelector(selector);
      field.focus();
      let place = 0;
      for (let left = digits; left && place < field.value.length; place++)
        if (/\d/.test(field.value[place])) left--;
      field.setSelectionRange(place, place);
    },
    selector,
    digits,
  );

/** As a person pastes, or types: at the caret, by the browser's own hand, which holds itself to the limit. */
const insert = (page, selector, ...texts) =>
  page.run(
    (selector, texts) => {
      document.querySelector(selector).focus();
      for (const text of texts) document.execCommand("insertText", false, text);
    },
    selector,
    texts,
  );

async function holds(page, what, most) {
  const [own, twin] = await values(page);
  const said = `maxlength ${most}, ${what}: "${own}" beside "${twin}"`;
  assert.ok(most === null || own.length <= most, `${said}: too long`);
  // What the other field has cut off may well be there; what it took must be.
  assert.ok(digitsOf(own).startsWith(digitsOf(twin)), said);
  return own;
}

export async function typing(page, lengths = LENGTHS) {
  for (const most of lengths) {
    for (const [nth, text] of TEXTS.entries()) {
      await begin(page, most);
      for (const selector of ["[name=phone]", "#twin"])
        await (nth < KEYS ? page.type(selector, text) : insert(page, selector, ...text));
      const typed = await holds(page, `${text} typed`, most);
      if (text === "2124567890")
        assert.equal(
          typed,
          most === null || most >= 14 ? "(212) 456-7890" : text.slice(0, most),
          `maxlength ${most}`,
        );
      if (/^0049|^49/.test(text) && (most === null || most >= text.length))
        assert.equal(typed, text, "another country's number stays as it is typed");

      await begin(page, most);
      for (const selector of ["[name=phone]", "#twin"]) await insert(page, selector, text);
      await holds(page, `${text} pasted`, most);

      // The first half typed, the second pasted behind it.
      await begin(page, most);
      for (const selector of ["[name=phone]", "#twin"]) {
        await insert(page, selector, ...text.slice(0, 5));
        await insert(page, selector, text.slice(5));
      }
      await holds(page, `${text} typed and pasted`, most);

      // A browser fills in no more than a field may hold.
      await begin(page, most);
      await page.run(
        (text) => {
          for (const one of ["[name=phone]", "#twin"]) {
            const field = document.querySelector(one);
            field.value = text;
            for (const type of ["input", "change"])
              field.dispatchEvent(new Event(type, { bubbles: true }));
          }
        },
        text.slice(0, most ?? text.length),
      );
      await holds(page, `${text} filled in`, most);
    }
    if (most !== null && most < 10) continue;
    for (const at of [1, 3, 4, 6, 9]) {
      for (const first of ["Backspace", "insert"]) {
        // With the digit more there are eleven, for a moment.
        if (first === "insert" && most !== null && most < 11) continue;
        await begin(page, most);
        for (const selector of ["[name=phone]", "#twin"]) {
          await insert(page, selector, ..."2124567890");
          await caret(page, selector, at);
          if (first === "insert") {
            await insert(page, selector, "3");
            await caret(page, selector, at);
          }
          await page.key("Backspace");
          if (first === "Backspace") await insert(page, selector, "3");
        }
        await holds(page, `digit ${at} corrected, ${first} first`, most);
        const [own, twin] = await values(page);
        assert.equal(
          digitsOf(own),
          digitsOf(twin),
          `maxlength ${most}, digit ${at}: "${own}" beside "${twin}"`,
        );
      }
    }
  }
}
