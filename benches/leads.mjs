// The bench's corpus: 64 leads, no two alike, so that no compiler can fold one into a constant. Every eighth is wrong, in
// a way that every contender can see: a table of area codes, typo hints and flags are ours alone and change no payload.
const FIRST = ["Ann", "Luis", "Zoë", "Mei", "Oluwaseun", "Jean-Luc", "Priya", "Sam"];
const LAST = ["Lee", "García", "O'Neil", "van der Berg", "Nguyễn", "Smith", "Kowalczyk", "Brown"];
const COMPANIES = [
  "Acme Roofing",
  "Miller & Sons",
  "Café Nord",
  'North"East" Supply',
  "Delta",
  "Blue Door Realty",
  "",
  "Hill Dental",
];
const DOMAINS = [
  "example.com",
  "Example.ORG",
  "gmail.com",
  "mail.acme-roofing.com",
  "hilldental.net",
  "Outlook.com",
  "delta.co.uk",
  "nord.cafe",
];
const LABELS = [
  ["solar", "roof"],
  "news, spring fair ,news",
  ["demo"],
  "",
  ["A", "b", "C", "a"],
  "pricing",
  ["trade show 2026"],
  "one,two,three",
];
const AREA_CODES = ["212", "415", "305", "646", "617", "702", "206", "512"];
const NOTES = [
  "",
  "Please call after 5 pm.",
  "Two houses,\none roof.",
  'Ask for "Jo"',
  "",
  "We met in Köln.",
  "x".repeat(180),
  "Thanks!",
];

const PHONES = [
  (area, line) => `(${area}) 234-${line}`,
  (area, line) => `${area}-234-${line}`,
  (area, line) => `+1 ${area} 234 ${line}`,
  (area, line) => `${area}.234.${line}`,
  (area, line) => `1-${area}-234-${line}`,
  (area, line) => `(${area}) 234-${line} ext. 12`,
  (area, line) => `${area}234${line}`,
  (area, line) => `${area} 234 ${line} x304`,
];

const WRONG = [
  { email: "ann.example.com" },
  { email: "ann@@example.com" },
  { phone: "212-234" },
  { firstName: "" },
  { lastName: "  " },
  { email: "ann@example" },
  { phone: "call me" },
  { email: "ann..lee@example.com" },
];

const pick = (list, index) => list[index % list.length];

export const leads = Array.from({ length: 64 }, (_, index) => {
  const turn = index >> 3;
  const lead = {
    firstName: pick(FIRST, index),
    lastName: pick(LAST, index + turn),
    email: `lead.${index}+web@${pick(DOMAINS, index + 3 * turn)}`,
    phone: pick(PHONES, index + 5 * turn)(pick(AREA_CODES, index + turn), 5600 + index),
    company: pick(COMPANIES, index + turn),
    labels: pick(LABELS, index + turn),
    notes: pick(NOTES, index + turn),
  };
  return index % 8 === 7 ? { ...lead, ...WRONG[turn] } : lead;
});
