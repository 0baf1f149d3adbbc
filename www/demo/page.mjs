// Serves the landing page, as any static host would.
import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/**
 * The policy of the page. `'wasm-unsafe-eval'` allows WebAssembly and nothing else; without it the form submits natively.
 * @param {string} relay
 */
export const policy = (relay, wasm = true) =>
  [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ""}`,
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${relay}`,
    // The relay answers a native submit with a redirect back to this page's thank-you.
    `form-action 'self' ${relay}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/**
 * Starts the page; `wasm: false` serves it under a policy that forbids WebAssembly.
 * @param {{ folder: string, relay: string, port?: number, host?: string, wasm?: boolean }} how
 */
export async function startPage({ folder, relay, port, host = "127.0.0.1", wasm = true }) {
  const bundle = await build({
    entryPoints: [`${folder}/page.js`],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome111", "firefox114", "safari16.4"],
    write: false,
    logLevel: "warning",
  });
  const script = bundle.outputFiles[0].contents;
  const server = createServer(async (request, response) => {
    const path = new URL(String(request.url), "http://page").pathname;
    const name = path === "/" ? "/index.html" : path;
    try {
      if (!/^\/[\w-]+\.(html|css|js)$/.test(name)) throw new Error("not found");
      const file = name === "/page.js" ? script : await readFile(`${folder}${name}`, "utf8");
      response.writeHead(200, {
        "content-type": TYPES[extname(name)],
        "content-security-policy": policy(relay, wasm),
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cache-control": "no-cache",
      });
      response.end(typeof file === "string" ? file.replaceAll("%RELAY%", relay) : file);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("There is nothing here.\n");
    }
  });
  await new Promise((resolve, reject) =>
    server.once("error", reject).listen(port, host, () => resolve(undefined)),
  );
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://${host}:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
