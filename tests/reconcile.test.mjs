// Whether what a system has stored is still there, asked by a real relay of the real sandbox: each lead once on the day after, all of
// them again on the next; what vanished is shown, somebody is told, and it is not sent again. Kills and shares: reconcile-long.mjs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch } from "./browser.mjs";
import { AUTH, day, READS, reconciling, SYSTEMS } from "./reconciling.mjs";
import { until } from "./stand.mjs";

let world;
before(async () => {
  world = await reconciling({ ALERTS: "1" });
});
after(() => world.at.stop());

describe("a day later", () => {
  let leads;
  let gone;

  test("each system is asked for what it has stored, in batches, and once", async () => {
    leads = await world.delivered(8);
    await world.asked();
    for (const system of SYSTEMS)
      assert.equal((await world.reads(system)).length, 0, "on its own day nobody is asked about");
    assert.deepEqual(await world.counts("pardot"), [8, 0, 0, 0]);

    gone = {
      marketo: await world.remove("marketo", leads[0].email),
      pardot: await world.remove("pardot", leads[1].email),
      prospects: await world.remove("prospects", leads[2].email),
    };
    const before = await world.at.leads();
    await world.later(day + day / 24);
    await world.asked();
    for (const system of SYSTEMS)
      assert.deepEqual(await world.counts(system), [8, 7, 1, 0], `counted for ${system}`);
    // Two outboxes, each with a batch of its own.
    for (const system of ["marketo", "pardot"])
      assert.ok((await world.reads(system)).length <= 2, system);
    assert.equal((await world.reads("prospects")).length, 8);
    assert.deepEqual(await world.at.leads(), before, "nothing is sent again");
  });

  test("what vanished is named by its ids, and by nothing that somebody typed", async () => {
    const said = await world.stored();
    assert.deepEqual(
      said.vanished.map(({ account, record, lead }) => [account, record, lead]).sort(),
      [
        ["marketo", gone.marketo, leads[0].id],
        ["pardot", gone.pardot, leads[1].id],
        ["prospects", gone.prospects, leads[2].id],
      ].sort(),
    );
    const rows = [
      ...(await world.sql("SELECT * FROM vanished")),
      ...(await world.sql("SELECT * FROM reconciled")),
      ...(await world.sql("SELECT name, text FROM parts", "pardot")),
    ];
    assert.doesNotMatch(JSON.stringify([said, rows]), /canary/i);
    const metrics = await (
      await fetch(`${world.at.relay}/operator/metrics`, { headers: AUTH })
    ).text();
    const sum = [...metrics.matchAll(/^fieldpost_records_vanished\{.*\} (\d+)$/gm)];
    assert.equal(
      sum.reduce((all, [, n]) => all + Number(n), 0),
      3,
    );
  });

  test("the console shows accepted against stored, and what vanished; and somebody is told", async (t) => {
    const [browser, axe] = await Promise.all([
      launch(),
      readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
    ]);
    t.after(() => browser.close());
    for (const [width, colorScheme] of [
      [1280, "light"],
      [390, "dark"],
    ]) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.on("pageerror", (error) => assert.fail(String(error)));
      await page.goto(`${world.at.relay}/operator`);
      await page.fill("#key", "demo-operator");
      await page.keyboard.press("Enter");
      await page.click('nav >> text="Stored"');
      const rows = page.locator("section[aria-labelledby=missed] tbody tr");
      const row = rows.filter({ hasText: "pardot" });
      await row.waitFor();
      assert.equal(await rows.count(), 3);
      assert.equal(
        await row.locator("td a").getAttribute("href"),
        `https://crm.example/records/${gone.pardot}`,
      );
      const cells = await page
        .locator("section[aria-labelledby=counts] tbody tr")
        .evaluateAll((rows) =>
          rows.map((one) => [...one.querySelectorAll("td")].map((cell) => cell.textContent)),
        );
      assert.deepEqual(
        cells.map((cell) => cell.slice(1).join(" ")),
        SYSTEMS.map((system) => `${system} 8 7 1 0 0`),
      );
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px in ${width}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes[0].html]),
        [],
      );
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/stored-${width}.png`, fullPage: true });
      await row.locator("th a").click();
      await page.waitForSelector("text=Record");
      await context.close();
    }
    await until(async () => {
      const { alerts } = await world.read("today?days=1&zone=0");
      return alerts.incidents.some(({ code, count }) => code === "alert.vanished" && count === 3);
    }, "an incident");
  });

  test("on the next day all are asked about again, and a lead that is erased is not missed", async () => {
    const [, , third, fourth] = leads;
    await world.remove("pardot", fourth.email);
    const erased = await fetch(`${world.at.relay}/operator/erase`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({ email: third.email }),
    });
    assert.equal(erased.status, 200);
    assert.deepEqual(await world.counts("prospects"), [8, 7, 0, 0], "its record may go");
    await world.later(day);
    await world.asked();
    assert.deepEqual(await world.counts("prospects"), [8, 7, 0, 0]);
    assert.deepEqual(await world.counts("pardot"), [8, 6, 2, 0]);
    assert.deepEqual(await world.counts("marketo"), [8, 7, 1, 0]);
    const [first] = await world.sql("SELECT count(*) AS n FROM vanished");
    assert.ok(first);
  });

  test("a lead that is corrected afterwards counts once, and a test lead not at all", async () => {
    const { id, email } = leads[5];
    const corrected = await fetch(`${world.at.relay}/operator/correct`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({ id, values: { firstName: "Bea", lastName: "Lee", email } }),
    });
    const { rows } = await corrected.json();
    assert.ok(
      rows.every(({ moved }) => moved),
      JSON.stringify(rows),
    );
    assert.deepEqual(await world.counts("pardot"), [8, 5, 2, 0], "it is under way again");
    const tested = await fetch(`${world.at.relay}/operator/test`, {
      method: "POST",
      headers: { ...AUTH, "fieldpost-value-key": "demo-operator-values" },
      body: JSON.stringify({
        form: "pardot",
        values: { firstName: "Test", lastName: "Lee", email: "a-test@canary.example.org" },
      }),
    });
    assert.equal(tested.status, 200, await tested.text());
    await until(
      async () => (await world.sql("SELECT id FROM leads WHERE finished IS NULL")).length === 0,
      "delivery",
    );
    await world.remove("pardot", "a-test@canary.example.org");
    await world.later(day + day / 24);
    await world.asked();
    assert.deepEqual(await world.counts("pardot"), [8, 6, 2, 0]);
    assert.deepEqual(await world.counts("marketo"), [8, 7, 1, 0]);
    assert.deepEqual(await world.counts("prospects"), [8, 7, 0, 0]);
  });

  test("an account that fails is asked later, and meanwhile nothing is counted", async () => {
    await world.delivered(4, "marketo");
    await world.at.faults([
      { operation: READS.marketo, fault: "status", status: 503, times: 10_000 },
    ]);
    await world.later(day);
    await world.asked();
    assert.deepEqual(await world.counts("marketo"), [12, 7, 1, 0]);
    const tried = (await world.reads("marketo")).length;
    await world.post("wake");
    assert.equal((await world.reads("marketo")).length, tried, "it is left alone for a while");
    await world.mend();
    // Half an hour of the relay's.
    await world.later(day / 48 + 1_000);
    await world.asked();
    assert.deepEqual(await world.counts("marketo"), [12, 11, 1, 0]);
  });
});
