// A form as a Standard Schema: in pages' and Node's build, before and after the module is there. What takes one is tried by
// tests/packaging/standard-schema.mjs.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

const fields = {
  email: { kind: "email", required: true },
  // On a page the rule of this kind comes later.
  seats: { kind: "integer", min: 1 },
  phone: { kind: "phone" },
};

for (const build of ["standard", "standard-node"])
  describe(`fieldpost/standard, ${build}`, async () => {
    const { standard } = await import(`../pkg/dist/entry/${build}.js`);
    const { version, vendor, validate } = standard({ fields, anyOf: [["phone", "seats"]] })[
      "~standard"
    ];

    test("waits for the module, then answers at once", async () => {
      assert.deepEqual([version, vendor], [1, "fieldpost"]);
      const first = validate({ email: " Ann@Example.ORG ", seats: "12" });
      assert.ok(first instanceof Promise);
      assert.deepEqual(await first, { value: { email: "Ann@example.org", seats: 12 } });
      assert.deepEqual(validate(new URLSearchParams("email=a@b.co&seats=1")), {
        value: { email: "a@b.co", seats: 1 },
      });
    });

    test("says what stops a lead, where, and by which code; a warning is none", () => {
      const { issues } = validate({ email: "ann@", seats: "0" });
      assert.deepEqual(
        issues.map(({ path, code }) => [path, code]),
        [
          [["email"], "email.at"],
          [["seats"], "number.small"],
        ],
      );
      assert.ok(issues.every(({ message }) => message));
      assert.ok(validate({ email: "ann@gmial.com", seats: 1 }).value);
    });

    test("takes no text for JSON, and nothing for an object", () => {
      for (const value of ['{"email":"a@b.co","seats":1}', undefined, null, 1])
        assert.deepEqual(
          validate(value).issues.map(({ code, path }) => [code, path]),
          [["value.kind", undefined]],
        );
    });

    test("throws what a spec has wrong", () => {
      assert.throws(
        () => standard({ fields: { a: { kind: "e-mail" } } })["~standard"].validate({}),
        { code: "spec.invalid" },
      );
    });
  });
