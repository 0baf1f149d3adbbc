// Native code in a process of its own: `examples/reports.rs`, compiled in the selection of packages that `make test` has
// compiled anyway. Another one would compile most of what they need once more.
import { execFileSync, spawn } from "node:child_process";
import { resolve } from "node:path";

/** Starts it: a JSON value goes in with each line, and for each but the first one a line comes out. */
/** @param {string} root */
export function native(root, profile = "dev") {
  execFileSync(
    "cargo",
    ["build", "--quiet", "--locked", "--workspace", "--profile", profile, "--example", "reports"],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  const folder = resolve(
    root,
    process.env.CARGO_TARGET_DIR ?? "target",
    profile === "dev" ? "debug" : profile,
  );
  return spawn(`${folder}/examples/reports`, { stdio: ["pipe", "pipe", "inherit"] });
}
