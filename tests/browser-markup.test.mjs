// Markup as it is found: what attach sends is what the browser would have sent, and nothing an owner names breaks it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { attached, bundle, fieldsOf, open, press, RELAY, state } from "./fixture.mjs";

let browser;
let script;
before(async () => {
  [browser, script] = await Promise.all([
    launch(),
    bundle('import { attach } from "fieldpost/form"; import { events } from "fieldpost/analytics"; Object.assign(globalThis, { attach, events });'),
  ]);
});
after(() => browser?.close());

const form = (inner, attributes = "") => `<form action="${RELAY}" method="post" ${attributes}>${inner}</form>`;

test("a field may have any name: those of the form's own members hide nothing", async (t) => {
  // Members that attach or an extension uses, and those that people really name their fields after.
  const names = ["action", "method", "submit", "reset", "elements", "id", "hidden", "dataset", "parentNode", "addEventListener", "__proto__"];
  for (const name of names) {
    const { page, seen } = await open(t, browser, `${form(`<input name="${name}" value="typed" aria-label="It"><input name="email" aria-label="E-mail" required><button>Send</button>`, 'id="f"')}<p data-fieldpost-done hidden>Thanks</p>`, { script });
    await page.evaluate(() => {
      globalThis.told = [];
      events((event) => globalThis.told.push(event));
    });
    assert.equal(await attached(page), true, name);
    // Playwright's own clicks walk up by `parentElement`, and do not come back from a field of that name.
    await page.evaluate(() => document.querySelector("button").click());
    await page.waitForSelector("[name=email][aria-invalid=true]:focus", { state: "attached" });
    await page.evaluate(() => {
      document.querySelector("[name=email]").value = "ann@example.org";
      document.querySelector("button").click();
    });
    await page.waitForSelector("[data-fieldpost-done]:focus", { state: "attached" });
    assert.deepEqual(fieldsOf(seen.posts[0]), [[name, "typed"], ["email", "ann@example.org"]], name);
    assert.equal(await page.evaluate(() => document.querySelector("form").getClientRects().length), 0, name);
    assert.deepEqual(await page.evaluate(() => [...new Set(globalThis.told.map(({ form }) => form))]), ["f"], name);
    await page.evaluate(() => globalThis.attachment.detach());
    assert.equal(await page.evaluate(() => document.querySelector("form").outerHTML.split(">")[0]), `<form action="${RELAY}" method="post" id="f"`, name);
    assert.deepEqual(seen.errors, [], name);
    await page.context().close();
  }
});

test("what only closes a dialog sends nothing, and the dialog closes", async (t) => {
  for (const body of [`<dialog open>${form('<input name="a" aria-label="A"><button formmethod="dialog" value="no">Cancel</button>')}</dialog>`, `<dialog open><form action="${RELAY}" method="dialog"><input name="a" aria-label="A"><button value="no">Close</button></form></dialog>`]) {
    const { page, seen } = await open(t, browser, body, { script });
    await attached(page);
    await page.click("button");
    await page.waitForSelector("dialog:not([open])", { state: "attached" });
    assert.equal(seen.posts.length, 0);
    assert.equal(await page.locator("form").getAttribute("data-fieldpost-state"), "idle");
  }
});

test("a button that passes by the browser's checks passes by them here, too; the relay's rules stay", async (t) => {
  const { page, seen } = await open(t, browser, form('<input name="a" aria-label="A" required pattern="[0-9]+"><input name="email" aria-label="E-mail"><button name="draft" value="1" formnovalidate>Keep</button><button>Send</button>'), { fields: { a: { kind: "text" }, email: { kind: "email" }, draft: { kind: "text" } }, script });
  await attached(page);
  await page.fill("[name=email]", "ann@");
  await page.click("[name=draft]");
  await page.waitForSelector("[name=email][aria-invalid=true]");
  assert.equal(seen.posts.length, 0);
  await page.fill("[name=email]", "");
  await page.click("[name=draft]");
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [["a", ""], ["email", ""], ["draft", "1"]]);
});

test("a pattern of the page's own that repeats is the browser's alone: attach holds nothing to it, and the lead goes", async (t) => {
  const { page, seen } = await open(t, browser, form('<input name="a" aria-label="A" pattern="(a+)+b"><button>Send</button>'), { fields: { a: { kind: "text" } }, script });
  assert.equal(await attached(page), true);
  await page.fill("[name=a]", "aaac");
  await press(page);
  await page.waitForSelector("[name=a][aria-invalid=true]");
  await page.fill("[name=a]", "aaab");
  await press(page);
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [["a", "aaab"]]);
});

test("fields are called by what a visitor reads: no list of choices, no name that nobody sees", async (t) => {
  const { page } = await open(
    t,
    browser,
    form(`<label>Country <select name="country" required><option value="">Choose</option><option>Canada</option></select></label>
      <label>What is it
        about? <textarea name="about" required></textarea></label>
      <fieldset><legend>Colour</legend><label><input type="radio" name="colour" value="1" required>Red</label><label><input type="radio" name="colour" value="2">Blue</label></fieldset>
      <input name="input_1.3" placeholder="First name" required><input name="input_1.6" aria-label="Last name" required><input name="plain" required><button>Send</button>`),
    { script },
  );
  await attached(page);
  await press(page);
  await page.waitForSelector("[aria-invalid=true]");
  assert.equal(await page.getByRole("status").innerText(), "Please check: Country, What is it about?, Colour, First name, Last name, plain");
});

test("as the browser sends it: buttons, images, files, directions, hidden twins, added entries", async (t) => {
  const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
  const cases = {
    "the second of two buttons": ['<button name="do" value="one">1</button><button name="do" value="two">2</button>', "[value=two]"],
    "an image": [`<input type="image" name="go" alt="Send" src="${pixel}" width="30" height="30">`, "[type=image]"],
    "no file chosen": ['<input type="file" name="cv" aria-label="CV"><button>Send</button>', "button"],
    "a direction": ['<input name="a" value="x" dirname="a.dir" aria-label="A"><button>Send</button>', "button"],
    "a box's hidden twin": ['<input type="hidden" name="news" value="0"><input type="checkbox" name="news" value="1" checked aria-label="News"><button>Send</button>', "button"],
    "a charset": ['<input type="hidden" name="_charset_"><button>Send</button>', "button"],
    "names of other systems": ['<input name="wpforms[fields][0][first]" value="1"><input name="input_1.3" value="2"><input name="ctl00$Main$cb" value="3"><input name=\'a"b\' value="4"><input name="a[]" value="5"><input name="a[]" value="6"><button>Send</button>', "button"],
    "a listener's entries": ['<input name="a" value="x" aria-label="A"><button>Send</button>', "button", () => document.querySelector("form").addEventListener("formdata", ({ formData }) => formData.append("added", "1"))],
  };
  for (const [name, [inner, button, prepare]] of Object.entries(cases)) {
    const sent = async (ours) => {
      const { page, seen } = await open(t, browser, form(inner), { script });
      if (prepare) await page.evaluate(prepare);
      if (ours) assert.equal(await attached(page), true, name);
      await page.click(button);
      for (let turn = 0; turn < 100 && !seen.posts.length; turn++) await page.waitForTimeout(20);
      assert.equal(seen.posts.length, 1, name);
      return fieldsOf(seen.posts[0]);
    };
    assert.deepEqual(await sent(true), await sent(false), name);
  }
});
