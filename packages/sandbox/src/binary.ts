import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A machine that there is a program for, and the package that brings it. */
export interface Platform {
  package: string;
  /** What Rust calls it. */
  target: string;
  os: string;
  cpu: string;
  libc?: "glibc" | "musl";
}

/** Where there is no program for this machine; the message says what to do. */
export class SandboxMissing extends Error {
  readonly code = "sandbox.missing";
  override name = "SandboxMissing";
}

/** Every machine that there is a program for. */
export const platforms: readonly Platform[] = JSON.parse(
  readFileSync(fileURLToPath(new URL("../platforms.json", import.meta.url)), "utf8"),
);

/** Names the program's own path, where somebody has built it. */
const BUILT = "FIELDPOST_SANDBOX";

/**
 * The path of the sandbox's program.
 *
 * @returns what `FIELDPOST_SANDBOX` names, else the program of the platform's package
 * @throws {SandboxMissing} where there is none for this machine, or where npm has left its package out
 */
export function binary(
  os: string = process.platform,
  cpu: string = process.arch,
  libc: string | undefined = libcOf(os),
): string {
  const built = process.env[BUILT];
  if (built) return built;
  const platform = platforms.find(
    (one) => one.os === os && one.cpu === cpu && (one.libc === undefined || one.libc === libc),
  );
  if (!platform)
    throw new SandboxMissing(
      `There is no sandbox for ${os} ${cpu}${libc ? ` (${libc})` : ""} yet. Build it from source (cargo build --release --package fieldpost-sandbox) and name its path in ${BUILT}.`,
    );
  try {
    const home = dirname(
      createRequire(import.meta.url).resolve(`${platform.package}/package.json`),
    );
    return join(home, "bin", os === "win32" ? "fieldpost-sandbox.exe" : "fieldpost-sandbox");
  } catch {
    throw new SandboxMissing(
      `The package ${platform.package} is missing: it has the sandbox for this machine. Install again without --omit=optional, on this machine (a node_modules of another one does not do): npm install. Or name a program of your own in ${BUILT}.`,
    );
  }
}

/** Which C library this Linux has; the others have one each. */
function libcOf(os: string): string | undefined {
  if (os !== "linux") return undefined;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime ? "glibc" : "musl";
}
