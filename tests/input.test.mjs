// What no form should ever be given, and what holds between fields: both builds answer with an issue, never with an
// exception from wasm, and never with what was typed in a message.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

const SPEC = {
  fields: {
    email: { kind: "email" },
    again: { kind: "email", equalTo: "email" },
    notes: { kind: "text" },
    tags: { kind: "labels" },
    contactBy: { kind: "choice", choices: ["phone", "mail"] },
    phone: { kind: "phone", requiredIf: { contactBy: "phone" } },
  },
};

for (const build of ["page", "node"]) {
  const api = await import(`../pkg/dist/entry/${build}.js`);
  await api.load({ advice: true });
  const form = api.form(SPEC);
  const codes = (values) => form.check(values).issues.map(({ field, code }) => [field, code]);

  describe(`bad input, ${build}`, () => {
    test("a value that is clean as it was typed is in Unicode's form NFC all the same", () => {
      // The sign of kelvin is the letter K there.
      assert.equal(api.checkEmail("\u212Aim@Example.org").value, "Kim@example.org");
      assert.equal(api.checkEmail("\u212Aim@example.org").value, "Kim@example.org");
      assert.equal(
        api.checkEmail("jose\u0301@example.org", { international: true }).value,
        "jos\u00E9@example.org",
      );
    });

    test("too much is refused before any work", () => {
      const large = "x".repeat(5_000_000);
      assert.deepEqual(codes({ notes: large }), [["", "value.too_large"]]);
      assert.deepEqual(codes({ notes: large.slice(0, 65_537) }), [["notes", "value.too_large"]]);
      assert.equal(api.checkEmail(large).issues[0].code, "value.too_large");
      const { report, payload } = form.payload({ notes: large }, "relay.lead.submit");
      assert.deepEqual(
        [report.ok, report.issues[0].code, payload],
        [false, "value.too_large", undefined],
      );
      assert.throws(
        () => api.payload("relay.lead.submit", { form: "a", values: { notes: large } }),
        { code: "params.invalid" },
      );
      assert.deepEqual(codes(Array.from({ length: 1_001 }, (_, n) => [`field${n}`, "x"])), [
        ["", "value.too_large"],
      ]);
      // All this has made memory larger.
      assert.deepEqual(form.check({}).values, {});
    });

    test("lone surrogates, NULs and bidi controls", () => {
      assert.equal(form.check({ notes: "a\ud800b\0c\u202ed" }).values.notes, "a\ufffdbcd");
      assert.deepEqual(codes({ email: "\udc00@example.com" }), [["email", "email.ascii"]]);
      assert.deepEqual(codes({ email: "ann\0@example.com" }), [["email", "email.character"]]);
      assert.deepEqual(codes({ email: "ann\u202e@example.com" }), [["email", "email.character"]]);
    });

    test("no text where text is due", () => {
      const cycle = {};
      cycle.self = cycle;
      const throws = Object.defineProperty({}, "notes", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      });
      const file = new FormData();
      file.append("notes", new File(["x"], "a.txt"));
      for (const values of [
        { notes: [["a", "b"]] },
        { notes: {} },
        { notes: true },
        { notes: cycle },
        { notes: Symbol("a") },
        { notes: () => 1 },
        throws,
        file,
      ]) {
        assert.deepEqual(codes(values), [["notes", "value.kind"]]);
      }
    });

    test("letters that are more of them in Unicode's form NFC", () => {
      const note = "\u{1D161}".repeat(5_000);
      const names = Array.from({ length: 8 }, (_, n) => `note${n}`);
      const { check } = api.form({
        fields: Object.fromEntries(names.map((name) => [name, { kind: "text" }])),
      });
      const { ok, values } = check(names.map((name) => [name, note]));
      assert.equal(ok, true);
      for (const name of names) assert.equal(values[name] === note.normalize("NFC"), true, name);
    });

    test("a name with a byte order mark before it is another name", () => {
      const params = { "\ufeffform": "a", values: {} };
      const account = { system: "relay", baseUrl: "https://leads.example.com" };
      for (const call of [
        () => api.payload("relay.lead.submit", params),
        () => api.request("relay.lead.submit", params, account),
      ])
        assert.throws(call, ({ issues }) => {
          assert.deepEqual(
            issues.map(({ field, code }) => [field, code]),
            [
              ["form", "value.required"],
              ["\ufeffform", "params.unknown"],
            ],
          );
          return true;
        });
    });

    test("a value that checks others while it is asked for", () => {
      const { check } = api.form({
        fields: { before: { kind: "text" }, asked: { kind: "text" }, after: { kind: "text" } },
      });
      for (const [notes, said] of [
        ["é", ""],
        ["x".repeat(70_000), "notes,value.too_large"],
      ]) {
        const whole = { before: "one é", asked: `${said}!`, after: "three" };
        const values = {
          ...whole,
          get asked() {
            return `${codes({ notes })}!`;
          },
        };
        assert.deepEqual(check(values).values, whole);
        const { body } = api.payload("relay.lead.submit", { form: "a", values });
        assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), whole);
      }
    });

    test("parameters that are no data", () => {
      const account = { system: "relay", baseUrl: "https://leads.example.com" };
      const broken = {
        [Symbol.iterator]: () => {
          throw new TypeError("none");
        },
      };
      for (const params of ["", "{", '{"form":"a",', [1], broken])
        for (const call of [
          () => api.payload("relay.lead.submit", params),
          () => api.request("relay.lead.submit", params, account),
        ])
          assert.throws(call, ({ code, issues }) => {
            assert.equal(code, "params.invalid");
            assert.deepEqual(
              issues.map((issue) => [issue.field, issue.code, issue.message]),
              [["params", "value.kind", "This value is not of the right kind."]],
            );
            return true;
          });
      assert.equal(
        api.payload("relay.lead.submit", '{"form":"a","values":{"b":"c"}}').path,
        "/leads/a",
      );
    });

    test("names that are marks, prototypes or nobody's", () => {
      assert.deepEqual(
        codes([
          ["a\0b\x08", "x"],
          ["__proto__", "x"],
        ]).map(([, code]) => code),
        ["field.unknown", "field.unknown"],
      );
      assert.equal(
        Object.getPrototypeOf(form.check([["__proto__", "x"]]).values),
        Object.prototype,
      );
      // A mark inside a text must not end it.
      assert.deepEqual(form.check({ notes: "a\0\x08tags\0\x01b\0" }).values, { notes: "atagsb" });
    });

    test("what holds between fields", () => {
      assert.deepEqual(codes({ email: "ann@example.com", again: "ann@example.org" }), [
        ["again", "value.equal"],
      ]);
      assert.deepEqual(codes({ email: "ann@example.com", again: "ann@example.com" }), []);
      assert.deepEqual(codes({ contactBy: "phone" }), [["phone", "value.required"]]);
      assert.deepEqual(codes({ contactBy: "mail" }), []);
      const either = api.form({ ...SPEC, anyOf: [["email", "phone"]] });
      assert.deepEqual(
        either.check({}).issues.map(({ code, limit }) => [code, limit]),
        [["value.any_of", "email, phone"]],
      );
      // One that is wrong was given.
      assert.deepEqual(
        either.check({ email: "ann" }).issues.map(({ code }) => code),
        ["email.at"],
      );
      assert.deepEqual(either.check({ phone: "(212) 234-5678" }).issues, []);
    });

    test("options of an address", () => {
      const say = (text, options) => {
        const { ok, value, issues } = api.checkEmail(text, options);
        return ok ? value : issues[0].code;
      };
      assert.deepEqual(
        [
          '"ann lee"@Example.com',
          "ann@[192.0.2.1]",
          "ann@[IPv6:2001:db8::1]",
          "añn@example.com",
        ].map((text) => say(text)),
        ["email.character", "email.domain", "email.domain", "email.ascii"],
      );
      assert.equal(say('"ann lee"@Example.com', { quoted: true }), '"ann lee"@example.com');
      assert.equal(say('"ann"lee@example.com', { quoted: true }), "email.character");
      assert.equal(say("ann@[192.0.2.1]", { literal: true }), "ann@[192.0.2.1]");
      assert.equal(say("ann@[192.0.2.256]", { literal: true }), "email.domain");
      assert.equal(say("ann@[IPv6:2001:db8::1]", { literal: true }), "ann@[ipv6:2001:db8::1]");
      assert.equal(say("añn@example.com", { international: true }), "añn@example.com");
      assert.equal(say("a\u200bn@example.com", { international: true }), "email.character");
    });

    test("a length in bytes", () => {
      const bytes = api.form({ fields: { notes: { kind: "text", max: 4, bytes: true } } });
      assert.deepEqual(bytes.check({ notes: "éé" }).issues, []);
      assert.deepEqual(
        bytes.check({ notes: "ééé" }).issues.map(({ code, limit }) => [code, limit]),
        [["text.long", "4"]],
      );
    });

    test("a spec that does not fit names the place", () => {
      const places = (spec) => {
        try {
          api.form(spec);
          return [];
        } catch (error) {
          return [error.code, ...error.issues.map(({ field }) => field)];
        }
      };
      assert.deepEqual(
        places({ fields: { a: { kind: "nope" }, b: { kind: "text", max: "x", required: 1 } } }),
        ["spec.invalid", "fields.a.kind", "fields.b.required", "fields.b.max"],
      );
      assert.deepEqual(places({ fields: { a: { kind: "choice", choices: [1, {}] } } }), [
        "spec.invalid",
        "fields.a.choices",
      ]);
      assert.deepEqual(places({}), ["spec.invalid", "fields"]);
      assert.deepEqual(places({ fields: {}, anyOf: "a" }), ["spec.invalid", "anyOf"]);
    });
  });
}
