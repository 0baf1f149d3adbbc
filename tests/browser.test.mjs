// What a visitor of the demo page sees and what reaches the CRMs, with JavaScript and WebAssembly.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  arrived,
  bodies,
  enhanced,
  fillIn,
  issueOf,
  launch,
  MARKETO_COOKIE,
  submit,
  SYSTEMS,
  thanked,
  visit,
  visitor,
} from "./browser.mjs";
import { root, stand, until } from "./stand.mjs";

let browser;
let here;

before(async () => {
  [browser, here] = await Promise.all([launch(), stand({ timeScale: 10 })]);
});

after(() => Promise.allSettled([browser?.close(), here?.stop()]));

test("wrong fields are named beside them, the slip is put right by a button, and one lead reaches each system", async (t) => {
  const { page, seen } = await visit(t, browser, here.page);
  const ann = visitor("ann@gmail.com");

  await fillIn(page, { ...ann, email: "ann@", phone: "212 411 0000" });
  await submit(page);
  assert.equal(
    await issueOf(page, "email"),
    "An e-mail address has one @ with text on both sides.",
  );
  assert.equal(
    await issueOf(page, "phone"),
    "The three digits after the area code cannot be right.",
  );
  for (const name of ["email", "phone"])
    assert.equal(await page.getAttribute(`[name=${name}]`, "aria-invalid"), "true");
  assert.equal(
    await page.locator("[data-fieldpost-severity]").count(),
    2,
    "nothing is said of the other fields, nor of the trap",
  );
  assert.equal(await focused(page), "email", "the focus is on the first wrong field");
  assert.equal(await page.getByRole("status").innerText(), "Please check: E-mail, Phone");

  await page.fill("[name=phone]", ann.phone);
  await page.fill("[name=email]", "ann@gmial.com");
  await page.press("[name=email]", "Tab");
  assert.equal(await issueOf(page, "phone"), null);
  await page.getByRole("button", { name: "Use ann@gmail.com" }).click();
  assert.equal(await page.inputValue("[name=email]"), "ann@gmail.com");
  assert.equal(await focused(page), "email", "the focus is not lost with the button");
  assert.equal(await page.locator("[data-fieldpost-severity]").count(), 0);
  assert.equal(seen.posts, 0, "nothing was sent until now");
  assert.deepEqual(await here.ledger(), []);

  await submit(page);
  assert.match(await thanked(page), /^We have your request\.\s+It is safely written down/);
  assert.equal(seen.posts, 1);

  const { writes } = await arrived(here, ann.email);
  const expected = bodies(ann, {
    pageURL: `${here.page}/`,
    leadClientIpAddress: "127.0.0.1",
    userAgentString: await page.evaluate(() => navigator.userAgent),
  });
  for (const system of SYSTEMS) assert.deepEqual(writes[system][0].body, expected[system], system);

  const texts = [
    await page.content(),
    ...(await Promise.all(
      seen.answers.map(async ({ headers, body }) => JSON.stringify(headers) + (await body)),
    )),
  ];
  for (const system of SYSTEMS) {
    const [{ id }] = writes[system];
    assert.match(id, /\w{5}/);
    for (const text of texts) assert.ok(!text.includes(id), `the page knows ${id} of ${system}`);
  }
  const { id, ...answer } = JSON.parse(await seen.answers.at(-1).body);
  assert.deepEqual(answer, { v: 1, state: "queued", issues: [] });

  assert.deepEqual(seen.complaints, [], "the console is empty: no error, and no policy was broken");
});

test("page, campaign, browser and Marketo's cookie travel with a visitor who consented", async (t) => {
  const { page } = await visit(t, browser, `${here.page}/?utm_source=newsletter&gclid=x1`, {
    cookie: MARKETO_COOKIE,
    userAgent: "Fieldpost test/1",
  });
  const consents = visitor("consents@example.com");
  await fillIn(page, consents);
  await submit(page);
  await thanked(page);
  const { writes } = await arrived(here, consents.email);
  const [{ leadFormFields: _, ...rest }] = writes.marketo[0].body.input;
  assert.deepEqual(rest, {
    cookie: MARKETO_COOKIE,
    visitorData: {
      pageURL: `${here.page}/`,
      queryString: "utm_source=newsletter&gclid=x1",
      leadClientIpAddress: "127.0.0.1",
      userAgentString: "Fieldpost test/1",
    },
  });
  assert.equal(writes.pardot[0].body.source, "newsletter");
});

test("a visitor who does not consent is asked to, and nothing leaves the page", async (t) => {
  const { page, seen } = await visit(t, browser, here.page);
  await fillIn(page, { ...visitor("declines@example.com"), consent: false });
  await submit(page);
  assert.equal(await issueOf(page, "consent"), "Please agree to go on.");
  assert.equal(await focused(page), "consent");
  assert.equal(seen.posts, 0);
});

test("where consent may be left out, nothing but what was typed leaves the page without it", async (t) => {
  const free = await stand({ worker: `${root}tests/optional-consent.worker.mjs` });
  t.after(() => free.stop());
  const { page, context } = await visit(t, browser, `${free.page}/?utm_source=newsletter`, {
    cookie: MARKETO_COOKIE,
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const sent = new Promise((resolve) =>
    devtools.on(
      "Network.requestWillBeSent",
      ({ requestId, request }) =>
        request.method === "POST" &&
        resolve(devtools.send("Network.getRequestPostData", { requestId })),
    ),
  );
  await page.evaluate(() => document.querySelector("[name=consent]").removeAttribute("required"));
  const quiet = visitor("quiet@example.com");
  await fillIn(page, { ...quiet, consent: false });
  await submit(page);
  await thanked(page);
  const { postData } = await sent;
  assert.deepEqual([...new Set(new URLSearchParams(postData).keys())].sort(), [
    "_fp_key",
    "_fp_token",
    "_fp_v",
    "company",
    "email",
    "firstName",
    "fp_ref2",
    "labels",
    "lastName",
    "phone",
  ]);
  const { body } = await until(
    async () => (await free.ledger()).find(({ verdict }) => verdict === "created"),
    "the lead",
  );
  assert.deepEqual(body, { formId: 1029, input: [{ leadFormFields: { email: quiet.email } }] });
});

test("a second click while the lead is under way sends nothing more", async (t) => {
  const { page, seen } = await visit(t, browser, here.page);
  const twice = visitor("twice@example.com");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(here.form, async (route) => {
    await held;
    await route.continue();
  });
  await fillIn(page, twice);
  await page.dblclick("form button.send");
  await submit(page);
  assert.equal(await page.getByRole("status").innerText(), "Sending…");
  release();
  await thanked(page);
  assert.equal(seen.posts, 1);
  await arrived(here, twice.email);
});

test("while the relay is down the lead is saved, and goes out by itself once the relay is back", async (t) => {
  const { page } = await visit(t, browser, here.page);
  const patient = visitor("patient@example.com");
  await fillIn(page, patient);
  await here.killRelay();
  await submit(page);
  await page.waitForSelector("form[data-fieldpost-state=saved]");
  assert.match(
    await page.getByRole("status").innerText(),
    /^Your request is saved on this device and will be sent again until it arrives/,
  );
  assert.equal(await page.locator("[data-fieldpost-done]").isVisible(), false);
  for (const name of ["firstName", "lastName", "email", "phone", "company"])
    assert.equal(await page.inputValue(`[name=${name}]`), patient[name]);
  assert.equal(await page.locator("[name=labels]:checked").count(), 2);
  assert.equal(await page.isChecked("[name=consent]"), true);

  await here.startRelay();
  await page.waitForSelector("[data-fieldpost-done]:focus", { timeout: 30_000 });
  await arrived(here, patient.email);
});

test("an answer that is lost on its way leaves one lead when the visitor sends again", async (t) => {
  const { page, context, seen } = await visit(t, browser, here.page);
  const unheard = visitor("unheard@example.com");
  const devtools = await context.newCDPSession(page);
  // The relay takes the lead; what it answers never reaches the page.
  await devtools.send("Fetch.enable", {
    patterns: [{ urlPattern: here.form, requestStage: "Response" }],
  });
  devtools.once("Fetch.requestPaused", ({ requestId }) =>
    devtools.send("Fetch.failRequest", { requestId, errorReason: "ConnectionReset" }),
  );
  await fillIn(page, unheard);
  await submit(page);
  await page.waitForSelector("form[data-fieldpost-state=saved]");
  await arrived(here, unheard.email);

  await devtools.send("Fetch.disable");
  await submit(page);
  assert.match(
    await thanked(page),
    /^Your request is with our team\.\s+It has arrived/,
    "by now every system has it",
  );
  assert.equal(seen.posts, 2);
  await arrived(here, unheard.email);
});

test("where nothing can be stored, the page says that it cannot tell", async (t) => {
  const { page } = await visit(t, browser, here.page);
  await page.evaluate(() =>
    Object.defineProperty(window, "indexedDB", {
      get: () => {
        throw new DOMException("no", "SecurityError");
      },
    }),
  );
  const careful = visitor("careful@example.com");
  await fillIn(page, careful);
  await page.route(here.form, (route) => route.abort("connectionreset"));
  await submit(page);
  await page.waitForSelector("form[data-fieldpost-state=failed]");
  assert.match(
    await page.getByRole("status").innerText(),
    /^We cannot tell whether your request arrived/,
  );
  await page.unroute(here.form);
  await submit(page);
  await thanked(page);
  await arrived(here, careful.email);
});

test("a second lead of the same e-mail erases nothing, and makes no second person", async (t) => {
  const { page } = await visit(t, browser, here.page);
  const first = visitor("again@example.com");
  await fillIn(page, first);
  await submit(page);
  await thanked(page);
  await arrived(here, first.email);

  await page.reload();
  await enhanced(page);
  await fillIn(page, { firstName: "Anna", lastName: "Lopez", email: first.email, consent: true });
  await submit(page);
  await thanked(page);
  const { writes, leads } = await arrived(here, first.email, 2);
  assert.deepEqual(
    writes.pardot.map(({ operation }) => operation),
    ["pardot.prospect.create", "pardot.prospect.update"],
  );
  const { marketo, pardot, prospects } = bodies({ ...first, firstName: "Anna", lastName: "Lopez" });
  const kept = { marketo: marketo.input[0].leadFormFields, pardot, prospects };
  for (const system of SYSTEMS) {
    const [{ fields }] = leads[system];
    for (const [name, value] of Object.entries(kept[system])) {
      // What steers the call is not the person's.
      if (name !== "format" && name !== "update")
        assert.deepEqual(fields[name], value, `${system}: ${name}`);
    }
  }
});

const focused = (page) => page.evaluate(() => document.activeElement.name);
