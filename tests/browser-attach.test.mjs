// What attach does with the forms that people write: each kind of field, each way to put one together.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import {
  attached,
  attachScript,
  bundle,
  fieldsOf,
  open,
  press,
  queued,
  RELAY,
  state,
} from "./fixture.mjs";
import { launch } from "./browser.mjs";
import { root } from "./stand.mjs";

let browser;
let script;
before(async () => {
  [browser, script] = await Promise.all([launch(), attachScript()]);
});
after(() => browser?.close());

const form = (inner, attributes = "") =>
  `<form action="${RELAY}" method="post" ${attributes}>${inner}<button>Send</button></form>`;
const described = (page, selector) =>
  page.evaluate((selector) => {
    const ids = document.querySelector(selector).getAttribute("aria-describedby")?.split(" ") ?? [];
    return ids.map((id) => document.getElementById(id)?.textContent.trim());
  }, selector);

test("a phone number is formatted while it is typed, and the caret stays where it was", async (t) => {
  const { page } = await open(
    t,
    browser,
    form('<label>Phone <input name="phone" type="tel"></label>'),
    { fields: { phone: { kind: "phone" } }, script },
  );
  await attached(page);
  const field = page.locator("[name=phone]");
  const type = async (text) => {
    await field.fill("");
    await field.pressSequentially(text);
    return field.inputValue();
  };
  for (const [typed, shown] of [
    ["2", "2"],
    ["212", "212"],
    ["2124", "(212) 4"],
    ["2124567", "(212) 456-7"],
    ["2124567890", "(212) 456-7890"],
    ["212-456-7890", "(212) 456-7890"],
    ["(212)4567890", "(212) 456-7890"],
    ["+12124567890", "+1 (212) 456-7890"],
    ["12124567890", "1 (212) 456-7890"],
    // Not a number of North America, or not only one: it stays as it is typed.
    ["+442079460000", "+442079460000"],
    ["2124567890 x12", "(212) 456-7890 x12"],
    ["1-800-FLOWERS", "1 800FLOWERS"],
    ["21245678901", "(212) 456-78901"],
  ])
    assert.equal(await type(typed), shown, typed);

  const caret = () => field.evaluate((one) => [one.value, one.selectionStart]);
  const at = (place) => field.evaluate((one, place) => one.setSelectionRange(place, place), place);
  await type("2124567890");
  await at(8);
  await field.press("Backspace");
  assert.deepEqual(await caret(), ["(212) 467-890", 7]);
  await field.press("5");
  assert.deepEqual(await caret(), ["(212) 456-7890", 8]);
  // Over what is not a digit, Backspace goes on to the digit.
  await at(6);
  await field.press("Backspace");
  assert.deepEqual(await caret(), ["(212) 456-7890", 4]);
  await field.press("Backspace");
  assert.deepEqual(await caret(), ["(214) 567-890", 3]);
});

test("a phone field with a pattern of its own is left alone", async (t) => {
  const { page } = await open(
    t,
    browser,
    form(
      '<input name="a" pattern="[0-9]*"><input name="b" maxlength="10"><input name="c" data-fieldpost-format="off">',
    ),
    {
      fields: { a: { kind: "phone" }, b: { kind: "phone" }, c: { kind: "phone" } },
      script,
    },
  );
  await attached(page);
  for (const name of ["a", "b", "c"]) {
    await page.locator(`[name=${name}]`).pressSequentially("2124567890");
    const value = await page.inputValue(`[name=${name}]`);
    if (name === "b")
      assert.ok(value.length <= 10 && value.replace(/\D/g, "").startsWith("2124567"), value);
    else assert.equal(value, "2124567890", name);
  }
});

test("nothing is said while a field is filled for the first time, and what was said goes as soon as it is right", async (t) => {
  const { page } = await open(
    t,
    browser,
    form(
      '<label>E-mail <input name="email" type="email" required aria-describedby="hint"></label><p id="hint">For the answer</p>',
    ),
    {
      fields: { email: { kind: "email", required: true } },
      script,
    },
  );
  await attached(page);
  const email = page.locator("[name=email]");
  await email.pressSequentially("ann@");
  assert.equal(await email.getAttribute("aria-invalid"), null);
  await email.press("Tab");
  assert.equal(await email.getAttribute("aria-invalid"), "true");
  assert.equal(
    (await described(page, "[name=email]"))[0],
    "For the answer",
    "the owner's hint stays",
  );
  assert.equal((await described(page, "[name=email]")).length, 2);
  await email.focus();
  await email.press("End");
  await email.pressSequentially("example.or");
  assert.equal(
    await email.getAttribute("aria-invalid"),
    null,
    "right at the first moment that it can be",
  );
  assert.deepEqual(await described(page, "[name=email]"), ["For the answer"]);
});

test("radio groups, repeated boxes, a joined field and a disabled fieldset", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      `
      <fieldset><legend>Size</legend><label><input type="radio" name="size" value="s" required> S</label><label><input type="radio" name="size" value="m" required> M</label></fieldset>
      <fieldset><legend>Topics</legend><label><input type="checkbox" name="topics" value="a"> A</label><label><input type="checkbox" name="topics" value="b"> B</label></fieldset>
      <fieldset disabled><legend>Off</legend><input name="off" required></fieldset>`,
      'id="f"',
    ) + '<label>Outside <input name="outside" form="f" required></label>',
    {
      fields: {
        size: { kind: "choice", choices: ["s", "m"], required: true },
        topics: { kind: "choices", choices: ["a", "b"], min: 1, required: true },
        outside: { kind: "text", required: true },
      },
      script,
    },
  );
  await attached(page);
  await press(page);
  await page.waitForSelector("[aria-invalid]");
  assert.equal(
    await page.evaluate(() => document.activeElement.name),
    "size",
    "the first of the group has the focus",
  );
  assert.equal(
    await page.locator("fieldset:first-of-type > [data-fieldpost-issue=size]").count(),
    1,
    "one message, at the end of its fieldset",
  );
  assert.equal(await page.locator("[data-fieldpost-severity]").count(), 3);
  assert.equal(
    await page
      .locator(
        "[name=outside] ~ [data-fieldpost-issue], label:has([name=outside]) + [data-fieldpost-issue]",
      )
      .count(),
    1,
  );
  await page.check("[value=m]");
  await page.check("[value=a]");
  await page.check("[value=b]");
  await page.fill("[name=outside]", "here");
  await page.click("button");
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [
    ["size", "m"],
    ["topics", "a"],
    ["topics", "b"],
    ["outside", "here"],
  ]);
});

test("no kind of field breaks WCAG 2.2 AA when it is wrong", async (t) => {
  const fields = ["r", "c", "one", "s", "t", "f"].map((name) => [
    name,
    { kind: "text", required: true },
  ]);
  const { page } = await open(
    t,
    browser,
    `<main><h1>Form</h1>${form(
      `
    <fieldset><legend>R</legend><label><input type="radio" name="r" value="1"> 1</label><label><input type="radio" name="r" value="2"> 2</label></fieldset>
    <fieldset><legend>C</legend><label><input type="checkbox" name="c" value="1"> 1</label><label><input type="checkbox" name="c" value="2"> 2</label></fieldset>
    <label><input type="checkbox" name="one" value="1"> One</label>
    <label>S <select name="s"><option value="">–</option><option>1</option></select></label>
    <label>T <textarea name="t"></textarea></label><label>E <input name="e" value="ann@gmial.com"></label>
    <label>F <input type="file" name="f"></label>`,
      'data-fieldpost-file="https://files.example/"',
    )}</main>`,
    {
      fields: { ...Object.fromEntries(fields), e: { kind: "email" } },
      script,
      head: `<style>${await readFile(`${root}pkg/src/form/form.css`, "utf8")}</style>`,
    },
  );
  await attached(page);
  await page.setInputFiles("[name=f]", {
    name: "f.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("x"),
  });
  await press(page);
  await page.waitForSelector("[name=t][aria-invalid]");
  assert.equal(await page.locator("[data-fieldpost-severity]").count(), 7);
  await page.evaluate(
    await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  );
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
      rules: { "target-size": { enabled: true } },
    }),
  );
  assert.deepEqual(
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
    [],
  );
});

test("a custom element with ElementInternals is a field like any other, even one that shows nothing of itself", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form('<x-rating name="rating" tabindex="0">Stars</x-rating>'),
    { fields: { rating: { kind: "text" } } },
  );
  await page.evaluate(() => {
    customElements.define(
      "x-rating",
      class extends HTMLElement {
        static formAssociated = true;
        #internals = this.attachInternals();
        connectedCallback() {
          this.#internals.setValidity({ valueMissing: true }, "Please rate.");
        }
        rate(value) {
          this.#internals.setFormValue(value);
          this.#internals.setValidity({});
          this.dispatchEvent(new Event("change", { bubbles: true }));
        }
      },
    );
  });
  await page.evaluate(script);
  await attached(page);
  await press(page);
  await page.waitForSelector("x-rating[aria-invalid=true]");
  assert.deepEqual(await described(page, "x-rating"), ["Please check this field."]);
  assert.equal(await page.evaluate(() => document.activeElement.localName), "x-rating");
  await page.evaluate(() => document.querySelector("x-rating").rate("5"));
  assert.equal(await page.locator("x-rating[aria-invalid]").count(), 0);
  await press(page);
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [["rating", "5"]]);
});

test("fields that come later count, and those that go take their message along", async (t) => {
  const { page, seen } = await open(t, browser, form('<input name="a" aria-label="A">'), {
    fields: { a: { kind: "text", required: true }, b: { kind: "email" } },
    script,
  });
  await attached(page);
  await page.evaluate(() =>
    document
      .querySelector("form")
      .prepend(Object.assign(document.createElement("input"), { name: "b", id: "b" })),
  );
  await page.fill("[name=b]", "no");
  await press(page);
  await page.waitForSelector("[name=b][aria-invalid]");
  assert.equal(await page.locator("[data-fieldpost-severity]").count(), 2);
  await page.evaluate(() => document.querySelector("[name=b]").remove());
  await page.fill("[name=a]", "x");
  await press(page);
  await state(page, "done");
  assert.equal(await page.locator("[data-fieldpost-severity]").count(), 0);
  assert.deepEqual(fieldsOf(seen.posts[0]), [["a", "x"]]);
});

test("what the owner has marked up stops a lead too: patterns, custom validity, fields without a name", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      '<input name="a" pattern="[a-z]+" title="letters" aria-label="A" value="1"><input id="again" required aria-label="Again">',
    ),
    { fields: { a: { kind: "text" } }, script },
  );
  await attached(page);
  await press(page);
  await page.waitForSelector("#again[aria-invalid=true]");
  assert.equal(await page.locator("[name=a][aria-invalid=true]").count(), 1);
  assert.match(await page.getByRole("status").innerText(), /^Please check: A, Again$/);
  await page.fill("[name=a]", "abc");
  await page.fill("#again", "x");
  await page.evaluate(() => document.querySelector("[name=a]").setCustomValidity("Taken."));
  await press(page);
  await page.waitForFunction(
    () => document.querySelector("[data-fieldpost-issue=a]")?.textContent === "Taken.",
  );
  assert.equal(seen.posts.length, 0);
});

test("a chosen file is refused with the link that the owner sets, and never left out in silence", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      '<label>Plan <input type="file" name="plan"></label><input name="a" value="x" aria-label="A">',
      'data-fieldpost-file="https://files.example/up"',
    ),
    { fields: { a: { kind: "text" } }, script },
  );
  await attached(page);
  await page.setInputFiles("[name=plan]", {
    name: "plan.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("x"),
  });
  await press(page);
  const link = page.locator("[data-fieldpost-issue=plan] a");
  assert.equal(await link.getAttribute("href"), "https://files.example/up");
  assert.equal(seen.posts.length, 0);
  await page.setInputFiles("[name=plan]", []);
  await press(page);
  await state(page, "done");
  assert.deepEqual(
    fieldsOf(seen.posts[0]),
    [
      ["plan", ""],
      ["a", "x"],
    ],
    "as the browser sends it",
  );
});

test("the first who has words for an issue speaks: the field, the form, the language, and then we", async (t) => {
  const { page } = await open(
    t,
    browser,
    form(
      '<input name="a"><input name="b"><input name="c"><input name="d" data-fieldpost-message="Say d."><input name="e" type="email" value="no">',
    ),
    {
      fields: Object.fromEntries(
        [..."abcd"]
          .map((name) => [name, { kind: "text", required: true }])
          .concat([["e", { kind: "email" }]]),
      ),
      script,
    },
  );
  await page.evaluate(() =>
    attach(document.querySelector("form"), {
      messages: { a: { "value.required": "A field." }, check: "Bitte prüfen: {}" },
      language: (code, issue) =>
        code === "value.required" && issue.field !== "c" ? `Falta ${issue.field}.` : undefined,
    }).ready(),
  );
  await press(page);
  await page.waitForSelector("[name=e][aria-invalid]");
  const said = async (name) => (await described(page, `[name=${name}]`))[0];
  assert.deepEqual(await Promise.all([..."abcd"].map(said)), [
    "A field.",
    "Falta b.",
    "Please fill in this field.",
    "Say d.",
  ]);
  assert.equal(await said("e"), "An e-mail address has one @ with text on both sides.");
  assert.match(await page.getByRole("status").innerText(), /^Bitte prüfen: a, b, c, d, e$/);
});

test("a sentence with a limit that is not known gives way to the next", async (t) => {
  const { page } = await open(t, browser, form('<input name="a" value="xxxx"><input name="b">'), {
    fields: { a: { kind: "text", max: 3 }, b: { kind: "text", required: true } },
    script,
  });
  await page.evaluate(() =>
    attach(document.querySelector("form"), {
      messages: { "text.long": "Höchstens {} Zeichen." },
      language: { "value.required": (issue) => `Falta: ${issue.field}` },
    }).ready(),
  );
  await press(page);
  await page.waitForSelector("[name=a][aria-invalid]");
  const [said] = await described(page, "[name=a]");
  assert.match(said, /3/);
  assert.ok(!said.includes("{}"));
  assert.deepEqual(await described(page, "[name=b]"), ["Falta: b"]);
});

test("a message is text, whatever is in it", async (t) => {
  const evil = '<img src=x onerror="globalThis.pwned=1">';
  const { page } = await open(t, browser, form('<input name="a" aria-label="A">'), {
    fields: { a: { kind: "text", label: evil, required: true } },
    script,
  });
  await attached(page, { messages: { "value.required": evil } });
  await press(page);
  await page.waitForSelector("[name=a][aria-invalid]");
  assert.deepEqual(await described(page, "[name=a]"), [evil]);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
});

test("detached, the page is as it was: from every state", async (t) => {
  const inner =
    '<label>E-mail <input name="email" aria-invalid="false" aria-describedby="h" id="e"></label><p id="h">Hint</p><p data-fieldpost-issue="email"></p>';
  const reach = {
    idle: async () => {},
    issues: async (page) => {
      await press(page);
      await page.waitForSelector("[aria-invalid=true]");
    },
    done: async (page) => {
      await page.fill("#e", "ann@gmail.com");
      await press(page);
      await state(page, "done");
    },
    failed: async (page) => {
      await page.fill("#e", "ann@gmail.com");
      await press(page);
      await state(page, "failed");
    },
  };
  for (const [name, act] of Object.entries(reach)) {
    const { page, seen } = await open(
      t,
      browser,
      `<section>${form(inner)}<div data-fieldpost-done hidden><p data-fieldpost-when="stored">In</p><p data-fieldpost-when="queued">Soon</p></div></section>`,
      {
        fields: { email: { kind: "email", required: true } },
        script,
        answer: () => name !== "failed" && queued,
      },
    );
    const before = await page.evaluate(() => document.body.innerHTML);
    await attached(page);
    await act(page);
    assert.notEqual(await page.evaluate(() => document.body.innerHTML), before, name);
    await page.evaluate(() => attachment.detach());
    assert.equal(await page.evaluate(() => document.body.innerHTML), before, name);
    const posts = seen.posts.length;
    await page.evaluate(() => {
      document.querySelector("form").addEventListener("submit", (event) => {
        globalThis.native = !event.defaultPrevented;
        event.preventDefault();
      });
    });
    await press(page);
    assert.equal(
      await page.evaluate(() => globalThis.native),
      true,
      "the browser has the submit again",
    );
    assert.equal(seen.posts.length, posts);
  }
});

test("each of several forms minds its own business", async (t) => {
  const one = (n) =>
    `<section>${form(`<input name="a" aria-label="A${n}">`, `id="f${n}"`)}<p data-fieldpost-done hidden>Thanks ${n}</p></section>`;
  const { page, seen } = await open(t, browser, one(1) + one(2), {
    fields: { a: { kind: "text", required: true } },
    script,
  });
  await page.evaluate(() => Promise.all([...document.forms].map((form) => attach(form).ready())));
  await page.click("#f1 button");
  await page.waitForSelector("#f1 [aria-invalid]");
  await page.fill("#f2 [name=a]", "two");
  await page.click("#f2 button");
  await page.waitForSelector("text=Thanks 2");
  assert.equal(await page.isVisible("text=Thanks 1"), false);
  assert.equal(await page.locator("#f1 [aria-invalid]").count(), 1);
  assert.deepEqual(seen.posts.map(fieldsOf), [[["a", "two"]]]);
});

test("a page may stop a lead, add to it and hold it back; and hears no value", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form('<input name="email" value="ann@gmail.com">'),
    { fields: { email: { kind: "email" } }, script },
  );
  await page.evaluate(() => {
    globalThis.heard = [];
    for (const name of ["ready", "issues", "submit", "done", "failed", "saved"])
      addEventListener(`fieldpost:${name}`, ({ detail }) =>
        heard.push([name, JSON.stringify(detail)]),
      );
    addEventListener("fieldpost:submit", (event) => {
      if (!globalThis.go) return event.preventDefault();
      event.detail.wait(
        new Promise((resolve) =>
          setTimeout(() => {
            event.detail.set("later", "yes");
            resolve();
          }, 100),
        ),
      );
      event.detail.wait(Promise.reject(new Error("no")));
      return undefined;
    });
  });
  await attached(page);
  await press(page);
  await state(page, "idle");
  assert.equal(seen.posts.length, 0);
  await page.evaluate(() => {
    globalThis.go = true;
  });
  await press(page);
  await state(page, "done");
  assert.equal(seen.posts[0].get("_fp_later"), "yes");
  const heard = await page.evaluate(() => heard);
  assert.deepEqual(
    heard.map(([name]) => name),
    ["ready", "submit", "submit", "done"],
  );
  assert.ok(!JSON.stringify(heard).includes("ann@"));
});

test("values go out as the browser encodes them", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      '<textarea name="t"></textarea><input type="hidden" name="_charset_"><input name="d" dirname="d.dir" value="x"><select name="s" multiple><option selected>1<option selected>2</select>',
    ),
    {
      fields: { t: { kind: "text" }, s: { kind: "choices", choices: ["1", "2"] } },
      script,
    },
  );
  await attached(page);
  await page.fill("textarea", "a\nb & ü");
  await press(page);
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [
    ["t", "a\r\nb & ü"],
    ["_charset_", "UTF-8"],
    ["d", "x"],
    ["d.dir", "ltr"],
    ["s", "1"],
    ["s", "2"],
  ]);
});

test("React hears of a suggestion that is taken and of a number that is formatted", async (t) => {
  // What React does to a controlled field: a property over the prototype's, which must not be written to.
  const { page } = await open(t, browser, form('<input name="phone"><input name="email">'), {
    fields: { phone: { kind: "phone" }, email: { kind: "email" } },
    script,
  });
  await page.evaluate(() => {
    for (const input of document.querySelectorAll("input")) {
      const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
      let tracked = "";
      Object.defineProperty(input, "value", {
        configurable: true,
        get() {
          return get.call(this);
        },
        set(value) {
          tracked = value;
          set.call(this, value);
        },
      });
      input.addEventListener("input", () => {
        if (get.call(input) !== tracked) {
          tracked = get.call(input);
          (globalThis.state ??= {})[input.name] = tracked;
        }
      });
    }
  });
  await attached(page);
  await page.locator("[name=phone]").pressSequentially("2124567890");
  await page.locator("[name=email]").pressSequentially("ann@gmial.com");
  await page.locator("[name=email]").press("Tab");
  await page.click("[data-fieldpost-suggestion]");
  assert.deepEqual(await page.evaluate(() => globalThis.state), {
    phone: "(212) 456-7890",
    email: "ann@gmail.com",
  });
});

test("the keyboard alone completes a form", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(
      '<label>E-mail <input name="email"></label><label><input type="checkbox" name="ok" value="yes"> Yes</label>',
    ),
    {
      fields: { email: { kind: "email", required: true }, ok: { kind: "consent", required: true } },
      script,
    },
  );
  await attached(page);
  await page.keyboard.press("Tab");
  await page.keyboard.type("ann@gmial.com");
  await page.keyboard.press("Tab");
  // The button of the suggestion comes right after its field.
  await page.keyboard.press("Shift+Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Use ann@gmail.com");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [
    ["email", "ann@gmail.com"],
    ["ok", "yes"],
  ]);
});

test("one tag takes in forms that are there and forms that come", async (t) => {
  const auto = await bundle('import "fieldpost/form/auto";');
  const { page } = await open(t, browser, form('<input name="a">', "data-fieldpost"), {
    fields: { a: { kind: "text" } },
    script: auto,
  });
  await page.waitForSelector("form[data-fieldpost-state]");
  await page.evaluate(
    (html) => document.body.insertAdjacentHTML("beforeend", html),
    form('<input name="a">', "data-fieldpost"),
  );
  await page.waitForFunction(
    () => document.querySelectorAll("form[data-fieldpost-state]").length === 2,
  );
});

test("an issue of a field that is not in the page is said by name, and a visit alone stores nothing", async (t) => {
  const { page } = await open(t, browser, form('<input name="a" aria-label="A">'), {
    fields: { a: { kind: "text" }, gone: { kind: "text", required: true, label: "Budget" } },
    script,
  });
  await attached(page);
  await press(page);
  await page.waitForFunction(() => document.querySelector("[data-fieldpost-status]").textContent);
  assert.equal(await page.getByRole("status").innerText(), "Budget: Please fill in this field.");
  assert.deepEqual(
    await page.evaluate(async () => [
      (await indexedDB.databases()).length,
      localStorage.length,
      sessionStorage.length,
      document.cookie,
    ]),
    [0, 0, 0, ""],
  );
});

test("an action that is no address leaves the form to the browser, without a word", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    '<form action="http://" method="post"><input name="a"><button>Send</button></form>',
    { script },
  );
  assert.equal(await attached(page), false);
  assert.equal(await page.locator("form[data-fieldpost-state]").count(), 0);
  assert.deepEqual(seen.errors, []);
});
