// Messages in other words and languages, and places by name.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { form, load } from "fieldpost";
import { localize, message } from "fieldpost/messages";
import es from "fieldpost/messages/es";
import french from "fieldpost/messages/fr-CA";
import { countries, country, countryName, state, states } from "fieldpost/places";
import { texts } from "../pkg/dist/form/texts.js";
import { LIMITS } from "../pkg/dist/messages/limits.js";
import { COUNTRIES, STATES } from "../pkg/dist/places/tables.js";
import { root } from "./stand.mjs";

const issue = (code, text, more = {}) => ({
  field: "x",
  code,
  severity: "error",
  message: text,
  ...more,
});

describe("a message", () => {
  const options = {
    fields: { x: { "value.required": "of the field" } },
    messages: { "value.required": "of the form", "value.kind": "of the form" },
    language: {
      "value.required": "of the language",
      "value.kind": "of the language",
      "email.at": "of the language",
    },
  };
  for (const [code, said] of [
    ["value.required", "of the field"],
    ["value.kind", "of the form"],
    ["email.at", "of the language"],
    ["url.invalid", "built in"],
  ]) {
    test(`${code} is ${said}`, () => assert.equal(message(issue(code, "built in"), options), said));
  }

  test("of another field stays away", () => {
    assert.equal(
      message({ ...issue("value.required", "built in"), field: "y" }, options),
      "of the form",
    );
    assert.equal(
      message({ ...issue("constructor", "built in"), field: "constructor" }, options),
      "built in",
    );
    assert.equal(
      message(
        { ...issue("toString", "built in"), field: "__proto__" },
        { fields: {}, messages: {}, language: es },
      ),
      "built in",
    );
  });

  test("gets its limit, wherever it comes from", () => {
    const long = issue("text.long", "Please use at most 40 characters.");
    assert.equal(message(long, { language: es }), "Escriba como máximo 40 caracteres.");
    assert.equal(
      message({ ...long, message: "changed since", limit: "41" }, { language: es }),
      "Escriba como máximo 41 caracteres.",
    );
    assert.equal(
      message(issue("params.one_of", "Exactly one of these parameters is needed: a, b."), {
        language: french,
      }),
      "Il faut exactement un de ces paramètres\u00a0: a, b.",
    );
    assert.equal(message({ ...long, limit: "$&" }, { messages: { "text.long": "<{}>" } }), "<$&>");
    assert.equal(message(long, { messages: { "text.long": ({ limit }) => `${limit}!` } }), "40!");
  });

  test("without a limit falls to the next that needs none", () => {
    const odd = issue("text.long", "Too long.");
    assert.equal(
      message(odd, { messages: { "text.long": "At most {}" }, language: es }),
      "Too long.",
    );
    assert.equal(
      message(odd, {
        messages: { "text.long": "At most {}" },
        language: { "text.long": "Shorter" },
      }),
      "Shorter",
    );
    for (const cut of [
      "Please use at most ",
      "Please use at most  characters",
      "Please use at most characters.",
      " characters.",
      "",
    ]) {
      assert.equal(message(issue("text.long", cut), { language: es }), cut);
    }
  });

  test("of a report changes nothing else, and not the report", async () => {
    await load();
    const report = form({
      fields: { email: { kind: "email" }, n: { kind: "integer", max: 5 } },
    }).check({ email: "ann@gmial.com", n: "6" });
    const before = structuredClone(report);
    const said = localize(report, { language: es });
    assert.deepEqual(report, before);
    assert.deepEqual(said, {
      ...before,
      issues: before.issues.map((one, at) => ({
        ...one,
        message: ["¿Es correcto este correo electrónico?", "Escriba 5 o menos."][at],
      })),
    });
    assert.deepEqual(localize(report), report);
  });
});

describe("a language", () => {
  for (const [name, table] of Object.entries({ es, french })) {
    test(`${name} has the codes of the others, and every word of an attached form`, () => {
      assert.deepEqual(Object.keys(table), Object.keys(es));
      for (const [word, text] of Object.entries({ ...texts, ...LIMITS }))
        assert.equal(table[word].split("{}").length, text.split("{}").length, word);
    });
  }

  test("fills every limit that the rules say", () => {
    for (const [code, sentence] of Object.entries(LIMITS)) {
      const said = message(issue(code, sentence.replace("{}", "7")), { language: french });
      assert.equal(said, french[code].replace("{}", "7"), code);
    }
  });
});

describe("places", () => {
  test("are found by the names that people use", async () => {
    for (const { what, text, country: of, expect } of JSON.parse(
      await readFile(`${root}tests/cases/places.json`, "utf8"),
    )) {
      const found = what === "country" ? country(text) : state(text, of ?? undefined);
      assert.equal(
        (typeof found === "object" ? `${found.country}-${found.code}` : found) ?? null,
        expect,
        text,
      );
    }
  });

  test("stand for one each, by every code and name", () => {
    for (const line of COUNTRIES.split("\n")) {
      const [code, names] = [line.slice(0, 2), line.slice(3).split("|")];
      for (const name of [code, ...names]) assert.equal(country(name), code, name);
      assert.equal(countryName(code), names[0]);
    }
    for (const line of STATES.split("\n")) {
      const [, of, code, names] = /^(..) (\w+) (.+)$/.exec(line);
      for (const name of [code, ...names.split("|")]) {
        for (const asked of [undefined, of])
          assert.deepEqual(
            state(name, asked),
            { country: of, code, name: names.split("|")[0] },
            name,
          );
      }
    }
  });

  test("are all there, with their names", () => {
    assert.equal(countries().length, 249);
    assert.deepEqual(
      [
        states().length,
        states("us").length,
        states("CA").length,
        states("MX").length,
        states("FR").length,
      ],
      [107, 62, 13, 32, 0],
    );
    assert.deepEqual(states("CA")[0], { country: "CA", code: "AB", name: "Alberta" });
    for (const { code, name } of countries()) {
      assert.equal(country(name), code);
      assert.equal(countryName(code.toLowerCase()), name);
    }
    assert.equal(countryName("XX"), undefined);
    for (const odd of [null, undefined, 5, {}, ["US"]])
      assert.deepEqual([country(odd), state(odd)], [undefined, undefined]);
    // What a caller changes is its own.
    countries()[0].name = "x";
    assert.equal(countryName("AD"), "Andorra");
  });
});

test("the entries touch neither document nor wasm when they are imported", () => {
  const entries = ["spec", "messages", "messages/es", "messages/fr-CA", "places"];
  const script = `delete globalThis.WebAssembly; for (const name of ${JSON.stringify(entries)}) await import("fieldpost/" + name); console.log("fine");`;
  assert.equal(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: root,
      encoding: "utf8",
    }).trim(),
    "fine",
  );
});
