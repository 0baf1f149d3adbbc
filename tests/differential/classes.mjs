// The classes of differences, each with its reason. `classOf` takes the first one whose test holds; a test looks at what was
// typed, at both answers and at our issues, and is as narrow as its sentence says.
import google from "google-libphonenumber";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";

const util = google.PhoneNumberUtil.getInstance();

/** Whether a reader's table has the area code at all: one of a few plain numbers of it is valid. */
const PROBES = ["2345678", "3456789", "4567892", "6789234", "7892345", "9876543"];
const has = {
  google: (area) => PROBES.some((rest) => util.isValidNumber(util.parse(area + rest, "US"))),
  js: (area) => PROBES.some((rest) => parsePhoneNumberFromString(area + rest, "US")?.isValid()),
};
const accepts = {
  google: (e164) => util.isValidNumber(util.parse(e164, "US")),
  js: (e164) => parsePhoneNumberFromString(e164)?.isValid() === true,
};
const tables = { google: new Map(), js: new Map() };
function lacks(reader, area) {
  if (!tables[reader].has(area)) tables[reader].set(area, has[reader](area));
  return !tables[reader].get(area);
}

const codes = (report) => report.issues.map(({ code }) => code);
const split = (e164) => ({
  area: e164.slice(2, 5),
  exchange: e164.slice(5, 8),
  line: e164.slice(8),
});
const isOurs = (e164) => /^\+1\d{10}$/.test(e164);
const ascii = (text) =>
  text.replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));

/** Each test sees one way of differing: we take and they refuse, we refuse and they take, both take otherwise. */
const taken = (test) => (one) =>
  one.ours &&
  !one.theirs &&
  test({ ...one, ...split(one.ours.e164), north: isOurs(one.ours.e164) });
const refused = (test) => (one) =>
  !one.ours &&
  one.theirs &&
  test({
    ...one,
    ...split(one.theirs.e164),
    north: isOurs(one.theirs.e164),
    code: codes(one.report)[0],
  });
const both = (test) => (one) => one.ours && one.theirs && test(one);

const NON_GEOGRAPHIC = /^(5(00|2\d|3[2-8]|44|66|77|88)|600|622|633|700|710|900)$/;
/** What stands for an extension, in the spellings that are made here. */
const EXTENSION = /[\s,;#]*(?:x|extn?\.?|extension|poste|#|;ext=|,|;)[\s:=]*\d+#?\s*$/i;
/** The letters of the number itself, in their order. */
const letters = (text) =>
  ascii(text)
    .replace(/^\s*tel:/, "")
    .replace(EXTENSION, "")
    .replace(/[^A-Za-z]/g, "");

export const CLASSES = {
  "area-code-unknown": {
    why: "Neither table has the area code. We warn and keep the lead: it may have opened since our table's date.",
    test: taken(({ report }) => codes(report).includes("phone.unknown_area_code")),
  },
  "area-code-in-service": {
    why: "NANPA has put the area code into service; their table lacks it.",
    test: taken(
      ({ north, area, reader }) => north && !NON_GEOGRAPHIC.test(area) && lacks(reader, area),
    ),
  },
  "area-code-in-part": {
    why: "An area code in service of which their table knows some exchanges only.",
    test: taken(
      ({ north, report, ours, reader }) =>
        north && /^(US|CA)-/.test(report.region) && !accepts[reader](ours.e164),
    ),
  },
  "non-geographic": {
    why: "5XX, 600, 622, 633, 700, 710, 900: exchanges are assigned one by one. We check the structure, they a list of their own.",
    test: taken(({ north, area }) => north && NON_GEOGRAPHIC.test(area)),
  },
  "island-plan": {
    why: "A place outside the 50 states and Canada with a list of exchanges of its own; we check the structure, which is the same everywhere.",
    test: taken(({ north, report }) => north && report.region && !/^(US|CA)-/.test(report.region)),
  },
  "other-country": {
    why: "Another country's number is kept when its code exists and E.164 allows its length; they check that country's own plan.",
    test: taken(({ north }) => !north),
  },
  poste: {
    why: "French Canada's word for an extension.",
    test: taken(({ text }) => /poste\s*\d+$/i.test(text)),
  },
  "word-for-digits": {
    why: "Letters behind an area code are read by E.161's keys; libphonenumber-js reads no words.",
    test: taken(({ text, reader }) => reader === "js" && letters(text).length >= 4),
  },
  "signs-before-extension": {
    why: "A mark of writing direction, as phones copy it along, or a row of dashes between number and extension is nothing to us.",
    test: taken(
      ({ text, ours, reader }) =>
        ours.ext && /[\u202c-].*?\d+$/.test(text) && accepts[reader](ours.e164),
    ),
  },
  "prefix-00": {
    why: "The international prefix of most other countries (00), which no number of North America begins with; they read it in those countries only.",
    test: taken(({ text }) => /^00/.test(ascii(text).replace(/\D/g, ""))),
  },
  "long-extension": {
    why: "Ten digits and more behind `x` or `#`: we take up to 20, as behind every label; they take nine there.",
    test: taken(({ text }) => /[x#]\s*\d{10,20}$/i.test(text)),
  },

  "line-behind": {
    why: "A word of a closed list behind the number, which says where it rings.",
    test: taken(({ text }) => / home$/.test(text)),
  },
  "word-longer-than-the-number": {
    why: "Letters beyond the tenth digit: the network dials the first ten.",
    test: taken(({ text }) => letters(text).length >= 5),
  },

  "exchange-n11": {
    why: "N11 is no exchange of a geographic code (NANPA); they take any from 200 on.",
    test: refused(
      ({ code, exchange, north }) => north && code === "phone.exchange" && /^.11$/.test(exchange),
    ),
  },
  "exchange-0-or-1": {
    why: "No exchange of the plan begins with 0 or 1; their Dominican table does not say so.",
    test: refused(
      ({ code, exchange, north }) => north && code === "phone.exchange" && /^[01]/.test(exchange),
    ),
  },
  "text-before": {
    why: "A word before the number: they look for a number in the text, a field holds one number and nothing else.",
    test: refused(({ text, code }) => code === "phone.character" && /^call /.test(text)),
  },
  "text-behind": {
    why: "Markup behind the number, or a word behind its extension: cut off by them, refused by us.",
    test: refused(
      ({ text, code }) => /^phone\.(character|extension)$/.test(code) && /( home|<br>)$/.test(text),
    ),
  },
  "extension-without-number": {
    why: "A label for an extension with no number, or with letters in it: dropped or cut by them; we ask, because somebody meant to give one.",
    test: refused(({ code }) => code === "phone.extension"),
  },
  "separator-behind": {
    why: "A comma, semicolon or # at the end: the number goes on, and the rest is missing.",
    test: refused(({ text, code }) => code === "phone.character" && /[,;#]\s*$/.test(text)),
  },
  "bare-extension-of-seven": {
    why: "Seven digits and more behind a bare comma or semicolon may be a second number; only a label makes them an extension.",
    test: refused(({ text, code }) => code === "phone.character" && /[,;]\s*\d{7,}$/.test(text)),
  },
  "few-letters": {
    why: "One to three letters are a slip of the keyboard (`789O`), no word.",
    test: refused(
      ({ text, code }) =>
        code === "phone.character" && letters(text).length > 0 && letters(text).length < 4,
    ),
  },
  "word-that-ends-in-x": {
    why: "A word that ends in X before # and digits: the X is read as a label, and the rest is too short.",
    test: refused(
      ({ text, code }) => code === "phone.character" && /[A-Z]X\s*#\d+$/i.test(ascii(text)),
    ),
  },
  "word-in-area-code": {
    why: "Letters within the first three digits: a word stands behind an area code, never in it.",
    test: refused(
      ({ text, code, reader }) =>
        reader === "google" &&
        code === "phone.character" &&
        /^1?\d{0,2}[- ]*[A-Z]{4,}$/i.test(ascii(text)),
    ),
  },
  "longer-than-e164": {
    why: "More than 15 digits with the country's code (E.164, 6.2.1); they allow 17 behind some codes, and drop a prefix behind others.",
    test: refused(
      ({ text, code, north }) =>
        !north &&
        code === "phone.long" &&
        text.replace(EXTENSION, "").replace(/^011/, "").replace(/\D/g, "").length > 15,
    ),
  },
  "shorter-than-eight": {
    why: "Fewer than eight digits with the country's code; the shortest numbers in use have eight.",
    test: refused(
      ({ code, north, theirs }) => !north && code === "phone.country" && theirs.e164.length < 9,
    ),
  },
  "one-and-one": {
    why: "Two 1s lead (`11 1 …`, `1 (1…`), so that the digits are too many: they drop some; we ask.",
    test: refused(
      ({ text, code }) =>
        /^phone\.(long|area_code)$/.test(code) && /^11/.test(ascii(text).replace(/\D/g, "")),
    ),
  },
  "canadian-310": {
    why: "Canada's 310 numbers have seven digits and no area code: nobody abroad, and no CRM, can call them.",
    test: refused(
      ({ code, theirs }) => code === "phone.short" && /^\+1310\d{4}$/.test(theirs.e164),
    ),
  },
  "national-prefix": {
    why: "A prefix of that country's own behind the code that is not a single zero (Brazil's 90): kept as typed by us, dropped by them.",
    test: both(
      ({ ours, theirs }) =>
        !isOurs(ours.e164) &&
        ours.ext === theirs.ext &&
        theirs.e164.length < ours.e164.length &&
        ours.e164.slice(0, 2) === theirs.e164.slice(0, 2) &&
        ours.e164.endsWith(theirs.e164.slice(4)),
    ),
  },
};

export function classOf(one) {
  for (const [id, { test }] of Object.entries(CLASSES)) if (test(one)) return id;
  return undefined;
}
