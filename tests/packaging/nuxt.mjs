// Nuxt on Node: a page with the form, and a route of its server.
import assert from "node:assert/strict";
import { ANSWER, SERVER, serving } from "./stand.mjs";

export const tools = ["nuxt", "vue", "vue-router"];
export const shows = ["page: server rendering", "route"];

export default async function (shop) {
  const { bin, call, source, at } = shop;
  source("nuxt.config.js", "export default { telemetry: false, compatibilityDate: '2026-04-01' };");
  const page =
    '<script setup>\nimport { attach } from "fieldpost/form";\nconst vFieldpost = { mounted: attach, getSSRProps: () => ({}) };\n</script>\n<template><form v-fieldpost action="http://127.0.0.1:8789/leads/contact" method="post"><input name="email"><button>Send</button></form></template>\n';
  source("app.vue", page);
  source("app/app.vue", page);
  source("server/answer.js", SERVER);
  source(
    "server/api/answer.js",
    'import { answer } from "../answer.js"; export default defineEventHandler(() => answer());',
  );
  await call(bin("nuxt"), ["build"]);
  await serving(
    process.execPath,
    () => [at(".output/server/index.mjs")],
    { cwd: "/" },
    async (origin) => {
      assert.equal(await (await fetch(`${origin}/api/answer`)).text(), ANSWER);
      assert.match(await (await fetch(origin)).text(), /<form[^>]*leads\/contact/);
    },
  );
}
