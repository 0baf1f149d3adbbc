import { type FSWatcher, watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { HOST } from "../project/local.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const CHANGES = "/.fieldpost/changes";
const SCRIPT = "/.fieldpost/reload.js";
/** Loads the page anew when something has changed, but never under somebody's hands. */
const RELOAD = `new EventSource("${CHANGES}").onmessage = () => location.reload();\n`;
/** An editor writes a file in several steps. */
const SETTLED = 100;

export interface Page {
  readonly url: string;
  /** Has open pages load themselves anew. */
  reload(): void;
  stop(): Promise<void>;
}

/** Serves a folder as any static host would; pages become what `prepare` makes of them, and load anew when a file changes. */
export async function startPage(
  folder: string,
  port: number,
  prepare: (html: string) => string,
): Promise<Page> {
  const open = new Set<ServerResponse>();
  const reload = (): void => {
    for (const response of open) response.write("data: \n\n");
  };
  const server = createServer(async (request, response) => {
    const path = pathOf(request.url);
    if (path === CHANGES) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write(":\n\n");
      open.add(response);
      response.once("close", () => open.delete(response));
      return;
    }
    const found =
      path === SCRIPT
        ? { type: TYPES[".js"] as string, body: RELOAD }
        : path !== undefined && (await fileOf(folder, path, prepare));
    response.writeHead(found ? 200 : 404, {
      "content-type": found ? found.type : "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    response.end(found ? found.body : "There is nothing here.\n");
  });
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(port, HOST, resolve),
  );
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(reload, SETTLED);
    });
  } catch {
    // A folder that cannot be watched is served all the same.
  }
  return {
    url: `http://localhost:${port}`,
    reload,
    stop: () =>
      new Promise((resolve) => {
        clearTimeout(timer);
        watcher?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The path that is asked for, never one that leads out. */
function pathOf(url = "/"): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, "http://page").pathname);
    return path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}

async function fileOf(
  folder: string,
  path: string,
  prepare: (html: string) => string,
): Promise<{ type: string; body: string | Buffer } | undefined> {
  let file = join(folder, normalize(path));
  if (file !== folder && !file.startsWith(folder + sep)) return undefined;
  try {
    if ((await stat(file)).isDirectory()) file = join(file, "index.html");
    const body = await readFile(file);
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    if (extname(file) !== ".html") return { type, body };
    const html = prepare(body.toString("utf8"));
    return {
      type,
      body: html.replace(/<\/body>|$/, (end) => `<script src="${SCRIPT}" defer></script>${end}`),
    };
  } catch {
    return undefined;
  }
}
