// What a compiler says of the package is so: the generated types are what a check gives. What it refuses is in tests/types/.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { root } from "./stand.mjs";
import { form, load } from "../pkg/dist/entry/node.js";

before(() => load());

describe("the types of clean values", () => {
  const GOOD = {
    text: "a",
    name: "Ann",
    email: "ann@acme.co",
    phone: "2124567890",
    labels: "a, b",
    choice: "x",
    choices: ["x"],
    boolean: "yes",
    integer: "12",
    number: "1.50",
    date: "2026-01-02",
    url: "https://acme.co",
    postal: "10001",
    country: "US",
    state: "NY",
    consent: "on",
    hidden: "h",
  };
  const told = Object.fromEntries(
    [
      .../interface Cleaned \{([^}]*)\}/
        .exec(readFileSync(`${root}pkg/src/core/border.gen.ts`, "utf8"))[1]
        .matchAll(/(\w+): ([^;]+);/g),
    ].map(([, kind, type]) => [kind, type.split(" | ")]),
  );

  test("are those of the values that a check gives, for every kind", () => {
    assert.deepEqual(Object.keys(told), Object.keys(GOOD));
    for (const [kind, typed] of Object.entries(GOOD)) {
      const checks = (required, values) =>
        form({
          fields: { it: { kind, required, ...(kind.startsWith("choice") && { choices: ["x"] }) } },
        }).check(values);
      const { ok, values } = checks(true, { it: typed });
      assert.ok(ok, kind);
      const type = Array.isArray(values.it) ? `${typeof values.it[0]}[]` : typeof values.it;
      assert.ok(told[kind].includes(type), `${kind} gives ${type}`);
      // What the compiler takes for there although the form is right.
      const empty = checks(true, {});
      if (empty.ok) assert.equal(kind, "hidden");
      assert.equal("it" in checks(false, {}).values, kind === "consent", kind);
    }
  });
});
