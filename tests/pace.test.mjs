// The host's part of an account's pace: when a day of calls turns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { household } from "../pkg/dist/relay/http/ip.js";
import { isTooMuch } from "../pkg/dist/relay/http/share.js";
import { pairs } from "../pkg/dist/relay/http/pairs.js";
import { Csv } from "../pkg/dist/relay/operator/csv.js";
import { nextMidnight } from "../pkg/dist/relay/limiter/reset.js";
import { random } from "./faults/proxy.mjs";

const at = (text) => Date.parse(text);
const iso = (time) => new Date(time).toISOString();

test("midnight Central, on ordinary days and on both days of daylight saving", () => {
  const cases = [
    // Standard time: six hours behind.
    ["2026-01-15T12:00:00Z", "2026-01-16T06:00:00.000Z"],
    ["2026-01-15T05:59:59Z", "2026-01-15T06:00:00.000Z"],
    ["2026-01-15T06:00:00Z", "2026-01-16T06:00:00.000Z"],
    // Summer time: five.
    ["2026-07-04T12:00:00Z", "2026-07-05T05:00:00.000Z"],
    // The day of 23 hours: it begins at 06:00 and ends at 05:00.
    ["2026-03-08T05:59:59Z", "2026-03-08T06:00:00.000Z"],
    ["2026-03-08T06:00:00Z", "2026-03-09T05:00:00.000Z"],
    ["2026-03-08T23:00:00Z", "2026-03-09T05:00:00.000Z"],
    // The day of 25.
    ["2026-11-01T04:59:59Z", "2026-11-01T05:00:00.000Z"],
    ["2026-11-01T05:00:00Z", "2026-11-02T06:00:00.000Z"],
    ["2026-11-02T05:30:00Z", "2026-11-02T06:00:00.000Z"],
  ];
  for (const [now, midnight] of cases)
    assert.equal(iso(nextMidnight("America/Chicago", at(now))), midnight, now);
  for (let now = at("2026-01-01T00:00:00Z"); now < at("2027-01-01T00:00:00Z"); now += 47 * 60_000) {
    const next = nextMidnight("America/Chicago", now);
    assert.ok(next > now && next - now <= 25 * 3_600_000, iso(now));
  }
});

test("an address has its limit, its household shares it, and it comes back", async () => {
  assert.equal(household("2001:db8:0:7::1"), household("2001:0db8:0000:0007:aaaa:bbbb:cccc:dddd"));
  assert.notEqual(household("2001:db8:0:7::1"), household("2001:db8:0:8::1"));
  assert.equal(household("192.0.2.7"), "192.0.2.7");
  const limit = { leads: 3, seconds: 60 };
  const waits = [];
  for (let n = 0; n < 5; n++) waits.push(await isTooMuch("192.0.2.7", limit, 1_000));
  assert.deepEqual(waits, [undefined, undefined, undefined, 60_000, 60_000]);
  assert.equal(await isTooMuch("192.0.2.8", limit, 1_000), undefined, "another one is another one");
  assert.equal(await isTooMuch("192.0.2.7", limit, 62_000), undefined);
  assert.equal(await isTooMuch(null, limit, 1_000), undefined);
});

test("an urlencoded body reads as URLSearchParams reads it, whatever is in it", () => {
  const parts = [
    "a",
    "=",
    "&",
    "+",
    "%",
    "%41",
    "%c3%a4",
    "%C3",
    "%zz",
    "%0",
    "é",
    "\u{1f600}",
    "%00",
    "\0",
    "__proto__",
    " ",
    "==",
    "%25",
    "\r\n",
    "%ef%bb%bf",
    "%ed%a0%80",
  ];
  const next = random(11);
  for (let n = 0; n < 20_000; n++) {
    const text = `a${Array.from({ length: Math.floor(next() * 8) }, () => parts[Math.floor(next() * parts.length)]).join("")}`;
    assert.deepEqual(pairs(text), [...new URLSearchParams(text)], JSON.stringify(text));
  }
});

test("no cell of the export is a formula, and none begins another", () => {
  const evil = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\0=1",
    "＝1",
    'a","b',
    "a\r\nb,c",
    "'=1",
  ];
  const table = new Csv(["value"]);
  // What has no column of its own stands in the last one, and is no formula either.
  const given = evil.map((value, n) => ({
    id: String(n),
    form: "f",
    deliveries: [{ account: "a", phase: "dead", code: "c" }],
    accepted: n,
    lead: { value, ...(n % 2 && { [value]: value }) },
    visitor: {},
  }));
  const text = table.head + given.map((row) => table.row(row)).join("");
  // An independent reading, by RFC 4180.
  const rows = [[""]];
  let quoted = false;
  for (let n = 0; n < text.length; n++) {
    const character = text[n];
    const row = rows.at(-1);
    if (quoted && character === '"' && text[n + 1] === '"') {
      row[row.length - 1] += '"';
      n++;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ",") row.push("");
    else if (!quoted && character === "\r" && text[n + 1] === "\n") {
      rows.push([""]);
      n++;
    } else row[row.length - 1] += character;
  }
  assert.equal(rows.length, evil.length + 2, "a header, the rows, and the end");
  for (const [n, value] of evil.entries()) {
    const cell = rows[n + 1][6];
    assert.ok(cell === value || cell === `'${value}`, JSON.stringify(cell));
    for (const one of rows[n + 1])
      assert.doesNotMatch(one, /^[\s\0]*[=+\-@＝]/u, JSON.stringify(one));
    if (n % 2) assert.deepEqual(JSON.parse(rows[n + 1][7]), { [value]: value });
  }
});
