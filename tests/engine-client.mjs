// The three engines behind one small face: open a page, run a function in it, type, press, take a picture.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Builder, By, Key } from "selenium-webdriver";
import Bidi from "selenium-webdriver/bidi/index.js";
import { freePort, until } from "./stand.mjs";

/** What a visitor's surroundings are: all optional. */
// { width, height, dark, javaScript: false, storage: false }

export const engines = {
  async chromium({
    width = 1280,
    height = 900,
    dark = false,
    javaScript = true,
    storage = true,
  } = {}) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: javaScript,
    });
    if (!storage) await context.addInitScript(blockStorage);
    const page = await context.newPage();
    return {
      goto: (url) => page.goto(url),
      run: (act, ...args) => page.evaluate(`(${act}).apply(null, ${JSON.stringify(args)})`),
      type: (selector, text) => page.locator(selector).pressSequentially(text),
      key: (name) => page.keyboard.press(name),
      click: (selector) => page.click(selector),
      point: (selector) => page.click(selector),
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
      "browser.shell.checkDefaultBrowser": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "app.update.enabled": false,
      "browser.startup.homepage_override.mstone": "ignore",
      "toolkit.telemetry.enabled": false,
      "remote.active-protocols": 1,
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "layout.css.prefers-color-scheme.content-override": dark ? 0 : 1,
      "javascript.enabled": javaScript,
      ...(!storage && { "dom.indexedDB.enabled": false, "dom.storage.enabled": false }),
    };
    await writeFile(
      join(profile, "user.js"),
      Object.entries(prefs)
        .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
        .join(""),
    );
    const port = await freePort();
    const child = spawn(
      process.env.FIREFOX ?? "firefox-esr",
      [
        "--headless",
        "--no-remote",
        "--profile",
        profile,
        `--remote-debugging-port=${port}`,
        "about:blank",
      ],
      { detached: true, stdio: "ignore", env: { ...process.env, HOME: profile } },
    );
    const bidi = await connectBidi(`ws://127.0.0.1:${port}/session`);
    const { capabilities } = await bidi("session.new", { capabilities: {} });
    // The tab that it begins with has no focus where there is no screen; one that is opened has it, as what somebody types into.
    const { context } = await bidi("browsingContext.create", { type: "tab" });
    await bidi("browsingContext.setViewport", { context, viewport: { width, height } });
    if (!storage)
      await bidi("script.addPreloadScript", { functionDeclaration: String(blockStorage) });
    // Where the page has no JavaScript, the driver still has: in a sandbox of its own.
    const target = { context, sandbox: "driver" };
    const run = async (act, ...args) => {
      const { result, exceptionDetails } = await bidi("script.evaluate", {
        expression: `Promise.resolve((${act}).apply(null, ${JSON.stringify(args)})).then((value) => JSON.stringify(value) ?? "null")`,
        target,
        awaitPromise: true,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value);
    };
    const keys = (values) =>
      bidi("input.performActions", {
        context,
        actions: [
          {
            type: "key",
            id: "keyboard",
            actions: values.flatMap((value) => [
              { type: "keyDown", value },
              { type: "keyUp", value },
            ]),
          },
        ],
      });
    const KEYS = { Tab: "\ue004", Enter: "\ue007", Space: " ", Backspace: "\ue003" };
    /** With a real pointer: where the page has no JavaScript, the driver has none in it either. */
    const point = async (selector) => {
      const {
        nodes: [node],
      } = await bidi("browsingContext.locateNodes", {
        context,
        locator: { type: "css", value: selector },
        maxNodeCount: 1,
      });
      const origin = { type: "element", element: { sharedId: node.sharedId } };
      await bidi("input.performActions", {
        context,
        actions: [
          {
            type: "pointer",
            id: "mouse",
            actions: [
              { type: "pointerMove", x: 0, y: 0, origin },
              { type: "pointerDown", button: 0 },
              { type: "pointerUp", button: 0 },
            ],
          },
        ],
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
      click: (selector) =>
        javaScript
          ? run((selector) => document.querySelector(selector).click(), selector)
          : point(selector),
      async point(selector) {
        await run(
          (selector) => document.querySelector(selector).scrollIntoView({ block: "center" }),
          selector,
        );
        await point(selector);
      },
      url: async () => (await bidi("browsingContext.getTree", { root: context })).contexts[0].url,
      async picture(path) {
        const { data } = await bidi("browsingContext.captureScreenshot", {
          context,
          origin: "document",
        });
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
    const x = spawn("Xvfb", [display, "-screen", "0", "1400x1600x24"], {
      detached: true,
      stdio: "ignore",
    });
    const child = spawn("WebKitWebDriver", [`--port=${port}`], {
      detached: true,
      stdio: "ignore",
      env: {
        ...process.env,
        DISPLAY: display,
        HOME: home,
        GTK_THEME: dark ? "Adwaita:dark" : "Adwaita",
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
        WEBKIT_DISABLE_COMPOSITING_MODE: "1",
        LIBGL_ALWAYS_SOFTWARE: "1",
      },
    });
    const MiniBrowser =
      process.env.MINIBROWSER ??
      (await firstThere([
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
      ]));
    const server = `http://127.0.0.1:${port}`;
    await until(
      () =>
        fetch(`${server}/status`).then(
          () => true,
          () => false,
        ),
      "WebKitWebDriver",
    );
    const args = [
      "--automation",
      ...(javaScript ? [] : ["--enable-javascript=false"]),
      ...(storage ? [] : ["--private"]),
    ];
    const driver = await new Builder()
      .usingServer(server)
      .withCapabilities({
        browserName: "MiniBrowser",
        "webkitgtk:browserOptions": { binary: MiniBrowser, args },
      })
      .build();
    await driver
      .manage()
      .window()
      .setRect({ width, height, x: 0, y: 0 })
      .catch(() => undefined);
    const run = (act, ...args) =>
      driver.executeScript(`return (${act}).apply(null, arguments)`, ...args);
    const KEYS = { Tab: Key.TAB, Enter: Key.ENTER, Space: Key.SPACE, Backspace: Key.BACK_SPACE };
    return {
      goto: async (url) => {
        await driver.get(url);
        if (!storage) await run(blockStorage);
      },
      run,
      url: () => driver.getCurrentUrl(),
      type: (selector, text) => driver.findElement(By.css(selector)).sendKeys(text),
      key: (name) => driver.actions().sendKeys(KEYS[name]).perform(),
      click: (selector) => run((selector) => document.querySelector(selector).click(), selector),
      point: (selector) => driver.findElement(By.css(selector)).click(),
      picture: async (path) =>
        writeFile(path, Buffer.from(await driver.takeScreenshot(), "base64")),
      version: async () => `WebKitGTK ${(await driver.getCapabilities()).getBrowserVersion()}`,
      async close() {
        await driver.quit().catch(() => undefined);
        await killed(child);
        await killed(x);
        await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      },
    };
  },
};

function blockStorage() {
  for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, {
      configurable: true,
      get() {
        throw new DOMException("The operation is insecure.", "SecurityError");
      },
    });
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

/** WebDriver BiDi with Firefox itself: no registry has the driver that a Selenium session would need in between. */
async function connectBidi(url) {
  let bidi;
  const isThere = () => {
    bidi = new Bidi(url);
    return bidi.waitForConnection().then(
      () => true,
      () => new Promise((resolve) => setTimeout(resolve, 200)),
    );
  };
  await until(isThere, "Firefox", 40_000);
  const call = async (method, params) => {
    const { result, error, message } = await bidi.send({ method, params });
    if (error) throw new Error(`${error}: ${message}`);
    return result;
  };
  return Object.assign(call, { close: () => bidi.socket.close() });
}
