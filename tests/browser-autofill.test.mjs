// People who let a machine fill the form are people: Chromium's own filling, and what password managers do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { arrived, enhanced, launch, submit, thanked, visit, visitor } from "./browser.mjs";
import { stand } from "./stand.mjs";

const LEADS = Number(process.env.LEADS ?? 1);

let browser;
let here;
before(async () => {
  [browser, here] = await Promise.all([launch(), stand({ timeScale: 10 })]);
});
after(() => Promise.allSettled([browser?.close(), here?.stop()]));

/**
 * Fills as the managers say they do: by `autocomplete`, else by type and by words in name, id and label; fields that are
 * marked as not theirs, and those nobody can reach, they leave alone, but a greedy one takes every text field in sight.
 */
function manager(person, greedy) {
  const words = [
    ["given-name", /first|given|vorname/i, person.firstName],
    ["family-name", /last|family|sur/i, person.lastName],
    ["email", /mail/i, person.email],
    ["tel", /phone|tel/i, person.phone],
    ["organization", /company|organi[sz]ation/i, "Acme"],
    ["url", /web|url|site|ref/i, "https://example.org"],
  ];
  for (const field of document.querySelectorAll("input")) {
    if (!/^(text|email|tel|url|search)$/.test(field.type) || field.value) continue;
    if (
      "1pIgnore" in field.dataset ||
      "bwignore" in field.dataset ||
      field.dataset.lpignore === "true" ||
      field.dataset.formType === "other"
    )
      continue;
    const { width, left } = field.getBoundingClientRect();
    const near = `${field.name} ${field.id} ${field.labels[0]?.textContent ?? ""}`;
    const [, , value] =
      words.find(([kind]) => field.autocomplete === kind) ??
      words.find(([, word]) => word.test(near)) ??
      [];
    const inSight = width > 2 && left > -1_000 && !field.closest("[aria-hidden=true]");
    if (!value || (!inSight && !greedy)) continue;
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
    for (const type of ["keydown", "input", "keyup", "change", "blur"])
      field.dispatchEvent(new Event(type, { bubbles: true }));
  }
  document.querySelector("[name=consent]").checked = true;
}

for (const greedy of [false, true]) {
  test(`${greedy ? "a greedy" : "a careful"} password manager's submissions, sent at once, are leads like any other`, async (t) => {
    const { page } = await visit(t, browser, here.page);
    for (let turn = 0; turn < 5 * LEADS; turn++) {
      const person = visitor(`filled${greedy ? "greedily" : ""}${turn}@example.com`);
      await page.evaluate(`(${manager})(${JSON.stringify(person)}, ${greedy})`);
      assert.equal(await page.inputValue("[name=fp_ref2]"), "", "the trap is nobody's");
      await submit(page);
      await thanked(page);
      await arrived(here, person.email);
      await page.reload();
      await enhanced(page);
    }
  });
}

test("Chromium's own address filling leaves the trap alone", async (t) => {
  const { page, context } = await visit(t, browser, here.page);
  const devtools = await context.newCDPSession(page);
  const address = {
    fields: [
      ["NAME_FULL", "Ann Lopez"],
      ["NAME_FIRST", "Ann"],
      ["NAME_LAST", "Lopez"],
      ["EMAIL_ADDRESS", "chromium@example.com"],
      ["PHONE_HOME_WHOLE_NUMBER", "6464561234"],
      ["COMPANY_NAME", "Acme"],
    ].map(([name, value]) => ({ name, value })),
  };
  await devtools.send("Autofill.enable");
  await devtools.send("Autofill.setAddresses", { addresses: [address] });
  const { root: tree } = await devtools.send("DOM.getDocument", { depth: -1 });
  const { nodeId } = await devtools.send("DOM.querySelector", {
    nodeId: tree.nodeId,
    selector: "[name=email]",
  });
  const { node } = await devtools.send("DOM.describeNode", { nodeId });
  try {
    await devtools.send("Autofill.trigger", { fieldId: node.backendNodeId, address });
  } catch (error) {
    t.skip(`this Chromium's headless mode fills no address: ${error.message}`);
    return;
  }
  await page.waitForFunction(() => document.querySelector("[name=email]").value);
  assert.equal(await page.inputValue("[name=email]"), "chromium@example.com");
  assert.equal(await page.inputValue("[name=fp_ref2]"), "");
  await page.check("[name=consent]");
  await submit(page);
  await thanked(page);
  await arrived(here, "chromium@example.com");
});
