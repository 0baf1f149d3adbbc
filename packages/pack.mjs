// Packs every npm package of the project into `dist/`, as it would be published: `make pack`, or for a machine of the release
//   node packages/pack.mjs --target aarch64-apple-darwin
// The sandbox's program must have been built for that target. Fails where a package is too heavy or would run a script.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PACKAGES } from "./build.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = parseArgs({ options: { target: { type: "string" } } }).values.target ?? host();
const built = process.env.CARGO_TARGET_DIR ?? `${root}target`;
const stage = join(built, "pack");
const dist = `${root}dist`;

/** Bytes that a package may have, packed and unpacked. */
const LIMITS = { fieldpost: { size: 700_000, unpackedSize: 2_000_000 } };
/** What npm would run on the machine of whoever installs it. */
const SCRIPTS = ["preinstall", "install", "postinstall", "prepare"];

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const write = (file, object) => writeFileSync(file, `${JSON.stringify(object, null, 2)}\n`);
const platforms = read(`${root}packages/sandbox/platforms.json`);
const platform = platforms.find((one) => one.target === target);
if (!platform) throw new Error(`packages/sandbox/platforms.json has no ${target}`);

for (const folder of [stage, dist]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const folders = [`${root}pkg`, ...PACKAGES.map(staged), program(platform)];
for (const folder of folders) pack(folder);

/** A package as it is published: the sandbox names a program for each platform, of which npm takes one. */
function staged(name) {
  const folder = join(stage, name);
  cpSync(`${root}packages/${name}`, folder, {
    recursive: true,
    filter: (path) => !path.endsWith("node_modules"),
  });
  if (name === "sandbox") {
    const manifest = read(join(folder, "package.json"));
    write(join(folder, "package.json"), {
      ...manifest,
      optionalDependencies: Object.fromEntries(
        platforms.map((one) => [one.package, manifest.version]),
      ),
    });
  }
  return folder;
}

/** The package with the program of one platform. */
function program({ package: name, os, cpu, libc }) {
  const folder = join(stage, name);
  const { version, license, repository, homepage, bugs } = read(
    `${root}packages/sandbox/package.json`,
  );
  const file = os === "win32" ? "fieldpost-sandbox.exe" : "fieldpost-sandbox";
  mkdirSync(join(folder, "bin"), { recursive: true });
  copyFileSync(join(built, target, "release", file), join(folder, "bin", file));
  chmodSync(join(folder, "bin", file), 0o755);
  for (const text of ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE"])
    copyFileSync(`${root}${text}`, join(folder, text));
  write(join(folder, "package.json"), {
    name,
    version,
    description: `The program of fieldpost-sandbox for ${os} ${cpu}${libc ? ` (${libc})` : ""}.`,
    license,
    ...(repository && { repository }),
    ...(homepage && { homepage }),
    ...(bugs && { bugs }),
    preferUnplugged: true,
    engines: { node: ">=20.19" },
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    files: ["bin", "NOTICE", "LICENSE-MIT", "LICENSE-APACHE"],
  });
  return folder;
}

function pack(folder) {
  const { name, scripts = {}, dependencies = {} } = read(join(folder, "package.json"));
  const runs = SCRIPTS.filter((script) => script in scripts);
  if (runs.length > 0)
    throw new Error(`${name} would run ${runs.join(", ")} where it is installed`);
  if (name === "fieldpost" && Object.keys(dependencies).length > 0)
    throw new Error("fieldpost needs nothing, and has dependencies");
  const [packed] = JSON.parse(
    execFileSync(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", dist, folder],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        shell: process.platform === "win32",
      },
    ),
  );
  const { filename, size, unpackedSize } = packed;
  console.log(`${filename}  ${size} bytes, ${unpackedSize} unpacked`);
  for (const [what, most] of Object.entries(LIMITS[name] ?? {}))
    if (packed[what] > most)
      throw new Error(`${name}: ${what} is ${packed[what]} bytes, and may be ${most}`);
}

function host() {
  const said = execFileSync("rustc", ["-vV"], { encoding: "utf8" });
  return /^host: (.+)$/m.exec(said)[1];
}
