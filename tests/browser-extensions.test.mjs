// The entries that a page takes when it wants them: each in a real page, with attach.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { attached, bundle, fieldsOf, open, PAGE, press, queued, RELAY, state } from "./fixture.mjs";

const NAMES = [
  "analytics",
  "conditions",
  "debug",
  "element",
  "prefill",
  "profile",
  "progress",
  "steps",
  "touch",
  "turnstile",
];
let browser;
let script;
before(async () => {
  [browser, script] = await Promise.all([
    launch(),
    bundle(
      `import { attach } from "fieldpost/form"; ${NAMES.map((name) => `import * as ${name} from "fieldpost/${name}";`).join(" ")} Object.assign(globalThis, { attach, fp: Object.assign({}, ${NAMES.map((name) => `{ ...${name} }`).join(", ")}) });`,
    ),
  ]);
});
after(() => browser?.close());

const form = (inner, attributes = "") =>
  `<form action="${RELAY}" method="post" ${attributes}>${inner}<button>Send</button></form>`;
const html = (page) => page.evaluate(() => document.body.innerHTML);

test("conditions: a part that is not asked for is neither seen, checked nor sent", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form(`
    <label><input type="radio" name="topic" value="Repair"> Repair</label><label><input type="radio" name="topic" value="Other"> Other</label>
    <fieldset data-fieldpost-if="topic=Other"><legend>More</legend><label>Which <input name="which" required></label></fieldset>
    <p data-fieldpost-if="topic!=Other; topic"><label>Model <input name="model"></label></p>`),
    {
      fields: { topic: { kind: "text" }, which: { kind: "text" }, model: { kind: "text" } },
      script,
    },
  );
  const before = await html(page);
  await page.evaluate(() => {
    globalThis.undo = fp.conditions(document.querySelector("form"));
  });
  await attached(page);
  assert.deepEqual(
    [await page.isVisible("[name=which]"), await page.isVisible("[name=model]")],
    [false, false],
  );
  await page.check("[value=Other]");
  assert.deepEqual(
    [await page.isVisible("[name=which]"), await page.isVisible("[name=model]")],
    [true, false],
  );
  await press(page);
  await page.waitForSelector("[name=which][aria-invalid]");
  await page.check("[value=Repair]");
  await page.fill("[name=model]", "M1");
  await press(page);
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[0]), [
    ["topic", "Repair"],
    ["model", "M1"],
  ]);
  await page.evaluate(() => {
    attachment.detach();
    undo();
  });
  assert.equal(await html(page), before);
});

const STEPS = form(`
  <p data-fieldpost-progress></p>
  <fieldset data-fieldpost-step><legend>You</legend><label>E-mail <input name="email" type="email"></label></fieldset>
  <fieldset data-fieldpost-step><legend>Your plan</legend><label>Plan <input name="plan" required></label></fieldset>
  <button type="button" data-fieldpost-back>Back</button><button type="button" data-fieldpost-next>Next</button>`);
const STEP_FIELDS = {
  email: { kind: "email", required: true },
  plan: { kind: "text", required: true },
};

test("steps: forwards only when it is right, back at any time, and an issue leads to its step", async (t) => {
  let refuse = true;
  const { page, seen } = await open(t, browser, STEPS, {
    fields: STEP_FIELDS,
    script,
    answer: () =>
      refuse
        ? {
            v: 1,
            id: null,
            state: "refused",
            status: 422,
            issues: [
              {
                field: "email",
                code: "email.syntax",
                severity: "error",
                message: "No such mailbox.",
              },
            ],
          }
        : queued,
  });
  const before = await html(page);
  await attached(page);
  await page.evaluate(() => {
    globalThis.stepper = fp.steps(attachment);
  });
  const at = () =>
    page.evaluate(() => [
      stepper.step,
      document.querySelector("[data-fieldpost-progress]").textContent,
      document.activeElement.textContent.trim() || document.activeElement.name,
    ]);
  assert.equal(await page.isVisible("text=Send"), false);
  await page.click("text=Next");
  assert.deepEqual(await at(), [0, "Step 1 of 2", "email"]);
  assert.equal(await page.locator("[name=email][aria-invalid]").count(), 1);
  assert.equal(
    await page.locator("[name=plan][aria-invalid]").count(),
    0,
    "the next step has not been seen yet",
  );
  await page.fill("[name=email]", "ann@gmail.com");
  await page.press("[name=email]", "Enter");
  assert.deepEqual(await at(), [1, "Step 2 of 2", "Your plan"]);
  assert.deepEqual(
    [
      await page.isVisible("text=Send"),
      await page.isVisible("text=Next"),
      await page.isVisible("[name=email]"),
    ],
    [true, false, false],
  );
  await page.click("text=Back");
  assert.equal((await at())[0], 0);
  await page.click("text=Next");
  await page.fill("[name=plan]", "Gold");
  await page.click("text=Send");
  await page.waitForSelector("[name=email][aria-invalid]");
  assert.deepEqual(await at(), [0, "Step 1 of 2", "email"], "the relay's issue leads back");
  refuse = false;
  await page.fill("[name=email]", "ann@example.org");
  await page.click("text=Next");
  await page.click("text=Send");
  await state(page, "done");
  assert.deepEqual(fieldsOf(seen.posts[1]), [
    ["email", "ann@example.org"],
    ["plan", "Gold"],
  ]);
  await page.evaluate(() => {
    stepper.detach();
    attachment.detach();
  });
  assert.equal(await html(page), before.replace("<form", "<form"));
});

test("progress: what was typed is there after a reload, but no secret, and is forgotten once sent", async (t) => {
  const body = form(
    '<input name="email"><input name="pass" type="password"><label><input type="checkbox" name="tags" value="a">a</label><label><input type="checkbox" name="tags" value="b">b</label><select name="s" multiple><option>1<option>2</select><input name="own" data-fieldpost-private>',
  );
  const { page } = await open(t, browser, body, { fields: { email: { kind: "email" } }, script });
  const begin = async () => {
    await page.evaluate(() => {
      fp.progress(document.querySelector("form"));
    });
    await attached(page);
  };
  await begin();
  await page.fill("[name=email]", "ann@gmail.com");
  await page.fill("[name=pass]", "hunter2");
  await page.fill("[name=own]", "secret");
  await page.check("[value=b]");
  await page.selectOption("[name=s]", ["2"]);
  await page.reload();
  await page.evaluate(script);
  await begin();
  assert.deepEqual(await page.evaluate(() => [...new FormData(document.querySelector("form"))]), [
    ["email", "ann@gmail.com"],
    ["pass", ""],
    ["tags", "b"],
    ["s", "2"],
    ["own", ""],
  ]);
  assert.equal(
    await page.evaluate(() => localStorage.length),
    0,
    "without consent nothing outlives the tab",
  );
  await press(page);
  await state(page, "done");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("progress: what the browser itself has sent is forgotten, and what nobody has sent is not", async (t) => {
  const body = `${form('<input name="email" aria-label="E-mail">')}<dialog open><form id="d" method="dialog"><input name="note" aria-label="Note"><button>Close</button></form></dialog>`;
  const { page, seen } = await open(t, browser, body, {
    fields: { email: { kind: "email" } },
    script,
  });
  const begin = () =>
    page.evaluate(() => {
      for (const form of document.forms) fp.progress(form);
    });
  const kept = () =>
    page.evaluate(
      () => Object.values(sessionStorage).filter((one) => one.includes("until")).length,
    );
  await begin();
  await page.fill("[name=email]", "ann@gmail.com");
  await page.fill("[name=note]", "mine");
  assert.equal(await kept(), 2);
  // Somebody else's check stops it, and a dialog only closes.
  await page.evaluate(() =>
    document
      .querySelector("form")
      .addEventListener("submit", (event) => event.preventDefault(), { once: true }),
  );
  await page.click("text=Send");
  await page.click("text=Close");
  assert.equal(await kept(), 2);
  await page.click("text=Send");
  await page.waitForURL(RELAY);
  assert.equal(seen.posts.length, 1);
  await page.goto("https://page.example/");
  assert.equal(await kept(), 1);
  await page.evaluate(script);
  await begin();
  assert.equal(await page.inputValue("[name=email]"), "");
});

test("progress: and what attach gave back to the browser", async (t) => {
  const { page, seen } = await open(t, browser, form('<input name="email" aria-label="E-mail">'), {
    fields: { email: { kind: "email" } },
    script,
  });
  await page.evaluate(() => {
    fp.progress(document.querySelector("form"));
  });
  await attached(page);
  await page.evaluate(() => {
    attachment.detach();
    globalThis.attachment = attach(document.querySelector("form"), {
      check() {
        throw new Error("the owner's");
      },
    });
    return attachment.ready();
  });
  await page.fill("[name=email]", "ann@gmail.com");
  await press(page);
  await page.waitForURL(RELAY);
  assert.equal(seen.posts.length, 1);
  await page.goto("https://page.example/");
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("profile: returning visitors are asked something new, and no answer is stored", async (t) => {
  const part = (name) =>
    `<p data-fieldpost-profile="${name}"><label>${name} <input name="${name}"></label></p>`;
  const fields = Object.fromEntries(
    ["email", "role", "size", "city"].map((name) => [name, { kind: "text" }]),
  );
  const { page, seen } = await open(
    t,
    browser,
    form(`<input name="email">${["role", "size", "city"].map(part).join("")}`),
    { fields, script },
  );
  const begin = async () => {
    await page.evaluate(() => {
      fp.profile(document.querySelector("form"), { ask: 1, consent: () => true });
    });
    await attached(page);
  };
  await begin();
  assert.deepEqual(
    await Promise.all(["role", "size", "city"].map((name) => page.isVisible(`[name=${name}]`))),
    [true, false, false],
  );
  await page.fill("[name=email]", "ann@gmail.com");
  await page.fill("[name=role]", "Owner");
  await press(page);
  await state(page, "done");
  assert.deepEqual(
    fieldsOf(seen.posts[0]).map(([name]) => name),
    ["email", "role"],
  );
  assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), {
    "fieldpost.answered": '["role"]',
  });
  await page.reload();
  await page.evaluate(script);
  await begin();
  assert.deepEqual(
    await Promise.all(["role", "size", "city"].map((name) => page.isVisible(`[name=${name}]`))),
    [false, true, false],
  );
  assert.equal(await page.inputValue("[name=email]"), "", "nobody is shown who was here before");
});

test("prefill: only what is allowed, only what is empty and seen; and the address is cleaned", async (t) => {
  const { page } = await open(
    t,
    browser,
    form(
      '<input name="company" maxlength="4"><input name="email"><input name="city" value="Rome"><input type="hidden" name="secret"><label><input type="checkbox" name="tags" value="a"></label><label><input type="checkbox" name="ok" value="yes" required></label>',
    ),
    {
      url: `${PAGE}?company=Acme+Inc&email=bob@example.org&city=Oslo&secret=1&tags=a&ok=yes&utm_source=x#top`,
      script,
    },
  );
  assert.deepEqual(
    await page.evaluate(() =>
      fp.prefill(document.querySelector("form"), ["company", "city", "secret", "tags", "ok"]),
    ),
    ["company", "tags"],
  );
  assert.deepEqual(await page.evaluate(() => [...new FormData(document.querySelector("form"))]), [
    ["company", "Acme"],
    ["email", ""],
    ["city", "Rome"],
    ["secret", ""],
    ["tags", "a"],
  ]);
  assert.equal(
    page.url(),
    `${PAGE}?email=bob%40example.org&city=Oslo&secret=1&ok=yes&utm_source=x#top`,
  );
});

test("touch: the first and the last campaign travel with a consenting visitor, and are stored with consent only", async (t) => {
  const fields = { email: { kind: "email" }, ok: { kind: "consent" } };
  const body = form(
    '<input name="email"><label><input type="checkbox" name="ok" value="yes"> ok</label>',
  );
  const { page, seen } = await open(t, browser, body, {
    url: `${PAGE}?utm_source=news&gclid=g1&email=x@y.z`,
    fields,
    script,
  });
  await page.evaluate(() => {
    globalThis.agreed = false;
    globalThis.touching = fp.touch({ consent: () => agreed });
  });
  await attached(page);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  // A page that changes its address by script.
  await page.evaluate(() => {
    history.pushState({}, "", "/pricing");
    touching.visit();
    history.pushState({}, "", "/pricing?utm_source=ads");
    touching.visit();
  });
  await page.fill("[name=email]", "ann@gmail.com");
  await press(page);
  await state(page, "done");
  assert.deepEqual(
    [...seen.posts[0].keys()].sort(),
    ["_fp_key", "_fp_token", "_fp_v", "email"],
    "without consent nothing but the fields",
  );
  await page.evaluate(() => {
    agreed = true;
    touching.visit();
  });
  assert.equal(await page.evaluate(() => localStorage.length), 1);
  assert.ok(
    !(await page.evaluate(() => localStorage["fieldpost.touch"])).includes("x%40y.z"),
    "only campaign parameters",
  );
  await page.goto(`${PAGE}later`);
  await page.evaluate(script);
  await page.evaluate(() => {
    globalThis.touching = fp.touch({ consent: () => true });
  });
  await attached(page);
  await page.fill("[name=email]", "ann@gmail.com");
  await page.check("[name=ok]");
  await press(page);
  await state(page, "done");
  const [first, last] = ["_fp_first", "_fp_last"].map((name) =>
    Object.fromEntries(new URLSearchParams(seen.posts[1].get(name))),
  );
  assert.deepEqual(
    [first.utm_source, first.gclid, first.page, last.utm_source, last.page],
    ["news", "g1", "/", "ads", "/pricing"],
  );
  assert.equal(seen.posts[1].get("_fp_page"), `${PAGE}later`);
  await page.evaluate(() => touching.forget());
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("who is known to a CRM travels whole, with consent, and not after an opt-out", async (t) => {
  const fields = { ok: { kind: "consent" } };
  const cookie = "id:123-ABC-456&token:_mch-page.example-1700000000000-12345";
  const send = async (cookies, refersFriend = false) => {
    const { page, context, seen } = await open(
      t,
      browser,
      form('<input type="hidden" name="ok" value="yes">'),
      { fields, script },
    );
    if (refersFriend)
      await page.evaluate(() =>
        addEventListener("fieldpost:submit", ({ detail }) =>
          ["mkto_trk", "pardot"].forEach((name) => detail.set(name, "")),
        ),
      );
    await context.addCookies(
      Object.entries(cookies).map(([name, value]) => ({ name, value, url: PAGE })),
    );
    await attached(page);
    await press(page);
    await state(page, "done");
    return [seen.posts[0].get("_fp_mkto_trk"), seen.posts[0].get("_fp_pardot")];
  };
  assert.deepEqual(
    await send({
      _mkto_trk: cookie,
      visitor_id12345: "77",
      "visitor_id12345-hash": "abc",
      other: "x",
    }),
    [cookie, "visitor_id12345=77; visitor_id12345-hash=abc"],
  );
  assert.deepEqual(await send({ _mkto_trk: cookie, mkto_opt_out: "true" }), [null, null]);
  assert.deepEqual(await send({ _mkto_trk: "nonsense" }), [null, null]);
  assert.deepEqual(
    await send({ _mkto_trk: cookie, visitor_id12345: "77" }, true),
    ["", ""],
    "a form that is filled in for somebody else",
  );
});

/** What Cloudflare's script does, as its documentation says: a token once, valid until it is spent. */
function fakeTurnstile() {
  globalThis.asked = [];
  globalThis.turnstile = {
    render(container, options) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = options["response-field-name"];
      container.append(field);
      globalThis.give = (token) => {
        field.value = token;
        options.callback(token);
      };
      asked.push(["render", options.sitekey]);
      return "w1";
    },
    reset: (widget) => asked.push(["reset", widget]),
    remove: (widget) => asked.push(["remove", widget]),
  };
}

test("Turnstile: a lead waits for its token, each attempt has its own, and the key of a retry stays the same", async (t) => {
  const answers = [null, queued];
  const { page, seen } = await open(
    t,
    browser,
    form('<input name="email" value="ann@gmail.com">'),
    { fields: { email: { kind: "email" } }, script, answer: () => answers.shift() },
  );
  await attached(page);
  // Cloudflare's script comes when it comes.
  await page
    .evaluate(() => {
      globalThis.undo = fp.turnstile(document.querySelector("form"), { siteKey: "site" });
    })
    .catch((error) => assert.fail(error));
  await page.evaluate(`(${fakeTurnstile})();`);
  await page.waitForFunction(() => globalThis.asked?.length === 1);
  await press(page);
  await state(page, "busy");
  assert.equal(seen.posts.length, 0);
  await page.evaluate(() => give("one"));
  await state(page, "failed");
  assert.equal(seen.posts[0].get("_fp_turnstile"), "one");
  assert.deepEqual(
    await page.evaluate(() => asked),
    [
      ["render", "site"],
      ["reset", "w1"],
    ],
    "renewed after a failed submit",
  );
  await page.evaluate(() => give("two"));
  await press(page);
  await state(page, "done");
  assert.equal(seen.posts[1].get("_fp_turnstile"), "two");
  assert.equal(seen.posts[1].get("_fp_key"), seen.posts[0].get("_fp_key"));
  await page.evaluate(() => undo());
  assert.deepEqual(await page.evaluate(() => asked.at(-1)), ["remove", "w1"]);
});

test("Turnstile: a token that never comes costs no lead", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form('<input name="email" value="ann@gmail.com">'),
    { fields: { email: { kind: "email" } }, script },
  );
  await attached(page);
  await page.evaluate(() => {
    fp.turnstile(document.querySelector("form"), { siteKey: "site", patience: 200 });
  });
  await press(page);
  await state(page, "done");
  assert.equal(seen.posts[0].get("_fp_turnstile"), null);
});

test("analytics: names and codes, and nothing that anybody typed", async (t) => {
  const { page } = await open(
    t,
    browser,
    form('<input name="email" value="planted@gmial">', 'id="contact"'),
    { fields: { email: { kind: "email" } }, script },
  );
  await page.evaluate(() => {
    globalThis.gtagCalls = [];
    globalThis.gtag = (...words) => gtagCalls.push(words);
    fp.dataLayer();
    fp.gtag();
  });
  await attached(page);
  await press(page);
  await page.waitForSelector("[aria-invalid]");
  await page.fill("[name=email]", "planted@gmail.com");
  await press(page);
  await state(page, "done");
  const [layer, calls] = await page.evaluate(() => [dataLayer, gtagCalls]);
  assert.deepEqual(layer, [
    { event: "fieldpost_ready", form: "contact" },
    { event: "fieldpost_issues", form: "contact", fields: "email", codes: "email.domain" },
    { event: "fieldpost_submit", form: "contact" },
    { event: "fieldpost_done", form: "contact", state: "queued" },
  ]);
  assert.deepEqual(
    calls.map(([, event]) => event),
    ["fieldpost_ready", "fieldpost_issues", "fieldpost_submit", "fieldpost_done", "generate_lead"],
  );
  assert.ok(!JSON.stringify([layer, calls]).includes("planted"));
});

test("the element attaches its form while it is in the page", async (t) => {
  const { page } = await open(
    t,
    browser,
    `<fieldpost-form>${form('<input name="a">')}</fieldpost-form>`,
    { fields: { a: { kind: "text" } }, script },
  );
  await page.evaluate(() => fp.defineElement());
  await state(page, "idle");
  await page.evaluate(() => {
    globalThis.kept = document.querySelector("fieldpost-form");
    kept.remove();
  });
  assert.equal(
    await page.evaluate(() => kept.querySelector("form").hasAttribute("data-fieldpost-state")),
    false,
  );
  await page.evaluate(() => document.body.append(kept));
  await state(page, "idle");
});

test("debug: a dry run sends nothing, and says so without a value", async (t) => {
  const { page, seen } = await open(
    t,
    browser,
    form('<input name="email" value="planted@gmail.com">', 'id="contact"'),
    { fields: { email: { kind: "email" } }, script },
  );
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.evaluate(() => {
    globalThis.undo = fp.debug({ dryRun: true });
  });
  await attached(page);
  await press(page);
  await page.waitForFunction(
    () => document.querySelector("form").dataset.fieldpostState === "idle",
  );
  assert.equal(seen.posts.length, 0);
  assert.ok(
    said.some((text) => /fieldpost contact: dry run, not sent: email/.test(text)),
    said.join("\n"),
  );
  assert.ok(!said.join().includes("planted"));
  await page.evaluate(() => undo());
  await press(page);
  await state(page, "done");
});
