// Makes the picture of the README (docs/images/form-kill-arrival.png) from the demo as it runs: a form with what is asked of its
// visitor, the relay killed before it is sent, and the lead in the three systems once the relay is back. `make picture`
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { arrived, fillIn, launch, submit, visit, visitor } from "./browser.mjs";
import { root, stand } from "./stand.mjs";

const target = `${root}docs/images/form-kill-arrival.png`;
/** What a page of the README may cost whoever opens it. */
const MOST = 250_000;

const ends = [];
const t = { after: (end) => ends.push(end) };
const at = await stand();
const browser = await launch();
try {
  const { page } = await visit(t, browser, at.page, {
    viewport: { width: 480, height: 1400 },
    deviceScaleFactor: 1.5,
    colorScheme: "light",
  });
  const who = visitor("ann@gmail.com");
  await fillIn(page, { ...who, email: "ann@gmial.com" });
  const suggestion = page.locator("[data-fieldpost-suggestion]");
  await suggestion.waitFor();
  const form = page.locator("form[data-fieldpost-state]");
  const shots = [
    {
      text: "A likely slip is shown; one click puts it right",
      shot: await form.screenshot(),
      from: "top",
    },
  ];
  await suggestion.click();
  await at.killRelay();
  await submit(page);
  await page.waitForSelector("form[data-fieldpost-state=saved]");
  shots.push({
    text: "kill -9 of the relay, then “Send”: the lead is sealed and kept in this browser",
    shot: await form.screenshot(),
    from: "bottom",
  });

  await at.startRelay();
  await arrived(at, who.email);
  const sandbox = await browser.newPage({
    viewport: { width: 480, height: 900 },
    deviceScaleFactor: 1.5,
    colorScheme: "light",
  });
  await sandbox.goto(at.sandbox);
  await sandbox.getByText(who.email).first().waitFor();
  shots.push({
    text: "The relay is back: one person in each of three CRMs",
    shot: await sandbox.screenshot(),
    from: "top",
  });

  const whole = await browser.newPage({ viewport: { width: 1260, height: 200 } });
  await whole.setContent(`<!doctype html><meta charset="utf-8"><style>
    body { margin: 0; padding: 16px; width: 1228px; display: grid; grid-template-columns: repeat(3, 1fr); gap: 16px; align-items: start;
      background: #fff; font: 600 15px/1.4 system-ui, sans-serif; color: #1b1b1f }
    figure { margin: 0 } img { width: 100%; height: 620px; object-fit: cover; border: 1px solid #bbb; border-radius: 8px }
    figcaption { margin: 0 0 8px; min-height: 42px }</style>${shots
      .map(
        ({ text, shot, from }, n) =>
          `<figure><figcaption>${n + 1}. ${text}</figcaption><img style="object-position: ${from}" src="data:image/png;base64,${shot.toString("base64")}"></figure>`,
      )
      .join("")}`);
  await whole.locator("body").screenshot({ path: target });
} finally {
  for (const end of ends) await end();
  await browser.close();
  await at.stop();
}
const { size } = statSync(target);
assert.ok(size < MOST, `${size} bytes are more than a page of the README may cost`);
console.log(`picture: ${target}, ${size} bytes`);
