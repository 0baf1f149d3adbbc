// What the package says of itself: publint, "are the types wrong", and strict programs in several TypeScript versions.
import { existsSync } from "node:fs";
import { tarball } from "./stand.mjs";

export const tools = ["publint", "@arethetypeswrong/cli", "typescript", "@types/node@20"];
export const shows = [
  "publint --strict; attw for ESM; strict, without `skipLibCheck`, from TypeScript 5.2 on",
];

/** The oldest that reads the package's types, the last of the compiler in JavaScript, and whatever is newest. */
const VERSIONS = ["5.2", "5.5", "5.9"];

export default async function (shop) {
  const { at, bin, call, source } = shop;
  await call(bin("publint"), ["--strict", at("node_modules/fieldpost")]);
  // Everything is ESM: under CommonJS resolution a file imports it dynamically or by require(esm), as Node says.
  await call(bin("attw"), [
    tarball,
    "--profile",
    "esm-only",
    "--exclude-entrypoints",
    "fieldpost.wasm",
    "form.css",
  ]);
  source(
    "main.ts",
    `import { checkEmail, form, load, type Report } from "fieldpost";
       import { attach, texts, type SubmitDetail } from "fieldpost/form";
       import "fieldpost/form/auto";
       import "fieldpost/fieldpost.js";
       import { attach as slim } from "fieldpost/form/slim";
       import { standard } from "fieldpost/standard";
       import { testRelay } from "fieldpost/testing";
       import { conditions } from "fieldpost/conditions";
       import { dataLayer, gtag } from "fieldpost/analytics";
       import { defineElement } from "fieldpost/element";
       import { prefill } from "fieldpost/prefill";
       import { profile } from "fieldpost/profile";
       import { progress } from "fieldpost/progress";
       import { useFieldpost } from "fieldpost/react";
       import { steps } from "fieldpost/steps";
       import { touch } from "fieldpost/touch";
       import { turnstile } from "fieldpost/turnstile";
       import { debug } from "fieldpost/debug";
       import { defineRelay, relay } from "fieldpost/worker";
       const attachment = attach(document.createElement("form"), { messages: { check: "x", email: { "email.syntax": "y" } }, language: (code, issue) => issue?.field });
       addEventListener("fieldpost:submit", (event) => (event as CustomEvent<SubmitDetail>).detail.set("a", "b"));
       const report: Report = form({ fields: { email: { kind: "email" } } }).check(new FormData());
       export { checkEmail, conditions, dataLayer, debug, defineElement, defineRelay, gtag, load, prefill, profile, progress, relay, report, slim, standard, testRelay, texts, touch, turnstile, useFieldpost };
       export const at: number = steps(attachment).step;`,
  );
  for (const version of [...VERSIONS, "newest"]) {
    const folder = version === "newest" ? shop.folder : at(`typescript-${version}`);
    if (!existsSync(`${folder}/node_modules/typescript`))
      await call("npm", [
        "install",
        "--prefix",
        folder,
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        `typescript@${version}`,
      ]);
    for (const [module, moduleResolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ]) {
      source(
        "tsconfig.json",
        JSON.stringify({
          compilerOptions: {
            noEmit: true,
            strict: true,
            skipLibCheck: false,
            exactOptionalPropertyTypes: true,
            types: [],
            target: "ES2022",
            module,
            moduleResolution,
            lib: ["ES2022", "DOM", "DOM.Iterable"],
          },
          files: ["main.ts"],
        }),
      );
      await call(process.execPath, [`${folder}/node_modules/typescript/bin/tsc`, "--project", "."]);
    }
  }
}
