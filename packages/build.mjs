// Builds the packages beside `fieldpost`: the sandbox for npm, the command line, and `npm create fieldpost`.
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const manifest = (path) => JSON.parse(readFileSync(at(path), "utf8"));

// Each uses those before it.
export const PACKAGES = ["sandbox", "cli", "create"];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = manifest("../pkg/package.json");
  for (const name of PACKAGES) {
    if (manifest(`${name}/package.json`).version !== version)
      throw new Error(
        `packages/${name} is not ${version}: all packages of a release have one version`,
      );
    rmSync(at(`${name}/dist`), { recursive: true, force: true });
    execFileSync(
      process.execPath,
      [at("../node_modules/typescript/bin/tsc"), "--project", at(`${name}/tsconfig.json`)],
      { stdio: "inherit" },
    );
    for (const file of ["LICENSE-MIT", "LICENSE-APACHE"])
      copyFileSync(at(`../${file}`), at(`${name}/${file}`));
  }
}
