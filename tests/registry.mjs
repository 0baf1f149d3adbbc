// A registry of npm that knows this project's packages as `make pack` has written them, and asks npm's own for all others: what
// a stranger's npm sees once they are published.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { root } from "./stand.mjs";

const NPM = process.env.npm_config_registry ?? "https://registry.npmjs.org/";
const TARBALLS = "/-/ours/";

export async function startRegistry(folder = `${root}dist`) {
  const packages = new Map();
  const files = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".tgz"))) {
    const bytes = readFileSync(`${folder}/${file}`);
    const manifest = JSON.parse(
      execFileSync("tar", ["-xzOf", `${folder}/${file}`, "package/package.json"], {
        encoding: "utf8",
      }),
    );
    files.set(file, bytes);
    packages.set(manifest.name, { manifest, file, bytes });
  }
  const ours = (name, url) => {
    const { manifest, file, bytes } = packages.get(name);
    const dist = {
      tarball: `${url}${TARBALLS}${file}`,
      integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
    };
    const { version } = manifest;
    return {
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { ...manifest, dist } },
    };
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://registry").pathname);
    try {
      if (packages.has(path.slice(1))) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(ours(path.slice(1), url)));
      } else if (path.startsWith(TARBALLS)) {
        response.end(files.get(path.slice(TARBALLS.length)));
      } else if (path.startsWith("/fieldpost")) {
        // Programs for other machines, which nobody has built here.
        response.writeHead(404).end("{}");
      } else {
        const answer = await fetch(new URL(request.url, NPM), {
          headers: { accept: request.headers.accept ?? "*/*" },
        });
        response.writeHead(answer.status, {
          "content-type": answer.headers.get("content-type") ?? "application/json",
        });
        Readable.fromWeb(answer.body).pipe(response);
      }
    } catch {
      response.writeHead(502).end("{}");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    has: (name) => packages.has(name),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
