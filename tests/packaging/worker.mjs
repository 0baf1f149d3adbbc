// The Worker's example, which puts the token into a page; run by the Miniflare that the repository has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Miniflare } from "miniflare";
import { bundleWorker } from "../../www/demo/relay.mjs";
import { root } from "../stand.mjs";

export default async function ({ at }) {
  const outdir = at("out");
  const modules = await bundleWorker(`${root}www/examples/worker/page.js`, outdir);
  const page = readFileSync(`${root}www/examples/html/index.html`, "utf8");
  const miniflare = new Miniflare({
    modules,
    modulesRoot: outdir,
    cf: false,
    compatibilityDate: "2026-04-01",
    bindings: { RELAY: "http://relay.example" },
    serviceBindings: {
      ASSETS: () => new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } }),
    },
    outboundService: () => Response.json({ token: "1.abc.def" }),
  });
  try {
    const response = await miniflare.dispatchFetch("http://page.example/");
    assert.equal(response.headers.get("cache-control"), "private, no-store");
    assert.match(
      await response.text(),
      /<form data-fieldpost[^>]*><input type="hidden" name="_fp_token" value="1\.abc\.def">/,
    );
  } finally {
    await miniflare.dispose();
  }
}
