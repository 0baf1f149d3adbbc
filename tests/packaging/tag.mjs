// The one tag, on a page without a build.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { submits } from "./stand.mjs";

export default async function ({ at, example }) {
  const copy = example("html");
  for (const file of ["fieldpost.js", "form/form.css"])
    cpSync(at(`node_modules/fieldpost/dist/${file}`), join(copy, file.split("/").at(-1)));
  await submits(copy);
}
