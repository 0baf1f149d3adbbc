import { readFileSync } from "node:fs";

/** All packages of a release have one version. */
export const { version } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { version: string };
