// Holds the rules to the cases that public suites agree on. They are not ours to copy, so they stay in the folder that
// FIELDPOST_CASES names (`emails.json`, `phones.json`), and `expected_differences.json` names the ones we judge otherwise
// by a hash of the input, each with its reason. A difference that is not declared fails, and so does one that is gone:
// a regression and a fix both want somebody's eyes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { root } from "./stand.mjs";

const folder = process.env.FIELDPOST_CASES;
const skip = folder ? false : "FIELDPOST_CASES names no folder with emails.json and phones.json";
const declared = JSON.parse(await readFile(`${root}tests/expected_differences.json`, "utf8"));

/** A case's name: enough of a hash that no two of a few thousand inputs share it. */
const nameOf = (input) => createHash("sha256").update(input, "utf8").digest("hex").slice(0, 16);

const BUILDS = {
  "the build for pages": () => import(`${root}pkg/dist/entry/page.js`),
  "the build for Workers and Node": () => import("fieldpost"),
};

const LISTS = {
  emails: {
    text: (one) => one.email,
    /** What we say, where it is not what the case says. */
    differs: (api, { email, valid }) => {
      const { ok } = api.checkEmail(email, { required: true });
      return ok === valid ? undefined : ok ? "accepted" : "refused";
    },
  },
  phones: {
    text: (one) => one.input,
    differs: (api, { input, valid, e164 }) => {
      const { ok, value } = api.checkPhone(input, { required: true });
      // Some cases only say how a number is read: one that we take must be read like that.
      if (valid === null) return ok && e164 !== null && value !== e164 ? "misread" : undefined;
      if (ok !== valid) return ok ? "accepted" : "refused";
      return valid && e164 !== null && value !== e164 ? "misread" : undefined;
    },
  },
};

describe("the cases that public suites agree on", { skip }, () => {
  for (const [list, { text, differs }] of Object.entries(LISTS)) {
    for (const [build, open] of Object.entries(BUILDS)) {
      test(`${list}: ${build}`, async () => {
        const api = await open();
        await api.load({ advice: true });
        const cases = JSON.parse(await readFile(`${folder}/${list}.json`, "utf8"));
        const inputs = new Set(cases.map(text));
        assert.equal(new Set([...inputs].map(nameOf)).size, inputs.size, "two inputs share a name");
        const found = {};
        for (const one of cases) {
          const difference = differs(api, one);
          if (difference) found[nameOf(text(one))] = difference;
        }
        const expected = {};
        for (const { ours, cases: ids } of declared[list])
          for (const id of ids) expected[id] = ours;
        assert.deepEqual(sorted(found), sorted(expected));
      });
    }
  }
});

test("every declared difference has one reason and one name", () => {
  const ids = Object.values(declared)
    .flat()
    .flatMap((group) => group.cases);
  assert.equal(new Set(ids).size, ids.length);
  for (const group of Object.values(declared).flat()) {
    assert.match(group.reason, /^[a-z-]+$/);
    assert.match(group.why, /^[A-Z].*\.$/);
    assert.ok(["accepted", "refused", "misread"].includes(group.ours));
    assert.ok(
      group.cases.length > 0 && group.cases.every((id) => /^[0-9a-f]{16}$/.test(id)),
      group.reason,
    );
  }
});

const sorted = (map) => Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1));
