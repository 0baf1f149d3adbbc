// Next, by both of its bundlers: a form in the browser; the package in a route, at the edge, in a server component, in an action.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { ANSWER, SERVER, serving, submits } from "./stand.mjs";

export const tools = ["next", "react", "react-dom"];
export const shows = [
  "Turbopack: client, server component, action, route, edge",
  "webpack: the same without edge",
];

const EDGE = `
  import { checkPhone, load } from "fieldpost";
  export const runtime = "edge";
  export async function GET() { await load(); return new Response(checkPhone("(212) 456-7890 x12").ext); }
`;

export default async function (shop) {
  const { bin, call, at, example, source } = shop;
  example("next", "app-static");
  source(
    "app-static/next.config.js",
    `export default { output: "export", turbopack: { root: ${JSON.stringify(shop.folder)} } };\n`,
  );
  for (const bundler of ["--turbopack", "--webpack"]) {
    await call(bin("next"), ["build", bundler], { cwd: at("app-static") });
    await submits(at("app-static/out"));
  }
  const app = (path, text) => source(`app-server/${path}`, text);
  app("package.json", '{"private":true,"type":"module"}');
  app(
    "next.config.js",
    `export default { turbopack: { root: ${JSON.stringify(shop.folder)} } };\n`,
  );
  app("answer.js", SERVER);
  app(
    "app/layout.jsx",
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }',
  );
  app(
    "app/route/route.js",
    'import { answer } from "../../answer.js"; export const dynamic = "force-dynamic"; export const GET = async () => new Response(await answer());',
  );
  app("app/edge/route.js", EDGE);
  app(
    "app/component/page.jsx",
    'import { answer } from "../../answer.js"; export const dynamic = "force-dynamic"; export default async function Page() { return <p>{await answer()}</p>; }',
  );
  app(
    "app/action/page.jsx",
    `import { redirect } from "next/navigation"; import { answer } from "../../answer.js";
     async function act() { "use server"; redirect("/done?said=" + encodeURIComponent(await answer())); }
     export default function Page() { return <form action={act}><button>Send</button></form>; }`,
  );
  for (const bundler of ["--turbopack", "--webpack"]) {
    // What the other bundler has left is none of its business.
    rmSync(at("app-server/.next"), { recursive: true, force: true });
    // By webpack Next 16.4 builds no edge route, not even an empty one; its older edge functions take no WebAssembly there. Next calls
    // that runtime deprecated.
    const hasEdge = bundler === "--turbopack";
    if (!hasEdge) rmSync(at("app-server/app/edge"), { recursive: true, force: true });
    await call(bin("next"), ["build", bundler], { cwd: at("app-server") });
    await serving(
      bin("next"),
      (port) => ["start", "--port", port],
      { cwd: at("app-server") },
      async (origin) => {
        const text = async (path) => (await fetch(`${origin}${path}`)).text();
        assert.equal(await text("/route"), ANSWER, bundler);
        if (hasEdge) assert.equal(await text("/edge"), "12", bundler);
        assert.ok((await text("/component")).includes(ANSWER), bundler);
        const body = new FormData();
        for (const [, name] of (await text("/action")).matchAll(/name="(\$ACTION[^"]*)"/g))
          body.set(name, "");
        const { headers } = await fetch(`${origin}/action`, {
          method: "POST",
          body,
          redirect: "manual",
        });
        assert.equal(
          new URL(headers.get("location"), origin).searchParams.get("said"),
          ANSWER,
          bundler,
        );
      },
    );
  }
}
