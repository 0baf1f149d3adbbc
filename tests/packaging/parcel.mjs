// Parcel: a page. It reads a package's `exports` only where it is told to.
import { page, submits } from "./stand.mjs";

export const tools = ["parcel"];
export const shows = ["page, with `packageExports`"];

export default async function (shop) {
  const { bin, call, at } = shop;
  shop.source(
    "package.json",
    JSON.stringify({
      ...JSON.parse(shop.read("package.json")),
      "@parcel/resolver-default": { packageExports: true },
    }),
  );
  const site = page(shop, "main.js");
  await call(bin("parcel"), [
    "build",
    `${site}/index.html`,
    "--dist-dir",
    at("out"),
    "--no-cache",
    "--no-source-maps",
  ]);
  await submits(at("out"));
}
