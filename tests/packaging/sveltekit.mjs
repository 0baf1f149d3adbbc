// SvelteKit on Node: a page with the form, and a route whose bundle carries the package.
import assert from "node:assert/strict";
import { ANSWER, SERVER, serving } from "./stand.mjs";

export const tools = [
  "@sveltejs/kit",
  "svelte",
  "vite",
  "@sveltejs/vite-plugin-svelte",
  "@sveltejs/adapter-node",
];
export const shows = ["page: server rendering", "route, bundled"];

export default async function (shop) {
  const { bin, call, source, at } = shop;
  source(
    "vite.config.js",
    'import adapter from "@sveltejs/adapter-node"; import { sveltekit } from "@sveltejs/kit/vite"; export default { plugins: [sveltekit({ adapter: adapter() })], ssr: { noExternal: ["fieldpost"] } };',
  );
  source(
    "src/app.html",
    '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>',
  );
  source("src/answer.js", SERVER);
  source(
    "src/routes/+page.svelte",
    '<script>\n  import { attach } from "fieldpost/form";\n  const fieldpost = (form) => { const { detach } = attach(form); return { destroy: detach }; };\n</script>\n<form use:fieldpost action="http://127.0.0.1:8789/leads/contact" method="post"><input name="email"><button>Send</button></form>\n',
  );
  source(
    "src/routes/answer/+server.js",
    'import { answer } from "../../answer.js"; export const GET = async () => new Response(await answer());',
  );
  await call(bin("vite"), ["build"]);
  await serving(
    process.execPath,
    () => [at("build/index.js")],
    { cwd: "/" },
    async (origin) => {
      assert.equal(await (await fetch(`${origin}/answer`)).text(), ANSWER);
      assert.match(await (await fetch(origin)).text(), /<form[^>]*leads\/contact/);
    },
  );
}
