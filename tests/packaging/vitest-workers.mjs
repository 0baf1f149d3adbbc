// Vitest in workerd, by Cloudflare's pool, which takes no newer Vitest than its own.
export const tools = ["vitest@^4.1.0", "vite", "@cloudflare/vitest-pool-workers", "wrangler"];
export const shows = ["workerd"];

export default async function ({ bin, call, source }) {
  source(
    "wrangler.jsonc",
    '{ "name": "rules", "compatibility_date": "2026-04-01", "main": "worker.js" }',
  );
  source(
    "worker.js",
    'import { checkPhone, load } from "fieldpost"; export default { async fetch() { await load(); return new Response(checkPhone("212 456 7890").value); } };',
  );
  source(
    "vitest.config.mjs",
    'import { cloudflareTest } from "@cloudflare/vitest-pool-workers"; export default { plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } })] };',
  );
  source(
    "worker.test.js",
    `import { exports } from "cloudflare:workers"; import { expect, test } from "vitest"; import { checkEmail, load } from "fieldpost";
     test("rules", async () => { await load(); expect(checkEmail("a@b.co").ok).toBe(true); expect(await (await exports.default.fetch("http://x/")).text()).toBe("+12124567890"); });`,
  );
  await call(bin("vitest"), ["run", "--root", ".", "--reporter=dot"]);
}
