// The command line, as it is built: what `init` writes works for every system, and each end has its code and its sentence.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseEnv, stripVTControlCharacters } from "node:util";
import { bundleWorker, startRelay } from "../www/demo/relay.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";
import { freePort, root, sandboxBinary, until } from "./stand.mjs";

const folder = mkdtempSync(join(tmpdir(), "fieldpost-cli-"));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs the command line as a program does: nobody is there to be asked. */
const cli = (words, { cwd = folder, env = {}, script = "packages/cli/dist/main.js" } = {}) =>
  new Promise((resolve) =>
    execFile(
      process.execPath,
      [`${root}${script}`, ...words],
      { cwd, env: { ...process.env, FIELDPOST_SANDBOX: sandboxBinary, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    ),
  );

/** A project, with what npm would have installed. */
async function project(name, ...words) {
  const made = await cli(["init", name, "--json", "--yes", ...words]);
  assert.equal(made.code, 0, made.stderr);
  const home = join(folder, name);
  mkdirSync(join(home, "node_modules"));
  symlinkSync(`${root}pkg`, join(home, "node_modules/fieldpost"));
  return { home, made: JSON.parse(made.stdout) };
}

/** Every field that a system has a place for. */
const ALL = "email,phone,company,title,city,state,postalCode,country,website,message";
/** What a visitor types where a name is no answer. */
const TYPED = {
  email: "ann@acme.co",
  phone: "(212) 456-7890",
  state: "New York",
  postalCode: "10001",
  country: "United States",
  website: "https://acme.co",
  consent: "yes",
};
for (const [system, fields, stored] of [
  ["marketo", ALL, { state: "New York", postalCode: "10001", website: "https://acme.co" }],
  ["pardot", ALL, { state: "New York", zip: "10001", website: "https://acme.co" }],
  ["prospects", ALL.replace("country,website,", ""), { state: "New York", postalCode: "10001" }],
]) {
  test(`what init writes for ${system} delivers to the sandbox`, async (t) => {
    const { home, made } = await project(`for-${system}`, "--system", system, "--fields", fields);
    const html = readFileSync(join(home, "public/index.html"), "utf8");
    // The script is a copy, in whose letters anything may stand.
    for (const file of made.files.filter((name) => !name.startsWith("public/fieldpost-")))
      assert.doesNotMatch(readFileSync(join(home, file), "latin1"), /\{\{/, file);
    const bindings = parseEnv(readFileSync(join(home, ".dev.vars"), "utf8"));
    const sandbox = await startSandbox(sandboxBinary, 0);
    t.after(sandbox.stop);
    const here = new URL(sandbox.url).host;
    const outdir = join(home, "out");
    const relay = await startRelay({
      modules: await bundleWorker(join(home, "src/relay.js"), outdir),
      outdir,
      storage: join(home, "storage"),
      bindings: Object.fromEntries(
        Object.entries(bindings).map(([key, value]) => [
          key,
          value.replace("127.0.0.1:8790", here),
        ]),
      ),
    });
    t.after(relay.stop);
    const origin = "http://localhost:8788";

    // What ships with the page is what the relay says.
    const { spec, sealKey } = await (
      await fetch(`${relay.url}/leads/contact`, { headers: { origin } })
    ).json();
    const shipped = JSON.parse(readFileSync(join(home, "public/fieldpost.json"), "utf8"));
    const action = /action="([^"]+)"/.exec(html)[1];
    assert.deepEqual(shipped.forms[action], { v: 1, spec, sealKey });
    assert.deepEqual(JSON.parse(/id="fieldpost-rules">(.*)<\/script>/.exec(html)[1]), shipped);

    // The page has the relay's fields and no others but the trap.
    const names = [...html.matchAll(/ name="(\w+)"/g)]
      .map(([, name]) => name)
      .filter((name) => name !== "viewport");
    assert.deepEqual(new Set(names), new Set([...Object.keys(spec.fields), "fp_ref2"]));

    const values = Object.fromEntries(
      Object.keys(spec.fields).map((name) => [name, TYPED[name] ?? "Ann"]),
    );
    const answer = await fetch(`${relay.url}/leads/contact`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams(values),
    });
    assert.equal(answer.status, 202, await answer.clone().text());
    await until(async () => {
      const leads = await (await fetch(`${sandbox.url}/_sandbox/leads?system=${system}`)).json();
      const lead = leads.find(({ email }) => email === "ann@acme.co");
      if (lead)
        for (const [name, value] of Object.entries(stored)) assert.equal(lead.fields[name], value);
      return lead;
    }, "the lead");
  });
}

test("an operator exports, erases and sends on from a terminal, with keys that no argument holds", async (t) => {
  const { home } = await project("operated", "--system", "marketo");
  const bindings = parseEnv(readFileSync(join(home, ".dev.vars"), "utf8"));
  const outdir = join(home, "out");
  const away = `127.0.0.1:${await freePort()}`;
  const relay = await startRelay({
    modules: await bundleWorker(join(home, "src/relay.js"), outdir),
    outdir,
    storage: join(home, "storage"),
    // Nobody takes the leads, so that they stay.
    bindings: { ...bindings, MARKETO_URL: `http://${away}`, SANDBOX_HOST: away },
  });
  t.after(relay.stop);
  const post = (email) =>
    fetch(`${relay.url}/leads/contact`, {
      method: "POST",
      headers: { origin: "http://localhost:8788" },
      body: new URLSearchParams({ email, consent: "yes" }),
    });
  for (const email of ["ann@acme.co", "bob@acme.co"]) assert.equal((await post(email)).status, 202);

  const keys = { OPERATOR_KEY: bindings.OPERATOR_KEY, VALUE_KEY: bindings.VALUE_KEY };
  const run = (words, env = keys) => cli([...words, "--relay", relay.url], { env });
  const all = await run(["export"]);
  assert.equal(all.code, 0, all.stderr);
  assert.match(all.stdout, /ann@acme\.co[\s\S]*bob@acme\.co|bob@acme\.co[\s\S]*ann@acme\.co/);
  const file = join(folder, "leads.ndjson");
  const told = await run(["export", "--format", "ndjson", "--output", file, "--json"]);
  assert.equal(JSON.parse(told.stdout).output, file);
  assert.match(readFileSync(file, "utf8"), /\{"next":null\}\n$/);

  const erased = await run(["erase", "--email", "ANN@acme.co"]);
  assert.equal(erased.code, 0, erased.stderr);
  assert.doesNotMatch((await run(["export"])).stdout, /ann@acme/);
  // The project beside a relay of this machine knows the keys.
  const inside = await cli(["replay", "--phase", "dead", "--json", "--relay", relay.url], {
    cwd: home,
  });
  assert.deepEqual([inside.code, JSON.parse(inside.stdout).moved], [0, 0], inside.stderr);

  const ends = [
    [["export"], { OPERATOR_KEY: "not this one at all" }, 2, /Set VALUE_KEY/],
    [
      ["export"],
      { ...keys, OPERATOR_KEY: "not this one at all" },
      1,
      /does not know this operator's key/,
    ],
    [
      ["export"],
      { ...keys, VALUE_KEY: "not this one at all" },
      1,
      /does not know this key for values/,
    ],
    [["erase"], keys, 2, /Say whom/],
    [["replay"], keys, 2, /Say which/],
    [["export", "--relay", "http://leads.example.com"], keys, 2, /over https alone/],
    [
      ["export", "--output", join(folder, "none/leads.json")],
      keys,
      1,
      /none\/leads\.json cannot be written/,
    ],
    [["export", "--output", folder], keys, 1, /cannot be written/],
    [["erase", "--email", "nobody"], keys, 1, /That is no e-mail address/],
  ];
  for (const [words, env, code, said] of ends) {
    const end = await cli(
      ["--relay"].some((word) => words.includes(word)) ? words : [...words, "--relay", relay.url],
      { env },
    );
    assert.equal(end.code, code, `${words.join(" ")}: ${end.stderr}`);
    assert.match(end.stderr, said);
  }
});

test("keys go to the relay that was said and nowhere else, and what is none is told apart from one that broke off", async (t) => {
  const asked = [];
  const answers = {
    // A host's own page, as it stands where somebody mistypes the relay's name.
    page: [200, { "content-type": "text/html" }, "<!doctype html><p>Hello"],
    moved: [301, { location: "https://other.example.com/operator/export" }, ""],
    empty: [404, {}, "Not found"],
    closed: [404, { "content-type": "application/json" }, '{"code":"not_found"}'],
    cut: [200, { "content-type": "application/json" }, '[{"id":"1"},'],
  };
  let answer;
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(answer[0], answer[1]).end(answer[2]);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const relay = `http://127.0.0.1:${server.address().port}`;
  const env = { OPERATOR_KEY: "one key for operators", VALUE_KEY: "another key for values" };
  const output = join(folder, "never.csv");
  for (const [name, code, said] of [
    ["page", "relay.none", /not as a relay does: compare the address/],
    ["moved", "relay.moved", /leads on to https:\/\/other\.example\.com/],
    ["empty", "relay.none", /answers 404/],
    ["closed", "not_found", /no operatorKey/],
  ]) {
    answer = answers[name];
    for (const words of [
      ["export", "--format", "csv", "--output", output],
      ["erase", "--email", "ann@acme.co"],
      ["replay", "--phase", "dead"],
    ]) {
      const end = await cli([...words, "--json", "--relay", relay], { env });
      assert.deepEqual([end.code, JSON.parse(end.stdout).code], [1, code], end.stderr);
      assert.match(end.stderr, said);
    }
    assert.ok(!existsSync(output) && !existsSync(`${output}.part`), name);
  }
  answer = answers.cut;
  const cut = await cli(["export", "--relay", relay, "--output", output], { env });
  assert.match(cut.stderr, /broke off/);
  assert.ok(!existsSync(output) && !existsSync(`${output}.part`));
  assert.equal(asked.length, 13, "no call is repeated, and none follows");
  const { stderr } = await cli(
    ["erase", "--email", "ann@acme.co", "--relay", `http://127.0.0.1:${await freePort()}`],
    { env },
  );
  assert.match(stderr, /cannot be reached \(ECONNREFUSED\)/);
});

test("check names the place in a configuration that is broken", async () => {
  const { home } = await project("broken", "--system", "marketo");
  const file = join(home, "wrangler.jsonc");
  const right = readFileSync(file, "utf8");
  const findings = async (wrong) => {
    writeFileSync(file, wrong);
    const { code, stdout, stderr } = await cli(["check", "--json"], { cwd: home });
    assert.equal(code, 3, stderr);
    return JSON.parse(stdout).findings;
  };
  for (const wrong of ["", "null", "[]", '"text"', "{"])
    assert.equal((await findings(wrong))[0].code, "config.syntax", wrong);
  const [comma] = await findings(right.replace('"main"', '"main'));
  assert.match(comma.message, /see line 5, column \d+/);
  const shapes = await findings(
    '{ "main": 1, "durable_objects": { "bindings": {} }, "migrations": {}, "triggers": { "crons": "x" } }',
  );
  assert.deepEqual(
    new Set(shapes.map(({ code }) => code)),
    new Set(["config.main", "config.binding", "config.migration", "config.date", "config.cron"]),
  );
  writeFileSync(file, right);
  writeFileSync(join(home, "public/fieldpost.json"), "<html>");
  const rules = await cli(["check", "--json"], { cwd: home });
  assert.deepEqual([rules.code, JSON.parse(rules.stdout).code], [1, "page.rules"], rules.stderr);
  assert.match(rules.stderr, /fieldpost\.json is not as init writes it/);
});

for (const size of ["80", "0"])
  test(`a person is asked in whole sentences by a terminal that says it has ${size} columns`, async (t) => {
    const home = `asked-${size}`;
    const line = `stty cols ${size} rows ${size}; exec "${process.execPath}" "${root}packages/cli/dist/main.js" init`;
    const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: folder });
    t.after(() => child.kill("SIGKILL"));
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
    for (const [question, typed] of [
      ["In which folder?", `${home}\r`],
      ["Where do the leads go?", "\r"],
      ["Where will the page live?", "\r"],
      ["Which fields does the form have?", "\r"],
      // The keys are read one by one: No stands beside Yes.
      ["Run npm install now?", "n"],
    ]) {
      await until(() => stripVTControlCharacters(said).includes(question), `"${question}"`, 10_000);
      child.stdin.write(typed);
    }
    const [code] = await once(child, "exit");
    assert.equal(code, 0, said);
    assert.match(stripVTControlCharacters(said), /made asked-\d+: a page and a relay for Marketo/);
    assert.ok(readFileSync(join(folder, home, "src/relay.js")));
  });

test("every end has its code and its sentence", async () => {
  const ends = [
    [["init"], 2, /--system and --origin/],
    [["init", "x", "--system", "oracle"], 2, /Allowed choices are marketo, pardot, prospects/],
    [["init", "x", "--yes", "--fields", "email,shoe"], 2, /shoe: no such field/],
    [
      ["init", "x", "--yes", "--system", "prospects", "--fields", "email,country"],
      2,
      /country: .* has no place for it/,
    ],
    [["init", "x", "--yes", "--origin", "example"], 2, /is no origin/],
    [["init", "x", "--yes", "--form-id", "abc"], 2, /is no number of a form/],
    [["nonsense"], 2, /unknown command/],
    [["dev"], 4, /npm create fieldpost/],
    [["dev", "--nonsense"], 2, /unknown option/],
    [["sandbox", "--port", "99999"], 2, /99999 is not a port/],
    [["--version"], 0, /^$/],
  ];
  for (const [words, code, said] of ends) {
    const end = await cli(words);
    assert.equal(end.code, code, `${words.join(" ")}: ${end.stderr}`);
    assert.match(end.stderr, said);
    assert.doesNotMatch(end.stderr + end.stdout, /\x1b|\n {4}at /, "neither colours nor a stack");
  }
  // A program is told, too, whoever has noticed.
  for (const [words, code] of [
    [["init", "--json"], "init.lacks"],
    [["dev", "--json"], "project.missing"],
    [["init", "--json", "--system", "oracle"], "usage"],
    [["export", "--json", "--nonsense"], "usage"],
  ]) {
    const { stdout } = await cli(words);
    const told = JSON.parse(stdout);
    assert.equal(told.code, code);
    assert.ok(told.message.length > 10, told.message);
  }
  await cli(["init", "ports", "--yes"]);
  for (const port of ["99999", "-1", "8o8o", ""]) {
    const { code, stderr } = await cli(["dev", `--page-port=${port}`], {
      cwd: join(folder, "ports"),
    });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /write a number from 0 to 65535/);
  }
});

test("init writes over nothing, and nothing at all where one file is there", async () => {
  const home = join(folder, "there");
  mkdirSync(join(home, "public"), { recursive: true });
  writeFileSync(join(home, "public/index.html"), "mine");
  const refused = await cli(["init", "there", "--yes"]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /public\/index\.html: is there already/);
  assert.equal(readFileSync(join(home, "public/index.html"), "utf8"), "mine");
  assert.throws(() => readFileSync(join(home, "package.json")));
  assert.equal((await cli(["init", "there", "--yes", "--force"])).code, 0);
  assert.notEqual(readFileSync(join(home, "public/index.html"), "utf8"), "mine");
});

test("without wrangler or a program for this machine it says what to install", async () => {
  const { home } = await project("bare", "--system", "marketo");
  // The sandbox is started first; this one is none.
  const dev = await cli(["dev"], { cwd: home, env: { FIELDPOST_SANDBOX: sandboxBinary } });
  assert.equal(dev.code, 4, dev.stderr);
  assert.match(dev.stderr, /wrangler is not installed in .*npm install/);
  const none = await cli(["sandbox"], { env: { FIELDPOST_SANDBOX: join(folder, "none") } });
  assert.equal(none.code, 4, none.stderr);
  assert.match(none.stderr, /cannot be started/);
});
