// Deno, with the package from npm.
import { program } from "./stand.mjs";

export const tools = ["deno"];
export const shows = ["run"];

export default async function (shop) {
  const { bin, call } = shop;
  await program(shop, (file) =>
    call(bin("deno"), [
      "run",
      "--quiet",
      "--allow-net",
      "--allow-read",
      "--allow-env",
      "--node-modules-dir=manual",
      file,
    ]),
  );
}
