// Clients of others against the sandbox, unmodified but for the host: node-marketo-rest, marketorestpython and PyPardotSF do what
// they have and the sandbox claims. They are installed beside what cargo builds, each of one version. A client's own fault is
// named where it is one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { startSandbox } from "../www/demo/sandbox.mjs";
import { root } from "./stand.mjs";

const folder = `${root}target/judges/`;
const run = (command, args) => {
  const done = spawnSync(command, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  assert.equal(done.status, 0, `${command} ${args.join(" ")}`);
};

mkdirSync(folder, { recursive: true });
if (!existsSync(`${folder}node_modules/node-marketo-rest`))
  run("npm", [
    ...["install", "--prefix", ".", "--no-audit", "--no-fund", "--loglevel=error"],
    ...["--ignore-scripts", "node-marketo-rest@0.7.8"],
  ]);
if (!existsSync(`${folder}venv/bin/pip`)) run("python3", ["-m", "venv", "venv"]);
run("venv/bin/pip", ["install", "--quiet", "marketorestpython==0.5.25", "PyPardotSF==0.1.1"]);

const sandbox = await startSandbox(
  process.env.SANDBOX_BIN ?? `${root}target/debug/fieldpost-sandbox`,
  0,
);
try {
  const Marketo = createRequire(`${folder}package.json`)("node-marketo-rest");
  const client = new Marketo({
    endpoint: `${sandbox.url}/rest`,
    identity: `${sandbox.url}/identity`,
    clientId: "sandbox-client",
    clientSecret: "sandbox-secret",
  });
  const made = await client.lead.createOrUpdate([
    { email: "one@example.com" },
    { email: "two@example.com" },
  ]);
  assert.deepEqual(
    made.result.map(({ status }) => status),
    ["created", "created"],
  );
  const [one, two] = made.result.map(({ id }) => id);
  const first = async (call) => (await call).result[0];
  assert.equal((await first(client.lead.byId(one, { fields: ["id", "email"] }))).id, one);
  const found = await client.lead.find("email", ["one@example.com", "two@example.com"], {
    fields: ["id", "city"],
    batchSize: 1,
  });
  assert.equal(found.result.length, 1);
  assert.equal((await found.nextPage()).result[0].id, two, "a page follows a page");
  const pushed = client.lead.push([{ email: "one@example.com" }], { programName: "A program" });
  assert.equal((await first(pushed)).status, "updated");
  const cookie = "id:123-ABC-456&token:_mch-example.com-1594662481190-60776";
  assert.equal((await client.lead.associateLead(one, cookie)).success, true);
  assert.ok((await client.lead.describe()).result.some(({ rest }) => rest.name === "email"));
  assert.equal((await first(client.list.addLeadsToList(7, [one, two]))).status, "added");
  // It looks each up by its e-mail first.
  const added = client.list.addEmailsToList(["one@example.com"], 8);
  assert.equal((await first(added)).status, "added");
  assert.equal((await client.list.getLeads(7, { fields: ["id"] })).result.length, 2);
  assert.equal((await first(client.list.isMember(7, [one]))).status, "memberof");
  // Of several ids it makes one value, `1&id=2`, and encodes the lot: its own fault.
  assert.equal((await first(client.list.removeLeadsFromList(7, [one]))).status, "removed");
  assert.equal((await client.lead.mergeLead(one, [two], {})).success, true);
  assert.equal((await client.campaign.request(3746, [{ id: one }], [])).success, true);
  console.log("judges: 13 calls of node-marketo-rest");

  const reply = await fetch(`${sandbox.url}/services/oauth2/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("sandbox-client:sandbox-secret")}` },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "sandbox-refresh" }),
  });
  run("venv/bin/python", [
    `${root}tests/judges.py`,
    sandbox.url,
    (await reply.json()).access_token,
  ]);
} finally {
  sandbox.stop();
}
