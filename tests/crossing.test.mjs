// A form that builds a request crosses the border once, and does not ask again what it has just made clean: it says what a
// check and a build of two crossings say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generated } from "./identical/forms.mjs";

const COUNT = 4_000;

/** The parameters of `prospects.prospect.upsert` that take the place of the generated fields, the first where two kinds are the same. */
const NAMES = {
  name: "firstName",
  email: "email",
  phone: "phone",
  labels: "labels",
  text: "notes",
  text_2: "company",
  hidden: "stageId",
  boolean: "update",
  choice: "licenseStatus",
  name_2: "title",
  state: "state",
  postal: "postalCode",
  country: "city",
  date: "newSourceName",
};
/** What a form may allow and no parameter does. */
const WIDER = [{}, {}, { quoted: true }, { literal: true }, { international: true }];

const said = (act) => {
  try {
    return act();
  } catch ({ code, issues }) {
    // What a warning says of a parameter, the form has said of its field.
    return { code, issues: issues.filter(({ severity }) => severity === "error") };
  }
};

for (const build of ["page", "node"]) {
  test(`one crossing says what two say, ${build}`, async () => {
    const api = await import(`../pkg/dist/entry/${build}.js`);
    if (build === "page") await import("../pkg/dist/entry/build.js");
    await api.load({ advice: true });
    const { specs, forms } = generated(11);
    const renamed = specs.map(({ fields }, at) => {
      const known = Object.entries(fields)
        .filter(([name]) => name in NAMES)
        .map(([name, rules]) => [
          NAMES[name],
          { ...rules, required: false, ...(rules.kind === "email" && WIDER[at % WIDER.length]) },
        ]);
      return api.form({
        fields: {
          firstName: { kind: "name" },
          ...Object.fromEntries(known),
          lastName: { kind: "name" },
        },
      });
    });
    let [built, refused] = [0, 0];
    for (let n = 0; n < COUNT; n++) {
      const [at, entries] = forms.next().value;
      const values = [
        ["lastName", "Lee"],
        ...entries.filter(([name]) => name in NAMES).map(([name, value]) => [NAMES[name], value]),
      ];
      if (!values.some(([name]) => name === "firstName")) values.push(["firstName", "Ann"]);
      if (n % 3 === 0)
        values.push([
          "email",
          [
            '"ann lee"@harbor.example',
            "ann@[192.0.2.1]",
            "\u00e9ve@harbor.example",
            "ann@harbor.example",
          ][n % 4],
        ]);
      // What else is wrong with a lead would hide what this is about.
      const whole = renamed[at].check(values);
      const fits =
        n % 2
          ? values
          : values.filter(
              ([name]) =>
                !whole.issues.some(({ field, severity }) => field === name && severity === "error"),
            );
      const one = said(() => renamed[at].payload(fits, "prospects.prospect.upsert"));
      const report = renamed[at].check(fits);
      if (!report.ok) {
        assert.deepEqual(one, { report });
        continue;
      }
      // A box that was not ticked is no value of a lead's.
      const spoken = Object.fromEntries(
        Object.entries(report.values).filter(([, value]) => value !== false),
      );
      const two = said(() => ({
        report,
        payload: api.payload("prospects.prospect.upsert", spoken),
      }));
      assert.deepEqual(one, two);
      if (two.payload) built++;
      else refused++;
    }
    const { payload } = api
      .form({
        fields: {
          firstName: { kind: "name" },
          lastName: { kind: "name" },
          update: { kind: "boolean" },
        },
      })
      .payload(
        [
          ["firstName", "Ann"],
          ["lastName", "Lee"],
          ["update", "0"],
        ],
        "prospects.prospect.upsert",
      );
    assert.equal(payload.body, '{"firstName":"Ann","lastName":"Lee"}');
    // What the owner gives beside is judged, and a no of it is said. Where the visitor says something, that counts; labels are all kept.
    const named = api.form({
      fields: { lastName: { kind: "name" }, email: { kind: "email" }, labels: { kind: "labels" } },
    });
    const beside = (params) =>
      said(() => named.payload({ lastName: "Lee" }, "prospects.prospect.upsert", params));
    assert.equal(
      beside({ firstName: "Ann", update: false }).payload.body,
      '{"firstName":"Ann","lastName":"Lee","update":false}',
    );
    assert.equal(
      said(() =>
        named.payload({ lastName: "Lee", labels: "b" }, "prospects.prospect.upsert", {
          firstName: "Ann",
          lastName: "Leigh",
          labels: ["a"],
        }),
      ).payload.body,
      '{"firstName":"Ann","lastName":"Lee","labels":["a","b"]}',
    );
    assert.deepEqual(
      [{ email: "ann@" }, { nickname: "Ann" }].map((params) =>
        beside({ firstName: "Ann", ...params }).issues.map(({ field }) => field),
      ),
      [["email"], ["nickname"]],
    );
    // Both ways were gone often.
    assert.ok(built > COUNT / 10 && refused > COUNT / 50, `${built} built, ${refused} refused`);
  });
}
