// Forms from what a site already has: replies of CRMs, and HTML in a real Chromium.
// FORMS=/path/forms.json runs the reader of HTML over real forms too: a list of { source, html }.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { form, load } from "fieldpost";
import { FieldpostError, fromCustomFields, fromDescribe, fromFormFields } from "fieldpost/spec";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";

const READERS = {
  describe: fromDescribe,
  formFields: fromFormFields,
  customFields: fromCustomFields,
};

describe("replies of CRMs", () => {
  test("become specs", async () => {
    await load();
    const cases = JSON.parse(await readFile(`${root}tests/cases/spec.json`, "utf8"));
    for (const { id, from, reply, describe, expect } of cases) {
      let got;
      try {
        got = READERS[from](reply, describe);
        // A spec is one that `form` takes, with its fields in order.
        assert.deepEqual([...form(got).fields], Object.keys(expect.fields ?? {}), id);
      } catch (error) {
        if (!(error instanceof FieldpostError)) throw error;
        assert.equal(error.code, "spec.invalid", id);
        got = { issues: error.issues.map(({ field, code }) => [field, code]) };
      }
      assert.deepEqual(got, expect, id);
    }
    assert.ok(cases.length > 40, `only ${cases.length} cases`);
  });

  test("are capped before they are read", () => {
    const reply = (count) => ({
      result: Array.from({ length: count }, (_, at) => ({ id: `f${at}`, dataType: "text" })),
    });
    assert.equal(Object.keys(fromFormFields(reply(2_000)).fields).length, 2_000);
    assert.throws(() => fromFormFields(reply(2_001)), { code: "spec.invalid" });
    const values = Array.from({ length: 2_001 }, (_, at) => `${at}`);
    assert.throws(
      () => fromFormFields({ result: [{ id: "x", dataType: "radio", fieldMetaData: { values } }] }),
      { code: "spec.invalid" },
    );
  });

  /** Numbers by chance, the same each time (mulberry32). */
  const chance = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let n = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  };
  /** Every name that a reply could use, so that what is made by chance reaches all members. */
  const NAMES =
    "result fields rest soap name id label displayName dataType type values value customField field_id fieldId required isRequired readOnly updateable length maxLength fieldMetaData minValue maxValue multiSelect visibilityRules ruleType".split(
      " ",
    );
  const LEAVES = [
    null,
    true,
    false,
    0,
    -2.5,
    255,
    1e21,
    "text",
    "email",
    "checkbox",
    "range",
    "show",
    "true",
    "1",
    "-2.5",
    "<b>",
    "&amp;",
    "",
    "Multi-Select",
    "é\u{FEFF}",
  ];

  test("of any shape become specs, or are refused", async () => {
    await load();
    const random = chance(2026);
    const one = (list) => list[Math.floor(random() * list.length)];
    const some = (most) => Math.floor(random() * most);
    const data = (depth) => {
      if (depth === 0 || random() < 0.2) return one(LEAVES);
      if (random() < 0.4) return Array.from({ length: some(6) }, () => data(depth - 1));
      return Object.fromEntries(
        Array.from({ length: some(9) }, () => [one(NAMES), data(depth - 1)]),
      );
    };
    let specs = 0;
    for (let n = 0; n < 20_000; n++) {
      // Wrapped, so that most of them get past the first look.
      const reply = n % 2 ? { result: data(5) } : { result: [data(4), data(4)] };
      for (const reader of Object.values(READERS)) {
        let spec;
        try {
          spec = reader(reply, n % 3 ? undefined : data(5));
        } catch (error) {
          assert.equal(error.code, "spec.invalid", JSON.stringify(reply));
          continue;
        }
        specs += Object.keys(spec.fields).length > 0;
        assert.deepEqual([...form(spec).fields], Object.keys(spec.fields), JSON.stringify(reply));
        for (const { label = "" } of Object.values(spec.fields))
          assert.ok([...label].length <= 200);
      }
    }
    assert.ok(specs > 200, `only ${specs} specs have fields`);
  });

  test("that are none are refused, never more than that", () => {
    const getter = {
      get result() {
        throw new RangeError("a getter of a stranger");
      },
    };
    assert.throws(() => fromDescribe(getter), RangeError);
    for (const reader of Object.values(READERS)) {
      for (const odd of [
        undefined,
        null,
        5,
        "x",
        [],
        [1],
        () => 1,
        Symbol("x"),
        new Map(),
        { result: 1 },
        { result: { customField: 1 } },
      ]) {
        try {
          assert.ok(reader(odd).fields);
        } catch (error) {
          assert.equal(error.code, "spec.invalid");
        }
      }
    }
  });
});

/** What, the markup, the fields. */
const PAGES = [
  [
    "types",
    `<input name=a type=text><input name=b type=email><input name=c type=tel><input name=d type=url><input name=e type=number>
    <input name=f type=date><input name=g type=search><textarea name=h></textarea><input name=i type=hidden value=x required><input name=j type=month>
    <input name=k><input name=l type=nonsense>`,
    {
      a: { kind: "text" },
      b: { kind: "email" },
      c: { kind: "phone" },
      d: { kind: "url" },
      e: { kind: "integer" },
      f: { kind: "date" },
      g: { kind: "text" },
      h: { kind: "text" },
      i: { kind: "hidden" },
      j: { kind: "text" },
      k: { kind: "text" },
      l: { kind: "text" },
    },
  ],
  [
    "what is no field",
    `<input type=text><input name="" type=text><input name=s type=submit><button name=b value=1>Go</button><input name=i type=image>
    <input name=r type=reset><input name=p type=password><input name=d disabled><fieldset disabled><input name=f></fieldset><output name=o></output>
    <fieldset name=g></fieldset><object name=x></object><input type=hidden name=_charset_><input type=hidden name=_fp_token value=t>
    <textarea name=g-recaptcha-response hidden></textarea><input type=hidden name=cf-turnstile-response><p hidden><input name=bot-field></p>
    <input name=_gotcha style="display:none"><input name=_honey><div aria-hidden=true><input name=b_0a1b2c_3d4e5f tabindex=-1></div><input name=kept>`,
    { kept: { kind: "text" } },
  ],
  [
    "required",
    `<input name=a required><input name=b aria-required=true><input name=c aria-required=false><select name=d required><option value="">Choose<option>x</select><input name=e required readonly value=x>`,
    {
      e: { kind: "text" },
      a: { kind: "text", required: true },
      b: { kind: "text", required: true },
      c: { kind: "text" },
      d: { kind: "choice", required: true, choices: ["x"] },
    },
  ],
  [
    "what a page means without saying it in HTML",
    `<input name=email type=text maxlength=80><input name=Work_Email><input name=your-email><input name="E-mail address">
    <input name=email_opt_in><input name=emailed><input name=phone type=phone><input name=mobile type=text><input type=hidden name=EMAIL><textarea name=email2></textarea>`,
    {
      email: { kind: "email" },
      Work_Email: { kind: "email" },
      "your-email": { kind: "email" },
      "E-mail address": { kind: "email" },
      email_opt_in: { kind: "text" },
      emailed: { kind: "text" },
      phone: { kind: "phone" },
      mobile: { kind: "text" },
      EMAIL: { kind: "hidden" },
      email2: { kind: "text" },
    },
  ],
  [
    "lengths",
    `<input name=a maxlength=40 minlength=2><textarea name=b maxlength=2000></textarea><input name=c maxlength=-1><input name=d maxlength=x>
    <input name=e maxlength=0><input name=f type=tel maxlength=14><input name=g type=email maxlength=99>`,
    {
      a: { kind: "text", min: 2, max: 40 },
      b: { kind: "text", max: 2000 },
      c: { kind: "text" },
      d: { kind: "text" },
      e: { kind: "text" },
      f: { kind: "phone" },
      g: { kind: "email" },
    },
  ],
  [
    "bounds",
    `<input name=a type=number min=1 max=10><input name=b type=number step=any><input name=c type=number step=0.5 min=-1.5 max=2.2>
    <input name=d type=range><input name=e type=range min=5 max=9 step=2><input name=f type=number min=0.5><input name=g type=number min=x max=1e99><input name=h type=date min=2026-01-01>`,
    {
      a: { kind: "integer", min: 1, max: 10 },
      b: { kind: "number" },
      c: { kind: "number", min: -2, max: 3 },
      d: { kind: "integer", min: 0, max: 100 },
      e: { kind: "integer", min: 5, max: 9 },
      f: { kind: "number", min: 0 },
      g: { kind: "integer" },
      h: { kind: "date" },
    },
  ],
  [
    "patterns of texts",
    `<input name=a pattern="[A-Z]{3}"><input name=b type=tel pattern="[0-9]+"><input name=c type=number pattern=x><textarea name=d></textarea>`,
    {
      a: { kind: "text", pattern: "[A-Z]{3}" },
      b: { kind: "phone", pattern: "[0-9]+" },
      c: { kind: "integer" },
      d: { kind: "text" },
    },
  ],
  [
    "a pattern by which one text can be divided in too many ways",
    `<input name=a pattern="(a+)+$"><input name=b pattern="[A-Za-z]+([ '\\-][A-Za-z]+)*">`,
    {
      a: { kind: "text" },
      b: { kind: "text", pattern: "[A-Za-z]+([ '\\-][A-Za-z]+)*" },
    },
  ],
  [
    "autocomplete",
    `<input name=a autocomplete=given-name><input name=b autocomplete="section-x billing home tel"><input name=c autocomplete="EMAIL webauthn">
    <input name=d autocomplete=postal-code type=tel><input name=e autocomplete=off><input name=f autocomplete=organization><input name=g autocomplete=address-level1>
    <input name=h autocomplete=url><input name=i autocomplete=constructor><input name=j inputmode=email><input name=k type=hidden autocomplete=email><input name=l autocomplete=name maxlength=80>`,
    {
      a: { kind: "name" },
      b: { kind: "phone" },
      c: { kind: "email" },
      d: { kind: "postal" },
      e: { kind: "text" },
      f: { kind: "text" },
      g: { kind: "state" },
      h: { kind: "url" },
      i: { kind: "text" },
      j: { kind: "email" },
      k: { kind: "hidden" },
      l: { kind: "name", max: 80 },
    },
  ],
  [
    "a country beside a postal code",
    `<input name=a autocomplete=postal-code><input name=b autocomplete=country-name>`,
    { a: { kind: "text" }, b: { kind: "country" } },
  ],
  [
    "selects",
    `<select name=a><option value="">Choose…<option value=" x ">X<option>Two  words<option disabled value=d>D<optgroup label=G disabled><option>e</optgroup><option value=" x ">Again</select>
    <select name=b multiple><option>p<option>q</select><select name=c></select><select name=d><option value="">-</select><select name=e autocomplete=country><option>US<option>CA</select>`,
    {
      a: { kind: "choice", choices: ["x", "Two words"] },
      b: { kind: "choices", choices: ["p", "q"] },
      c: { kind: "text" },
      d: { kind: "text" },
      e: { kind: "choice", choices: ["US", "CA"] },
    },
  ],
  [
    "radio buttons",
    `<fieldset><legend>Size: *</legend><label><input type=radio name=a value=s required> Small</label><label><input type=radio name=a value=m> Medium</label></fieldset>
    <div role=radiogroup aria-label=Colour><input type=radio name=b value=r><input type=radio name=b value=g disabled><input type=radio name=b value=b></div>
    <fieldset><legend>All</legend><input type=radio name=c value=1><input type=radio name=c value=2><input name=d></fieldset>`,
    {
      a: { kind: "choice", required: true, label: "Size", choices: ["s", "m"] },
      b: { kind: "choice", label: "Colour", choices: ["r", "b"] },
      c: { kind: "choice", choices: ["1", "2"] },
      d: { kind: "text" },
    },
  ],
  [
    "boxes",
    `<label><input type=checkbox name=a> News</label><input type=checkbox name=b value=Yes><input type=checkbox name=c value=weekly><label><input type=checkbox name=d required value=agree>I <b>agree</b></label>
    <input type=checkbox name=e value=x><input type=checkbox name=e value=y required><input type=hidden name=f value=no><input type=checkbox name=f value=yes>`,
    {
      a: { kind: "boolean", label: "News" },
      b: { kind: "boolean" },
      c: { kind: "choices", choices: ["weekly"] },
      d: { kind: "consent", required: true, label: "I agree" },
      e: { kind: "choices", required: true, choices: ["x", "y"] },
      f: { kind: "boolean" },
    },
  ],
  [
    "labels",
    `<label for=l1>First name: *</label><input id=l1 name=a><label>Country <select name=b><option>US</select></label><input name=c aria-label="Work  e-mail"><i id=x>Phone</i> <i id=y>(mobile)</i>
    <input name=d aria-labelledby="x y"><input name=e title=Title placeholder=Holder><input name=f placeholder=Holder><input name=g aria-labelledby=gone><label for=l8><!-- --></label><input id=l8 name=h placeholder=H>`,
    {
      a: { kind: "text", label: "First name" },
      b: { kind: "choice", label: "Country", choices: ["US"] },
      c: { kind: "text", label: "Work e-mail" },
      d: { kind: "text", label: "Phone (mobile)" },
      e: { kind: "text", label: "Title" },
      f: { kind: "text", label: "Holder" },
      g: { kind: "text" },
      h: { kind: "text", label: "H" },
    },
  ],
  [
    "its own word where HTML has none",
    `<input name=a data-fieldpost-kind=labels><select name=b multiple data-fieldpost-kind=labels><option>x</select><input name=c data-fieldpost-kind=nonsense type=email>
    <input type=checkbox name=d data-fieldpost-kind=consent>`,
    {
      a: { kind: "labels" },
      b: { kind: "labels", choices: ["x"] },
      c: { kind: "email" },
      d: { kind: "consent" },
    },
  ],
  ["several texts of one name", `<input name=a><input name=a>`, { a: { kind: "labels" } }],
  [
    "names that hide the form's own members",
    `<input name=elements><input name=attributes><input name=__proto__><input name=getRootNode>`,
    {
      elements: { kind: "text" },
      attributes: { kind: "text" },
      ["__proto__"]: { kind: "text" },
      getRootNode: { kind: "text" },
    },
  ],
  [
    "files",
    `<input name=a><input name=cv type=file>`,
    { code: "spec.invalid", issues: [["cv", "value.file"]] },
  ],
];

describe("an HTML form", () => {
  let browser;
  let server;
  let page;

  before(async () => {
    const { outputFiles } = await build({
      entryPoints: [`${root}tests/fixtures/spec-page.mjs`],
      bundle: true,
      format: "esm",
      write: false,
      conditions: ["browser"],
    });
    server = createServer((request, response) => {
      const script = request.url === "/page.js";
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      response.end(
        script
          ? outputFiles[0].contents
          : '<!doctype html><meta charset="utf-8"><script type="module" src="/page.js"></script>',
      );
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await launch();
    page = await browser.newPage();
    // Nothing that a stranger's markup names is fetched.
    await page.route("**", (route) =>
      new URL(route.request().url()).port === String(server.address().port)
        ? route.continue()
        : route.abort(),
    );
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => "specOf" in globalThis);
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  const specOf = async (html) =>
    JSON.parse(await page.evaluate((html) => globalThis.specOf(html), html));

  for (const [what, html, expected] of PAGES) {
    test(what, async () => {
      assert.deepEqual(await specOf(`<form>${html}</form>`), expected);
    });
  }

  test("has the controls that `form=` joins, and not those that it takes away", async () => {
    const html = `<form id=f><input name=a><input name=b form=other></form><input name=c type=email form=f required><form id=other></form>`;
    assert.deepEqual(await specOf(html), {
      a: { kind: "text" },
      c: { kind: "email", required: true },
    });
  });

  test("says in the console which pattern it leaves out, and which part of it repeats", async () => {
    const said = page.waitForEvent("console", { timeout: 5_000 });
    await specOf('<form><input name=code pattern="x(a+)+y"></form>');
    const warning = await said;
    assert.equal(warning.type(), "warning");
    assert.match(warning.text(), /pattern of code .*\(a\+\)\+$/);
  });

  test("is capped before it is read", async () => {
    const html = `<form>${Array.from({ length: 2_001 }, (_, at) => `<input name=f${at}>`).join("")}</form>`;
    assert.deepEqual(await specOf(html), {
      code: "spec.invalid",
      issues: [["", "value.too_large"]],
    });
  });

  test("checks what its visitor typed", async () => {
    const html = `<form><label>E-mail <input name=email type=email required></label><select name=size><option value="">-<option value=" s ">Small</select>
      <input type=checkbox name=ok required value=agree><textarea name=note maxlength=10></textarea></form>`;
    await specOf(html);
    const { issues } = await page.evaluate(() => globalThis.judge());
    assert.deepEqual(issues, [
      ["email", "value.required", "error"],
      ["ok", "consent.required", "error"],
    ]);
    await page.fill("[name=email]", "ann@acme.co");
    await page.selectOption("[name=size]", { label: "Small" });
    await page.check("[name=ok]");
    assert.deepEqual(await page.evaluate(() => globalThis.judge()), {
      ok: true,
      issues: [],
      valid: true,
    });
  });

  test("of real pages gives a spec that lets its visitors through", {
    skip: !process.env.FORMS && "FORMS names no file",
  }, async () => {
    const forms = JSON.parse(await readFile(process.env.FORMS, "utf8"));
    const kinds = {};
    const refused = [];
    let fields = 0;
    for (const { source, html } of forms) {
      const spec = await specOf(html);
      if (spec.code) {
        refused.push([source, spec.issues]);
        continue;
      }
      for (const { kind } of Object.values(spec)) {
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        fields++;
      }
      await page.evaluate(() => globalThis.fill());
      const { valid, issues } = await page.evaluate(() => globalThis.judge());
      const stops = issues.filter(([, , severity]) => severity === "error");
      if (valid) assert.deepEqual(stops, [], source);
    }
    assert.ok(fields > 0);
    console.log(JSON.stringify({ forms: forms.length, fields, kinds, refused }));
  });
});
