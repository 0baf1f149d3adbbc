// The package as people install it: the tarball, its entries, its interface.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { sorted } from "../pkg/carry.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";
import { root } from "./stand.mjs";

let folder;
const run = (program, args, options = {}) =>
  execFileSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "fieldpost-package-"));
});
after(() => rm(folder, { recursive: true, force: true }));

describe("the tarball", () => {
  test("holds what its entries name, and nothing else", () => {
    const [{ files, size, unpackedSize }] = JSON.parse(
      run("npm", ["pack", "--json", "--pack-destination", folder, `${root}pkg`]),
    );
    const names = files.map(({ path }) => path);
    // What a runtime or a compiler reads from any of the entries on.
    const read = new Set();
    const follow = (file) => {
      if (read.has(file)) return;
      read.add(file);
      assert.ok(names.includes(file), `${file} is missing`);
      if (!/\.(js|d\.ts)$/.test(file)) return;
      const text = readFileSync(`${root}pkg/${file}`, "utf8");
      for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g)) {
        const next = posix.join(posix.dirname(file), path);
        follow(file.endsWith(".d.ts") ? next.replace(/\.js$/, ".d.ts") : next);
      }
    };
    const enter = (entry) =>
      typeof entry === "string"
        ? follow(posix.normalize(entry))
        : Object.values(entry).forEach(enter);
    enter(JSON.parse(readFileSync(`${root}pkg/package.json`, "utf8")).exports);
    assert.ok(read.size > 150, `only ${read.size} files are read`);
    assert.ok(size <= 700_000, `the tarball weighs ${size} bytes`);
    assert.ok(unpackedSize <= 2_000_000, `unpacked it weighs ${unpackedSize} bytes`);
    for (const needed of [
      "dist/entry/page.js",
      "dist/entry/node.js",
      "dist/entry/workerd.js",
      "dist/entry/worker.js",
      "dist/entry/slim.js",
      "dist/form/index.js",
      "dist/form/auto.js",
      "dist/fieldpost.js",
      "dist/integrity.json",
      "bin/fieldpost.js",
      "wasm/lean/fieldpost_bg.wasm",
      "wasm/edge/fieldpost_bg.wasm",
      "wasm/edge/fieldpost.js",
      "README.md",
      "LICENSE-MIT",
      "LICENSE-APACHE",
    ])
      assert.ok(names.includes(needed), `${needed} is missing`);
    const odd = names.filter(
      (name) => !/^(dist|wasm|bin)\/|^(package\.json|README\.md|LICENSE-(MIT|APACHE))$/.test(name),
    );
    assert.deepEqual(odd, []);
  });

  test("installs without a script or a dependency, and works in Node and in a bundle", async () => {
    await writeFile(join(folder, "package.json"), '{"type":"module","private":true}');
    run("npm", [
      "install",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      join(folder, "fieldpost-0.1.0.tgz"),
    ]);
    await writeFile(
      join(folder, "main.mjs"),
      'import { load, checkPhone } from "fieldpost"; await load(); console.log(checkPhone("(212) 456-7890 x12").value);',
    );
    assert.equal(run(process.execPath, ["main.mjs"]).trim(), "+12124567890");
    // require() of an ES module needs an import without top-level await.
    await writeFile(
      join(folder, "main.cjs"),
      'const { load, checkEmail } = require("fieldpost"); load().then(() => console.log(checkEmail("a@b.co").ok));',
    );
    if (process.features.require_module)
      assert.equal(run(process.execPath, ["--no-warnings", "main.cjs"]).trim(), "true");
    const { errors } = await build({
      entryPoints: [join(folder, "main.mjs")],
      bundle: true,
      format: "esm",
      write: false,
      logLevel: "silent",
    });
    assert.deepEqual(errors, []);
  });

  test("has one core, however many of its entries a bundle takes", async () => {
    const { metafile } = await build({
      stdin: {
        contents: `export { load } from "fieldpost"; export { attach } from "fieldpost/form"; export { defineElement } from "fieldpost/element";`,
        resolveDir: `${root}tests`,
      },
      bundle: true,
      format: "esm",
      write: false,
      metafile: true,
    });
    const files = Object.keys(metafile.inputs).map((file) => file.replace(/.*\/dist\//, ""));
    assert.deepEqual(files.filter((file) => /^(core|form)\/|^entry\//.test(file)).sort(), [
      "core/late.js",
      "core/shared.js",
      "entry/page.js",
      "form/index.js",
      "form/second.js",
      "form/shared.js",
    ]);
  });

  test("has one core in Node, whoever takes it, in two files with the entry", async () => {
    const files = async (contents) => {
      const { metafile } = await build({
        stdin: { contents, resolveDir: `${root}tests` },
        bundle: true,
        platform: "node",
        format: "esm",
        write: false,
        metafile: true,
      });
      const [{ inputs }] = Object.values(metafile.outputs);
      return Object.keys(inputs)
        .filter((file) => inputs[file].bytesInOutput > 0)
        .map((file) => file.replace(/.*\/dist\//, ""))
        .filter((file) => /^(core|entry)\//.test(file))
        .sort();
    };
    assert.deepEqual(await files(`export * from "fieldpost";`), ["core/whole.js", "entry/node.js"]);
    const relay = await files(
      `export { load } from "fieldpost"; export { relay } from "fieldpost/worker"; export { standard } from "fieldpost/standard";`,
    );
    for (const file of ["core", "edge", "pack", "host"])
      assert.ok(!relay.includes(`core/${file}.js`), `${file} is there twice`);
    assert.ok(relay.includes("core/whole.js"));
  });

  test("carries the module with each of its instructions, through a minifier too, and its letters are not escaped there", async () => {
    const contents = `import carried from "${root}pkg/dist/wasm-lean.js";
      import { unpacked } from "${root}pkg/dist/core/carried.js";
      export default await carried(([text]) => unpacked(text));`;
    const file = await readFile(`${root}pkg/wasm/lean/fieldpost_bg.wasm`);
    // Lengths are written longer on the way, and hints of alignment are not kept: what is sorted again is the same.
    const sent = sorted(file);
    for (const charset of ["utf8", "ascii"]) {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: folder },
        bundle: true,
        minify: true,
        charset,
        format: "esm",
        write: false,
      });
      const { default: module } = await import(
        `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`
      );
      assert.ok(WebAssembly.validate(module), charset);
      assert.deepEqual(sorted(new Uint8Array(module)), sent, charset);
      assert.ok(
        outputFiles[0].contents.length < file.length * 1.2,
        `${charset}: ${outputFiles[0].contents.length} bytes for ${file.length}`,
      );
    }
  });

  test("has types that a strict program can use", async () => {
    await writeFile(
      join(folder, "main.ts"),
      `import { checkEmail, form, load, payload, type Outcome, type Report } from "fieldpost";
       import { attach } from "fieldpost/form";
       import { client, relay, Outbox, Gate } from "fieldpost/worker";
       await load();
       const report: Report = form({ fields: { email: { kind: "email", required: true } } }).check(new URLSearchParams("email=a@b.co"));
       const body: string | null = payload("relay.lead.submit", { form: "contact", values: report.values }).body;
       const outcome: Outcome = await client({ system: "prospects", baseUrl: "https://api.hiringcenterpro.com", credentials: { key: "k" } }).call("prospects.prospect.upsert", { firstName: "Ann", lastName: "Lee" });
       export { attach, body, checkEmail, Gate, Outbox, outcome, relay };`,
    );
    run(process.execPath, [
      `${root}node_modules/typescript/bin/tsc`,
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
      "--module",
      "nodenext",
      "--lib",
      "es2022,dom,dom.iterable",
      "main.ts",
    ]);
  });
});

describe("the interface", () => {
  test("throws wasm.not_ready before load, with a real Error", async () => {
    const { checkEmail, FieldpostError } = await import(`${root}pkg/dist/entry/page.js?fresh`);
    assert.throws(
      () => checkEmail("a@b.co"),
      (error) =>
        error instanceof Error &&
        error instanceof FieldpostError &&
        error.code === "wasm.not_ready",
    );
  });

  test("takes values in all four shapes, and gives one report", async () => {
    const { form, load } = await import("fieldpost");
    await load();
    const contact = form({
      fields: { email: { kind: "email", required: true }, labels: { kind: "labels" } },
    });
    const pairs = [
      ["email", "ann@example.org"],
      ["labels", "Hot"],
      ["labels", "Inbound"],
    ];
    const data = new FormData();
    for (const [name, value] of pairs) data.append(name, value);
    const reports = [
      pairs,
      data,
      new URLSearchParams(pairs),
      { email: "ann@example.org", labels: ["Hot", "Inbound"] },
    ].map((values) => contact.check(values));
    for (const report of reports)
      assert.deepEqual(report, {
        ok: true,
        values: { email: "ann@example.org", labels: ["Hot", "Inbound"] },
        issues: [],
      });
  });

  test("never takes a name for a prototype", async () => {
    const { form } = await import("fieldpost");
    const odd = form({
      fields: JSON.parse('{"__proto__":{"kind":"text"},"constructor":{"kind":"text"}}'),
    });
    const report = odd.check([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    assert.equal(Object.getPrototypeOf(report.values), Object.prototype);
    assert.deepEqual(Object.entries(report.values), [
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    assert.equal({}.x, undefined);
  });

  test("answers odd values with issues, not exceptions", async () => {
    const { form } = await import("fieldpost");
    const contact = form({ fields: { email: { kind: "email" } } });
    const file = new File(["x"], "cv.pdf");
    const cycle = {};
    cycle.self = cycle;
    for (const value of [
      file,
      {},
      cycle,
      [["a@b.co"]],
      true,
      Symbol.iterator,
      () => {},
      "x".repeat(70_000),
      "\ud800@example.org",
      "a\u0000@example.org",
    ]) {
      const report = contact.check({ email: value });
      assert.equal(typeof report.ok, "boolean");
      if (typeof value !== "symbol" && typeof value !== "function")
        assert.equal(report.ok, false, String(typeof value));
    }
  });

  test("names the place in a spec that does not fit", async () => {
    const { form } = await import("fieldpost");
    assert.throws(
      () => form({ fields: { email: { kind: "mail" } } }),
      (error) => error.code === "spec.invalid" && error.issues[0].field === "fields.email.kind",
    );
  });

  test("send tells a time-out from an abort from a broken connection", async () => {
    const { send } = await import("fieldpost");
    const never = (_request, { signal }) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(new Error("aborted"));
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const code = async (...args) =>
      send(...args).then(
        () => "answered",
        (error) => error.code,
      );
    const request = new Request("http://127.0.0.1:1/");
    assert.equal(await code(request, { fetch: never, timeout: 20 }), "network.timeout");
    assert.equal(
      await code(request, { fetch: never, signal: AbortSignal.abort() }),
      "network.aborted",
    );
    assert.equal(await code(request), "network.failed");
    // What a host rejects with need not be an Error.
    assert.equal(await code(request, { fetch: () => Promise.reject("oops") }), "network.failed");
  });
});

describe("client", () => {
  test("gets its token, reads outcomes, and renews a token that the system no longer takes", async () => {
    const { client } = await import("fieldpost/worker");
    const sandbox = await startSandbox(
      process.env.SANDBOX_BIN ?? `${root}target/debug/fieldpost-sandbox`,
      0,
    );
    try {
      const pardot = client({
        system: "pardot",
        baseUrl: sandbox.url,
        businessUnit: "0Uv000000000001CAA",
        allowHost: new URL(sandbox.url).host,
        credentials: {
          clientId: "sandbox-client",
          clientSecret: "sandbox-secret",
          loginUrl: sandbox.url,
        },
      });
      const created = await pardot.call("pardot.prospect.create", {
        email: "ann@example.org",
        first_name: "Ann",
      });
      assert.equal(created.kind, "stored");
      await fetch(`${sandbox.url}/_sandbox/tokens/expire`, { method: "POST", body: "{}" });
      const found = await pardot.call("pardot.prospect.read", { email: "ann@example.org" });
      assert.equal(found.kind, "found");
      assert.equal(found.records[0].first_name, "Ann");
      const missing = await pardot.call("pardot.prospect.read", { email: "nobody@example.org" });
      assert.deepEqual([missing.kind, missing.issues[0].code], ["refused", "not_found"]);
      await assert.rejects(
        pardot.call("pardot.prospect.read", {}),
        (error) => error.code === "params.invalid",
      );
    } finally {
      await sandbox.stop();
    }
  });

  test("sends no secret to a host that is not the system's", async () => {
    const { client } = await import("fieldpost/worker");
    const asked = [];
    const fetch = (request) => {
      asked.push(request.url);
      return Promise.reject(new Error("no"));
    };
    const evil = client(
      {
        system: "marketo",
        baseUrl: "https://evil.example",
        credentials: { clientId: "a", clientSecret: "b" },
      },
      { fetch },
    );
    await assert.rejects(
      evil.call("marketo.lead.submitForm", {
        formId: 1,
        input: [{ leadFormFields: { email: "a@b.co" } }],
      }),
      (error) => error.code === "account.invalid",
    );
    assert.deepEqual(asked, []);
  });
});
