// The three engines behind one small face: open a page, run a function in it, type, press, take a picture.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { freePort, until } from "./stand.mjs";

/** What a visitor's surroundings are: all optional. */
// { width, height, dark, javaScript: false, storage: false }

export const engines = {
  async chromium({ width = 1280, height = 900, dark = false, javaScript = true, storage = true } = {}) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: javaScript });
    if (!storage) await context.addInitScript(blockStorage);
    const page = await context.newPage();
    return {
      goto: (url) => page.goto(url),
      run: (act, ...args) => page.evaluate(`(${act}).apply(null, ${JSON.stringify(args)})`),
      type: (selector, text) => page.locator(selector).pressSequentially(text),
      key: (name) => page.keyboard.press(name),
      click: (selector) => page.click(selector),
      url: async () => page.url(),
      picture: (path) => page.screenshot({ path, fullPage: true }),
      version: async () => `Chromium ${browser.version()}`,
      close: () => browser.close(),
    };
  },

  async firefox(options = {}) {
    const { width = 1280, height = 900, dark = false, javaScript = true, storage = true } = options;
    const profile = await mkdtemp(join(tmpdir(), "fieldpost-firefox-"));
    const prefs = {
      "browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "app.update.enabled": false,
      "browser.startup.homepage_override.mstone": "ignore", "toolkit.telemetry.enabled": false, "remote.active-protocols": 1,
      "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false,
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      "javascript.enabled": javaScript,
      ...(!storage && { "dom.indexedDB.enabled": false, "dom.storage.enabled": false }),
    };
    await writeFile(join(profile, "user.js"), Object.entries(prefs).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""));
    const port = await freePort();
    const child = spawn(process.env.FIREFOX ?? "firefox-esr", ["--headless", "--no-remote", "--profile", profile, `--remote-debugging-port=${port}`, "about:blank"], { detached: true, stdio: "ignore", env: { ...process.env, HOME: profile } });
    const bidi = await connectBidi(`ws://127.0.0.1:${port}/session`);
    const { capabilities } = await bidi("session.new", { capabilities: {} });
    const { contexts: [{ context }] } = await bidi("browsingContext.getTree", {});
    await bidi("browsingContext.setViewport", { context, viewport: { width, height } });
    if (!storage) await bidi("script.addPreloadScript", { functionDeclaration: String(blockStorage) });
    // Where the page has no JavaScript, the driver still has: in a sandbox of its own.
    const target = { context, sandbox: "driver" };
    const run = async (act, ...args) => {
      const { result, exceptionDetails } = await bidi("script.evaluate", { expression: `Promise.resolve((${act}).apply(null, ${JSON.stringify(args)})).then((value) => JSON.stringify(value) ?? "null")`, target, awaitPromise: true });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value);
    };
    const keys = (values) => bidi("input.performActions", { context, actions: [{ type: "key", id: "keyboard", actions: values.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]) }] });
    const KEYS = { Tab: "\ue004", Enter: "\ue007", Space: " ", Backspace: "\ue003" };
    /** With a real pointer: where the page has no JavaScript, the driver has none in it either. */
    const point = async (selector) => {
      const { nodes: [node] } = await bidi("browsingContext.locateNodes", { context, locator: { type: "css", value: selector }, maxNodeCount: 1 });
      const origin = { type: "element", element: { sharedId: node.sharedId } };
      await bidi("input.performActions", {
        context,
        actions: [{ type: "pointer", id: "mouse", actions: [{ type: "pointerMove", x: 0, y: 0, origin }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }] }],
      });
    };
    return {
      goto: (url) => bidi("browsingContext.navigate", { context, url, wait: "complete" }),
      run,
      async type(selector, text) {
        if (javaScript) await run((selector) => document.querySelector(selector).focus(), selector);
        else await point(selector);
        await keys([...text]);
      },
      key: (name) => keys([KEYS[name]]),
      click: (selector) => (javaScript ? run((selector) => document.querySelector(selector).click(), selector) : point(selector)),
      url: async () => (await bidi("browsingContext.getTree", { root: context })).contexts[0].url,
      async picture(path) {
        const { data } = await bidi("browsingContext.captureScreenshot", { context, origin: "document" });
        await writeFile(path, Buffer.from(data, "base64"));
      },
      version: async () => `Firefox ${capabilities.browserVersion}`,
      async close() {
        bidi.close();
        await killed(child);
        await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      },
    };
  },

  async webkit(options = {}) {
    const { width = 1280, height = 900, dark = false, storage = true, javaScript = true } = options;
    const port = await freePort();
    const display = `:${90 + (port % 900)}`;
    const home = await mkdtemp(join(tmpdir(), "fieldpost-webkit-"));
    const x = spawn("Xvfb", [display, "-screen", "0", "1400x1600x24"], { detached: true, stdio: "ignore" });
    const child = spawn("WebKitWebDriver", [`--port=${port}`], {
      detached: true, stdio: "ignore",
      env: { ...process.env, DISPLAY: display, HOME: home, GTK_THEME: dark ? "Adwaita:dark" : "Adwaita", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1", LIBGL_ALWAYS_SOFTWARE: "1" },
    });
    const call = async (method, path, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, signal: AbortSignal.timeout(30_000), ...(body && { body: JSON.stringify(body) }) });
      const { value } = await response.json();
      if (value?.error) throw new Error(`${value.error}: ${value.message}`);
      return value;
    };
    await until(() => call("GET", "/status").then(() => true, () => false), "WebKitWebDriver");
    const MiniBrowser = process.env.MINIBROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
    const { sessionId, capabilities } = await call("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { binary: process.env.MINIBROWSER ?? (await firstThere([MiniBrowser, "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser"])), args: ["--automation", ...(javaScript ? [] : ["--enable-javascript=false"]), ...(storage ? [] : ["--private"])] } } },
    });
    const at = `/session/${sessionId}`;
    await call("POST", `${at}/window/rect`, { width, height, x: 0, y: 0 }).catch(() => undefined);
    const run = (act, ...args) => call("POST", `${at}/execute/sync`, { script: `return (${act}).apply(null, arguments)`, args });
    const element = async (selector) => Object.values(await call("POST", `${at}/element`, { using: "css selector", value: selector }))[0];
    const KEYS = { Tab: "\ue004", Enter: "\ue007", Space: " ", Backspace: "\ue003" };
    return {
      goto: async (url) => {
        await call("POST", `${at}/url`, { url });
        if (!storage) await run(blockStorage);
      },
      run,
      url: () => call("GET", `${at}/url`),
      type: async (selector, text) => call("POST", `${at}/element/${await element(selector)}/value`, { text }),
      key: (name) => call("POST", `${at}/actions`, { actions: [{ type: "key", id: "keyboard", actions: [{ type: "keyDown", value: KEYS[name] }, { type: "keyUp", value: KEYS[name] }] }] }),
      click: (selector) => run((selector) => document.querySelector(selector).click(), selector),
      async picture(path) {
        await writeFile(path, Buffer.from(await call("GET", `${at}/screenshot`), "base64"));
      },
      version: async () => `WebKitGTK ${capabilities.browserVersion}`,
      async close() {
        await call("DELETE", at).catch(() => undefined);
        await killed(child);
        await killed(x);
        await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      },
    };
  },
};

function blockStorage() {
  for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { configurable: true, get() { throw new DOMException("The operation is insecure.", "SecurityError"); } });
  }
}

async function firstThere(paths) {
  const { existsSync } = await import("node:fs");
  return paths.find((path) => existsSync(path)) ?? paths[0];
}

async function killed(child) {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    return;
  }
  await gone;
}

/** WebDriver BiDi over Node's own WebSocket, or the one that miniflare brings. */
async function connectBidi(url) {
  const WebSocket = globalThis.WebSocket ?? (await import("ws")).default;
  let socket;
  await until(
    () =>
      new Promise((resolve) => {
        socket = new WebSocket(url);
        socket.onopen = () => resolve(true);
        socket.onerror = () => setTimeout(() => resolve(false), 200);
      }),
    "Firefox",
    40_000,
  );
  const waiting = new Map();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error, message } = JSON.parse(data);
    const [resolve, reject] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) reject?.(new Error(`${error}: ${message}`));
    else resolve?.(result);
  };
  const call = (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, [resolve, reject]);
      setTimeout(() => reject(new Error(`${method}: no answer in 30 s`)), 30_000).unref();
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return Object.assign(call, { close: () => socket.close() });
}
