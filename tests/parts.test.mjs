// A page in parts: what a form needs comes first, the rest and the calls of CRMs after it or on demand. Nothing is judged
// without its rule, and what is advice decides nothing.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { generated } from "./identical/forms.mjs";
import { root } from "./stand.mjs";

const dist = `${root}pkg/dist`;
const instances = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    // What puts the modules together is none of them.
    if (given[1]) instances.push(this);
  }
};
const page = await import(`${dist}/entry/page.js`);
const { LATE } = await import(`${dist}/core/shared.js`);
const COUNT = Number(process.env.COUNT ?? 1_000);

const codeOf = (act) => {
  try {
    act();
    return undefined;
  } catch ({ code }) {
    return code;
  }
};

/** The bytes of the memories that there are: the first module's is that of all. */
const held = () =>
  instances.flatMap(({ exports: { memory } }) => (memory ? [memory.buffer.byteLength] : []));

/** What a report says beside its advice. */
const bare = ({ ok, values, issues }) => ({
  ok,
  values,
  issues: issues
    .filter(({ code }) => code !== "email.typo")
    .map(({ suggestion: _, ...issue }) => issue),
});

/** Generated forms without the fields that come later. */
const early = (seed) => {
  const { specs, forms } = generated(seed);
  const made = specs.map(({ fields, ...rest }) => ({
    ...rest,
    fields: Object.fromEntries(
      Object.entries(fields).filter(([, { kind }]) => !LATE.includes(kind)),
    ),
  }));
  return Array.from({ length: COUNT }, () => {
    const [at, entries] = forms.next().value;
    return [made[at], entries];
  });
};

describe("before the second module", () => {
  let reports;
  const all = early(26);

  test("nothing is judged without its rule", async () => {
    await page.load();
    for (const kind of LATE) {
      const form = page.form({ fields: { a: { kind }, b: { kind: "text" } } });
      assert.equal(
        codeOf(() => form.check({ b: "x" })),
        "wasm.not_ready",
        kind,
      );
      assert.equal(
        codeOf(() => form.checkField("a", "1")),
        "wasm.not_ready",
        kind,
      );
      assert.equal(
        codeOf(() => form.payload({ b: "x" }, "relay.lead.submit")),
        "wasm.not_ready",
      );
      assert.equal(form.checkField("b", "x").ok, true);
    }
    assert.equal(
      codeOf(() => page.payload("pardot.prospect.create", {})),
      "build.missing",
    );
    assert.equal(
      codeOf(() =>
        page.form({ fields: { a: { kind: "text" } } }).payload({}, "pardot.prospect.create"),
      ),
      "build.missing",
    );
    assert.equal(
      codeOf(() => page.payload("nobody.knows.it", {})),
      "params.invalid",
    );
    // What other tests are held to has advice.
    assert.equal(page.checkPhone("(212) 555-7890").region, undefined);
    const typo = page.checkEmail("ann@gmial.com");
    assert.deepEqual([typo.ok, typo.issues], [true, []]);
    const [issue] = page.checkEmail("ann@gmail,com").issues;
    assert.equal(issue.code, "email.character");
    assert.equal(issue.suggestion, undefined);
    reports = all.map(([spec, entries]) => bare(page.form(spec).check(entries)));
  });

  test("and advice decides nothing", async () => {
    await page.load({ advice: true });
    assert.equal(page.checkPhone("(212) 555-7890").region, "US-NY");
    let advised = 0;
    for (const [at, [spec, entries]] of all.entries()) {
      const report = page.form(spec).check(entries);
      assert.deepEqual(bare(report), reports[at], JSON.stringify(entries));
      advised += report.issues.some(({ suggestion }) => suggestion);
    }
    assert.ok(advised > 10, `only ${advised} forms had advice`);
  });
});

describe("with all parts", () => {
  test("a form gets what its spec needs, and no more is waited for", async () => {
    const spec = { fields: { born: { kind: "date", required: true } } };
    await page.load({ spec });
    assert.deepEqual(
      page
        .form(spec)
        .check({ born: "2026-02-30" })
        .issues.map(({ code }) => code),
      ["date.invalid"],
    );
  });

  test("64 KiB in any field, and more, give an issue", () => {
    for (const kind of ["email", "phone", ...LATE]) {
      const form = page.form({ fields: { a: { kind } } });
      for (const length of [65_536, 65_537, 200_000]) {
        const text = "9".repeat(length);
        assert.equal(form.check({ a: text }).ok, false, `${kind} ${length}`);
        assert.equal(form.checkField("a", text).ok, false, `${kind} ${length}`);
      }
    }
  });

  test("calls of CRMs are built once their module is there", async () => {
    await import(`${dist}/entry/build.js`);
    const params = { email: "ann@example.com", any: "x" };
    assert.equal(
      codeOf(() => page.payload("pardot.prospect.create", params)),
      "wasm.not_ready",
    );
    await page.load();
    assert.equal(
      page.payload("pardot.prospect.create", params).body,
      "email=ann%40example.com&any=x",
    );
    assert.equal(
      codeOf(() => page.payload("pardot.prospect.nothing", {})),
      "params.invalid",
    );
    const endless = { ...params, any: "x".repeat(1 << 23) };
    assert.equal(
      codeOf(() => page.payload("pardot.prospect.create", endless)),
      "params.invalid",
    );
    const { report, payload } = page
      .form({ fields: { email: { kind: "email" }, 7: { kind: "text" }, no: { kind: "boolean" } } })
      .payload(
        [
          ["7", "1"],
          ["email", "ann@example.com"],
          ["no", "off"],
        ],
        "pardot.prospect.create",
      );
    assert.equal(report.values.no, false);
    assert.equal(payload.body, "email=ann%40example.com&7=1");
    const request = page.request("pardot.prospect.create", params, {
      system: "pardot",
      baseUrl: "https://pi.pardot.com",
      token: "00Dxx",
    });
    assert.equal(request.headers.get("authorization"), "Bearer 00Dxx");
  });

  test("memory does not grow over the border between them", () => {
    const form = page.form({
      fields: { born: { kind: "date" }, email: { kind: "email" }, size: { kind: "number" } },
    });
    const turn = () => {
      form.check({ born: "2026-02-28", email: "ann@gmail,com", size: "7" });
      page.payload("marketo.lead.submitForm", {
        formId: 1,
        input: [{ leadFormFields: { email: "ann@example.com" } }],
      });
    };
    for (let n = 0; n < 100; n++) turn();
    assert.equal(instances.length, 3);
    const before = held();
    assert.equal(before.length, 1);
    for (let n = 0; n < 20_000; n++) turn();
    assert.deepEqual(held(), before);
  });

  test("memory does not grow in 1,000,000 checks", () => {
    const { checkField, check } = page.form({
      fields: {
        labels: { kind: "labels" },
        notes: { kind: "text", max: 2000 },
        size: { kind: "number" },
      },
    });
    const twice = new URLSearchParams("labels=a&labels=b,c&notes=soft%C2%ADly&size=7&size=8");
    const turn = (n) => {
      page.checkEmail(`ann${n}@gmail,com`);
      page.checkPhone(`+1 212 555-${n % 10_000} ext ${n % 100}`);
      checkField("labels", ["a", "b", `${n}`]);
      check(twice);
    };
    checkField("notes", "x".repeat(1 << 16));
    for (let n = 0; n < 100; n++) turn(n);
    const before = held();
    for (let n = 0; n < 250_000; n++) turn(n);
    assert.deepEqual(held(), before);
  });
});

test("a second module that cannot be fetched takes nothing from the first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fieldpost-parts-"));
  try {
    for (const file of ["entry/page.js", "core/shared.js"])
      await cp(`${dist}/${file}`, join(folder, file));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(
      join(folder, "main.mjs"),
      `import { checkEmail, form, load } from "./entry/page.js";
      await load();
      const spec = { fields: { born: { kind: "date" } } };
      const refused = await load({ spec }).then(() => "", ({ code }) => code);
      let held;
      try { form(spec).check({ born: "2026-02-28" }); } catch ({ code }) { held = code; }
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log(refused, held, checkEmail("ann@example.com").ok);`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "main.mjs")]);
    assert.equal(stdout.trim(), "ERR_MODULE_NOT_FOUND wasm.not_ready true");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
