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
    bundle(
      'import { attach } from "fieldpost/form"; import { events } from "fieldpost/analytics"; import { conditions } from "fieldpost/conditions"; import { progress } from "fieldpost/progress"; Object.assign(globalThis, { attach, conditions, events, progress });',
    ),
  ]);
});
after(() => browser?.close());

const form = (inner, attributes = "") =>
  `<form action="${RELAY}" method="post" ${attributes}>${inner}</form>`;

test("a field may have any name: those of the form's own members hide nothing", async (t) => {
  // Members that attach or an extension uses, and those that people really name their fields after.
  const names = [
    "action",
    "method",
    "submit",
    "reset",
    "elements",
    "id",
    "hidden",
    "dataset",
    "parentNode",
    "addEventListener",
    "__proto__",
  ];
  for (const name of names) {
    const { page, seen } = await open(
      t,
      browser,
      `${form(`<input name="${name}" value="typed" aria-label="It"><input name="email" aria-label="E-mail" required><button>Send</button>`, 'id="f"')}<p data-fieldpost-done hidden>Thanks</p>`,
      { script },
    );
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
    assert.deepEqual(
      fieldsOf(seen.posts[0]),
      [
        [name, "typed"],
        ["email", "ann@example.org"],
      ],
      name,
    );
    assert.equal(
      await page.evaluate(() => document.querySelector("form").getClientRects().length),
      0,
      name,
    );
    assert.deepEqual(
      await page.evaluate(() => [...new Set(globalThis.told.map(({ form }) => form))]),
      ["f"],
      name,
    );
    await page.evaluate(() => globalThis.attachment.detach());
    assert.equal(
      await page.evaluate(() => document.querySelector("form").outerHTML.split(">")[0]),
      `<form action="${RELAY}" method="post" id="f"`,
      name,
    );
    assert.deepEqual(seen.errors, [], name);
    await page.context().close();
  }
});

test("what only closes a dialog sends nothing, and the dialog closes", async (t) => {
  for (const body of [
    `<dialog open>${form('<input name="a" aria-label="A"><button formmethod="dialog" value="no">Cancel</button>')}</dialog>`,
    `<dialog open><form action="${RELAY}" method="dialog"><input name="a" aria-label="A"><button value="no">Close</button></form></dialog>`,
  ]) {
    const { page, seen } = await open(t, browser, body, { script });
    await attached(page);
    await page.click("button");
    await page.waitForSelector("dialog:not([open])", { state: "attached" });
    assert.equal(seen.posts.length, 0);
    assert.equal(await page.locator("form").getAttribute("data-fieldpost-state"), "idle");
  }
});

test("a button that passes by the browser's checks passes by them here, too; the relay's rules stay", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      '<input name="a" aria-label="A" required pattern="[0-9]+"><input name="email" aria-label="E-mail"><button name="draft" value="1" formnovalidate>Keep</button><button>Send</button>',
    ),
    { fields: { a: { kind: "text" }, email: { kind: "email" }, draft: { kind: "text" } }, script },
  );
  await attached(page);
  await page.fill("[name=email]", "ann@");
  await page.click("[name=draft]");
  await page.waitForSelector("[name=email][aria-invalid=true]");
  assert.equal(seen.posts.length, 0);
  await page.fill("[name=email]", "");
  await page.click("[name=draft]");
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [
    ["a", ""],
    ["email", ""],
    ["draft", "1"],
  ]);
});

test("a pattern of the page's own that repeats is the browser's alone: attach holds nothing to it, and the lead goes", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form('<input name="a" aria-label="A" pattern="(a+)+b"><button>Send</button>'),
    { fields: { a: { kind: "text" } }, script },
  );
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
  assert.equal(
    await page.getByRole("status").innerText(),
    "Please check: Country, What is it about?, Colour, First name, Last name, plain",
  );
});

test("as the browser sends it: buttons, images, files, directions, hidden twins, added entries", async (t) => {
  const pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
  const cases = {
    "the second of two buttons": [
      '<button name="do" value="one">1</button><button name="do" value="two">2</button>',
      "[value=two]",
    ],
    "an image": [
      `<input type="image" name="go" alt="Send" src="${pixel}" width="30" height="30">`,
      "[type=image]",
    ],
    "no file chosen": [
      '<input type="file" name="cv" aria-label="CV"><button>Send</button>',
      "button",
    ],
    "a direction": [
      '<input name="a" value="x" dirname="a.dir" aria-label="A"><button>Send</button>',
      "button",
    ],
    "a box's hidden twin": [
      '<input type="hidden" name="news" value="0"><input type="checkbox" name="news" value="1" checked aria-label="News"><button>Send</button>',
      "button",
    ],
    "a charset": ['<input type="hidden" name="_charset_"><button>Send</button>', "button"],
    "names of other systems": [
      '<input name="wpforms[fields][0][first]" value="1"><input name="input_1.3" value="2"><input name="ctl00$Main$cb" value="3"><input name=\'a"b\' value="4"><input name="a[]" value="5"><input name="a[]" value="6"><button>Send</button>',
      "button",
    ],
    "a listener's entries": [
      '<input name="a" value="x" aria-label="A"><button>Send</button>',
      "button",
      () =>
        document
          .querySelector("form")
          .addEventListener("formdata", ({ formData }) => formData.append("added", "1")),
    ],
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

/** Translates every option as browsers do: `google` wraps its text, others write another text into the node. */
const translate = (page, google) =>
  page.evaluate((google) => {
    const WORDS = {
      Repair: "Reparación",
      Other: "Otro",
      Boiler: "Caldera",
      Drain: "Desagüe",
      Soon: "Pronto",
      Later: "Luego",
    };
    const font = () =>
      Object.assign(document.createElement("font"), { style: "vertical-align: inherit;" });
    for (const option of document.querySelectorAll("select:not([translate=no]) option")) {
      const text = WORDS[option.text];
      if (!text) continue;
      if (!google) option.firstChild.data = text;
      else {
        const [outer, inner] = [font(), font()];
        inner.textContent = text;
        outer.append(inner);
        option.replaceChildren(outer);
      }
    }
    if (google) document.documentElement.className = "translated-ltr";
  }, google);

const CHOICES = form(`<input name="a" value="1" aria-label="A">
  <select name="topic" aria-label="Topic"><option value="">Choose</option><option>Repair</option><option>Other</option></select>
  <select name="parts" aria-label="Parts" multiple><option>Boiler</option><option>Drain</option></select>
  <select name="when" aria-label="When"><option>Soon</option><option>Later</option></select>
  <fieldset data-fieldpost-if="topic=Other"><legend>More</legend><input name="which" aria-label="Which"></fieldset>
  <input name="z" value="2" aria-label="Z"><button>Send</button>`);
const CHOICE_FIELDS = {
  a: { kind: "text" },
  topic: { kind: "choice", choices: ["Repair", "Other"], required: true },
  parts: { kind: "choices", choices: ["Boiler", "Drain"] },
  when: { kind: "text" },
  which: { kind: "text" },
  z: { kind: "text" },
};
const choose = (page) =>
  page.evaluate(() => {
    const set = (name, ...indices) => {
      const select = document.querySelector(`[name=${name}]`);
      [...select.options].forEach((option, index) => (option.selected = indices.includes(index)));
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    set("topic", 2);
    set("parts", 0, 1);
    set("when", 1);
  });
const CHOSEN = [
  ["a", "1"],
  ["topic", "Other"],
  ["parts", "Boiler"],
  ["parts", "Drain"],
  ["when", "Later"],
  ["which", ""],
  ["z", "2"],
];

test("a choice whose text the browser has translated is still that choice", async (t) => {
  for (const google of [true, false]) {
    const { page, seen } = await open(t, browser, CHOICES, { fields: CHOICE_FIELDS, script });
    await page.evaluate(() => globalThis.conditions(document.querySelector("form")));
    await attached(page);
    await translate(page, google);
    await choose(page);
    assert.equal(
      await page.isVisible("[name=which]"),
      true,
      "what is asked for by that choice is shown",
    );
    await press(page);
    await state(page, "done");
    // Where nothing tells a translation from another text of the page's own, the text is what it is.
    assert.deepEqual(
      fieldsOf(seen.posts[0]),
      google ? CHOSEN : CHOSEN.map(([name, value]) => [name, name === "when" ? "Luego" : value]),
    );
    await page.context().close();
  }
});

test("what was translated before attach is that choice by its value; without one it is refused, and never another choice", async (t) => {
  const WITH_VALUES = CHOICES.replaceAll(/<option>(\w+)/g, '<option value="$1">$1');
  for (const [markup, wanted] of [
    [CHOICES, undefined],
    [WITH_VALUES, "Other"],
    [CHOICES.replace('name="topic"', '$& translate="no"'), "Other"],
  ]) {
    const { page, seen } = await open(t, browser, markup, {
      fields: { ...CHOICE_FIELDS, parts: { kind: "text" } },
      script,
    });
    await translate(page, true);
    await attached(page);
    await choose(page);
    await press(page);
    await (wanted ? state(page, "done") : page.waitForSelector("[name=topic][aria-invalid=true]"));
    assert.deepEqual(
      seen.posts.flatMap(fieldsOf).filter(([name]) => name === "topic"),
      wanted ? [["topic", wanted]] : [],
    );
    await page.context().close();
  }
});

test("also where the browser submits by itself, and over a reload", async (t) => {
  const { page, seen } = await open(t, browser, CHOICES, { fields: CHOICE_FIELDS, script });
  const begin = () =>
    page.evaluate(() => {
      const form = document.querySelector("form");
      globalThis.progress(form);
      globalThis.attach(form);
    });
  await begin();
  await translate(page, true);
  await choose(page);
  await page.reload();
  await page.evaluate(script);
  await begin();
  assert.deepEqual(
    await page.evaluate(() =>
      [...document.querySelectorAll("select")].map(({ selectedIndex }) => selectedIndex),
    ),
    [2, 0, 1],
  );
  await translate(page, true);
  // Before the rules are there.
  await page.evaluate(() => {
    document.querySelector("form").requestSubmit();
  });
  for (let turn = 0; turn < 100 && !seen.posts.length; turn++) await page.waitForTimeout(20);
  assert.deepEqual(fieldsOf(seen.posts[0]), CHOSEN);
});

test("an option that the page itself writes anew says what it says now", async (t) => {
  const { page, seen } = await open(t, browser, CHOICES, { fields: CHOICE_FIELDS, script });
  await attached(page);
  // As a framework does it that keeps the elements of a list.
  await page.evaluate(() => {
    const [topic, , when] = document.querySelectorAll("select");
    topic.options[1].text = "Other";
    topic.options[2].text = "Repair";
    when.options[1].text = "Never";
  });
  await choose(page);
  await press(page);
  await state(page, "done");
  assert.deepEqual(
    fieldsOf(seen.posts[0]).filter(([name]) => ["topic", "when"].includes(name)),
    [
      ["topic", "Repair"],
      ["when", "Never"],
    ],
  );
});
