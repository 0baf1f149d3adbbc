// Six connections of an object are all that Cloudflare gives: an account that hangs must not hold up the others. A pace is
// measured here, so that nothing else may run beside it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeAll, crm, each, emails, held, worst } from "./platform.mjs";
import { until } from "./stand.mjs";

after(closeAll);

test("three accounts that hang hold up none of the other five", { timeout: 240_000 }, async () => {
  const healthy = {};
  for (let n = 0; n < 5; n++)
    healthy[`well${n}`] = await crm(n % 2 ? "marketo" : "prospects", { latency: 1_500 });
  const hanging = {
    writes: await crm("prospects", { hangs: "write" }),
    form: await crm("marketo", { hangs: "write" }),
    token: await crm("marketo", { hangs: "token" }),
  };
  const at = await held({
    accounts: { ...hanging, ...healthy },
    forms: {
      five: Object.keys(healthy),
      eight: [...Object.keys(hanging), ...Object.keys(healthy)],
    },
    timeScale: 5,
    bindings: { PLAN: "paid" },
  });
  const leads = Number(process.env.LEADS ?? 36);
  /** Leads of each of the five in a second. */
  const pace = async (form) => {
    const before = Object.values(healthy).map(({ writes }) => writes.length);
    const began = performance.now();
    await Promise.all(emails(form, leads).map((email) => at.lead(email, form)));
    await until(
      () => Object.values(healthy).every(({ writes }, n) => writes.length - before[n] >= leads),
      `the leads of ${form}`,
      100_000,
    );
    return (leads * 1_000) / (performance.now() - began);
  };
  await at.lead("warm@example.org", "five");
  const alone = await pace("five");
  const beside = await pace("eight");
  const meters = await at.meters();
  const rows = (await at.operator("leads?limit=10000")).filter(({ account }) => account in healthy);
  console.log(
    `# ${alone.toFixed(1)} leads a second of each account alone, ${beside.toFixed(1)} beside three that hang: ${(beside / alone).toFixed(2)}; at most ${worst(meters, ({ peak }) => peak)} connections of an object, ${worst(meters, ({ queued }) => queued)} queued`,
  );
  for (const { writes, reads } of Object.values(healthy)) {
    each(writes);
    assert.equal(reads, 0, "a look-up");
  }
  assert.equal(rows.filter(({ maybe_repeated }) => maybe_repeated).length, 0);
  assert.equal(
    worst(meters, ({ queued }) => queued),
    0,
    "a call waited inside the platform",
  );
  assert.ok(beside >= 0.8 * alone, `${beside} of ${alone} leads a second`);
});
