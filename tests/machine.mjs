// The relay on one machine (www/examples/machine) with the command line that its container runs, behind a real nginx with the
// configuration that the container gets: a lead over TLS, a restart, and what waited goes out. Part of `make test-all`; it wants
// Debian's nginx. What is Docker's own, images and volumes, nothing here tries.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseEnv } from "node:util";
import { selfSigned } from "./certificate.mjs";
import { freePort, root, sandboxBinary, until } from "./stand.mjs";
import { startSandbox } from "../www/demo/sandbox.mjs";

const example = `${root}www/examples/machine`;
const folder = mkdtempSync(join(tmpdir(), "fieldpost-machine-"));
const app = join(folder, "app");
cpSync(example, app, { recursive: true });
symlinkSync(`${root}node_modules`, join(app, "node_modules"));
mkdirSync(join(folder, "tls"));
selfSigned("leads.example.com", join(folder, "tls/privkey.pem"), join(folder, "tls/fullchain.pem"));

const dockerfile = readFileSync(join(app, "Dockerfile"), "utf8");
const [program, ...args] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)[1]);
const [relayPort, tlsPort] = [await freePort(), await freePort()];
const sandbox = await startSandbox(sandboxBinary, 0);
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  ...Object.fromEntries(
    /^ENV (.*)$/m
      .exec(dockerfile)[1]
      .split(" ")
      .map((pair) => pair.split("=")),
  ),
  ...parseEnv(readFileSync(join(app, "relay.env.example"), "utf8")),
  RELAY_SECRET: "a machine signs its form tokens with this",
  SEAL_SECRET: "a machine opens what browsers have saved",
  OPERATOR_KEY: "a machine's operator",
  VALUE_KEY: "a machine's operator, for values",
  // What the container has and this machine has not.
  HOST: "127.0.0.1",
  PORT: String(relayPort),
  STORAGE: join(folder, "storage"),
  MARKETO_URL: sandbox.url,
  SANDBOX_HOST: new URL(sandbox.url).host,
};
for (const name of ["RELAY_SECRET", "SEAL_SECRET", "OPERATOR_KEY", "VALUE_KEY"])
  assert.ok(name in parseEnv(readFileSync(join(app, "relay.env.example"), "utf8")), name);

async function start() {
  const child = spawn(program, args, { cwd: app, env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on(
      "line",
      (line) => line.startsWith("ready ") && resolve(),
    );
    child.once("exit", (code) => reject(new Error(`the relay left with ${code}`)));
  });
  return async () => {
    const left = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    assert.equal(await left, 0, "it stops when it is told to");
  };
}

const conf = readFileSync(join(app, "nginx.conf"), "utf8");
for (const part of ["listen 443 ssl", "http://relay:8787", "/tls/"])
  assert.ok(conf.includes(part), part);
writeFileSync(
  join(folder, "nginx.conf"),
  `pid ${folder}/pid; error_log ${folder}/error.log; daemon off;\n${conf
    .replace("listen 443 ssl", `listen 127.0.0.1:${tlsPort} ssl`)
    .replace("http://relay:8787", `http://127.0.0.1:${relayPort}`)
    .replaceAll("/tls/", `${folder}/tls/`)
    .replace(
      "http {",
      `http { ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}`,
    )}`,
);
const nginx = spawn(
  "/usr/sbin/nginx",
  ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")],
  { stdio: "inherit" },
);

/** @returns {Promise<{ status: number, body: any }>} */
const ask = (method, path, body) =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: tlsPort,
        path,
        method,
        rejectUnauthorized: false,
        servername: "leads.example.com",
        headers: {
          host: "leads.example.com",
          origin: "https://www.example.com",
          accept: "application/json",
          authorization: `Bearer ${env.OPERATOR_KEY}`,
          "content-type": "application/x-www-form-urlencoded",
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
      },
    );
    sent.once("error", reject);
    sent.end(body && String(new URLSearchParams(body)));
  });
const people = async () => (await fetch(`${sandbox.url}/_sandbox/leads`)).json();
const lead = async (email) => {
  const { body } = await ask("GET", "/leads/contact");
  return ask("POST", "/leads/contact", {
    firstName: "Ann",
    lastName: "Lopez",
    email,
    consent: "yes",
    _fp_token: body.token,
  });
};

let stop;
try {
  stop = await start();
  await until(() => existsSync(`${folder}/pid`), "nginx");
  assert.equal((await lead("one@example.com")).status, 202);
  await until(
    async () => (await people()).some(({ email }) => email === "one@example.com"),
    "the first lead",
  );
  // The CRM does not answer: the second lead waits on the disk, over a restart of the relay.
  await fetch(`${sandbox.url}/_sandbox/faults`, {
    method: "POST",
    body: JSON.stringify([{ calls: "api", fault: "status", status: 503, until: "cleared" }]),
  });
  assert.equal((await lead("two@example.com")).status, 202);
  await stop();
  await fetch(`${sandbox.url}/_sandbox/faults`, { method: "DELETE" });
  stop = await start();
  await until(
    async () => (await people()).some(({ email }) => email === "two@example.com"),
    "what waited",
    60_000,
  );
  assert.equal((await ask("GET", "/operator/status")).status, 200);
  assert.equal((await people()).length, 2, "nobody is there twice");
  console.log("machine: a lead over TLS, and one that waited over a restart");
} finally {
  await stop?.();
  nginx.kill();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
