// Every answer of a relay, on real workerd: a page for a browser's own post, in the form's language and with a way on;
// JSON for everybody else. And no sentence that says what is not so.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { load, read as readEdge } from "fieldpost";
import { launch } from "./browser.mjs";
import { body, root, stand, until } from "./stand.mjs";

const { ANSWERS: TABLE } = await import(`${root}pkg/dist/relay/http/answers.gen.js`);
const { read: readLean } = await import(`${root}pkg/dist/core/lean.js`);

const worker = `${root}tests/answers.worker.mjs`;
/** As Chromium asks for a page. */
const HTML =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const lead = (more = {}) => ({
  firstName: "Ann",
  email: "ann@example.org",
  consent: "yes",
  ...more,
});

let at;
let addresses = 0;
before(async () => {
  await load();
  at = await stand({ worker });
});
after(() => at.stop());

const call = (path, { accept = HTML, method = "POST", headers = {}, ...init } = {}) =>
  fetch(at.relay + path, {
    method,
    redirect: "manual",
    ...init,
    // Everybody has an address of their own, for there is a limit to one.
    headers: {
      ...(method === "POST" && { origin: at.page }),
      "cf-connecting-ip": `192.0.2.${++addresses}`,
      ...(accept && { accept }),
      ...headers,
    },
  });

/** One that has sent all it may. */
async function spent() {
  const headers = { "cf-connecting-ip": `198.51.100.${++addresses}` };
  for (let n = 0; n < 3; n++) await call("/leads/contact", { body: body({}), headers });
  return headers;
}

const json = { "content-type": "application/json" };
const many = () => new URLSearchParams(Array.from({ length: 101 }, (_, n) => [`f${n}`, "x"]));

/** What is asked, and what must come: status, code, JSON state, and whether what was typed is on the page. */
const ANSWERS = [
  [
    "another version",
    () => ["/leads/contact", { body: body(lead(), { v: "99" }) }],
    400,
    "wire.version",
    "refused",
    true,
  ],
  [
    "a key that is none",
    () => ["/leads/contact", { body: body(lead(), { key: "a b" }) }],
    400,
    "key.invalid",
    "refused",
    true,
  ],
  [
    "too many fields",
    () => ["/leads/contact", { body: many() }],
    400,
    "body.fields",
    "refused",
    false,
  ],
  [
    "broken JSON",
    () => ["/leads/contact", { body: "{", headers: json }],
    400,
    "body.json",
    "refused",
    false,
  ],
  [
    "text that says it is multipart",
    () => [
      "/leads/contact",
      { body: "x", headers: { "content-type": "multipart/form-data; boundary=y" } },
    ],
    400,
    "body.multipart",
    "refused",
    false,
  ],
  [
    "another origin",
    () => ["/leads/contact", { body: body(lead()), headers: { origin: "https://evil.example" } }],
    403,
    "origin.forbidden",
    "refused",
    false,
  ],
  [
    "a browser that contradicts itself",
    () => [
      "/leads/contact",
      {
        body: body(lead()),
        headers: { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
      },
    ],
    403,
    "origin.forbidden",
    "refused",
    false,
  ],
  [
    "a form that there is not",
    () => ["/leads/nowhere", { body: body(lead()) }],
    404,
    "not_found",
    "refused",
    false,
  ],
  ["another place", () => ["/", { method: "GET" }], 404, "not_found", "refused", false],
  [
    "another method",
    () => ["/leads/contact", { method: "PUT", body: body(lead()) }],
    405,
    "method",
    "refused",
    false,
  ],
  [
    "the same lead just now",
    () => ["/leads/challenged?break=running", { body: body(lead()) }],
    409,
    "key.running",
    "retry",
    true,
  ],
  [
    "what was saved for a secret that is gone",
    () => [
      "/leads/contact",
      {
        body: "_fp_key=key-12345678\nx",
        headers: { "content-type": "text/plain;fieldpost=sealed" },
      },
    ],
    409,
    "seal.unknown",
    "retry",
    false,
  ],
  [
    "a body that is too large",
    () => ["/leads/contact", { body: body(lead({ message: "x".repeat(70_000) })) }],
    413,
    "body.size",
    "refused",
    false,
  ],
  [
    "another type",
    () => [
      "/leads/contact",
      { body: "firstName=Ann\r\n", headers: { "content-type": "text/plain" } },
    ],
    415,
    "body.type",
    "refused",
    false,
  ],
  [
    "too many from one address",
    async () => ["/leads/contact", { body: body(lead()), headers: await spent() }],
    429,
    "address.limit",
    "retry",
    true,
  ],
  [
    "a suspect where no more can be looked at",
    () => [
      "/leads/contact?break=full",
      { body: body(lead({ message: "suspect" }), { token: "1.x.y.z" }) },
    ],
    429,
    "review.full",
    "retry",
    true,
  ],
  [
    "an outbox that cannot say whether it knows the lead",
    () => ["/leads/contact?break=forgetful", { body: body(lead({ message: "known" })) }],
    503,
    "outbox.unavailable",
    "retry",
    true,
  ],
  [
    "something that breaks",
    () => ["/leads/frail?break=failed", { body: body(lead()) }],
    500,
    "relay.failed",
    "retry",
    true,
  ],
  [
    "a form that is none",
    () => ["/leads/odd", { body: body(lead()) }],
    500,
    "relay.options",
    "retry",
    true,
  ],
  [
    "outboxes that are away",
    () => ["/leads/contact?break=away", { body: body(lead()) }],
    503,
    "outbox.unavailable",
    "retry",
    true,
  ],
  [
    "outboxes that are full",
    () => ["/leads/contact?break=full", { body: body(lead({ message: "full" })) }],
    503,
    "outbox.full",
    "retry",
    true,
  ],
  [
    "an answer that was lost",
    () => ["/leads/contact?break=lost", { body: body(lead({ message: "lost" })) }],
    503,
    "outbox.unknown",
    "unknown",
    true,
  ],
];

describe("one table", () => {
  /** Seen elsewhere: what is good, what a form says, a body without its end, and what broke twice over. */
  const ELSEWHERE = [
    "200 ",
    "400 body.cut",
    "202 ",
    "422 ",
    "422 key.reused",
    "500 outbox.unknown",
  ];

  test("has every answer, and every answer of it is seen", () => {
    const seen = ANSWERS.map(([, , status, code, state]) => `${status} ${code} ${state}`);
    const rows = TABLE.filter(({ status, code }) => !ELSEWHERE.includes(`${status} ${code}`)).map(
      ({ status, code, state }) => `${status} ${code} ${state}`,
    );
    assert.deepEqual([...new Set(seen)].sort(), rows.sort());
  });

  test("is what a page and a client understand", async () => {
    for (const { status, code, state, meaning } of TABLE) {
      const reply = {
        status,
        body: JSON.stringify({
          v: 1,
          id: "1",
          state,
          issues: code ? [{ field: "", code, severity: "error", message: "x" }] : [],
        }),
      };
      for (const read of [readLean, readEdge]) {
        const outcome = await read("relay.lead.submit", reply);
        const understood =
          outcome.kind === "stored" || outcome.kind === "queued"
            ? "taken"
            : outcome.kind === "refused" && !outcome.fault
              ? "values"
              : "notNow";
        assert.equal(understood, meaning, `${status} ${code}: ${JSON.stringify(outcome)}`);
      }
    }
  });
});

/** Says that it will be, or was, though it was not. */
const UNTRUE = /will be taken|a little later|under way|delivered|stored|sooner|shortly/i;

for (const [what, request, status, code, state, typed] of ANSWERS) {
  describe(what, () => {
    test("is a page to who follows a form", async () => {
      const response = await call(...(await request()));
      const html = await response.text();
      assert.equal(response.status, status, html);
      assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.match(
        response.headers.get("content-security-policy"),
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action /,
      );
      assert.match(html, /<html lang="en" dir="ltr">/);
      assert.match(html, /<title>[^<]+<\/title>/);
      assert.match(html, /role="alert">\s*<h1 tabindex="-1" autofocus>[^<]+<\/h1>/);
      assert.equal(html.includes("ann@example.org"), typed, "what was typed");
      assert.equal(
        /<button type="submit">Send again<\/button>/.test(html),
        typed,
        "a way on: send again",
      );
      if (!typed && status !== 404)
        assert.match(html, /Back button|The form is on/, "a way on: back");
      if (status !== 404) assert.match(html, /mailto:office@example\.com/);
      if ([409, 429, 500, 503].includes(status)) {
        assert.match(response.headers.get("retry-after"), /^\d+$/);
        assert.match(
          html,
          /Please send it again in <time datetime="PT\d+S">\d+ (second|minute|hour)s?<\/time>/,
        );
      }
      assert.doesNotMatch(html.replace(/its check may still be under way/, ""), UNTRUE);
      assert.doesNotMatch(html, /<script|undefined|\{\}|\[object/);
    });

    for (const accept of ["application/json", "*/*", ""]) {
      test(`is JSON to who asks for ${accept || "nothing"}`, async () => {
        const [path, init] = await request();
        const response = await call(path, { ...init, accept });
        const answer = await response.json();
        assert.equal(response.status, status);
        assert.equal(response.headers.get("content-type"), "application/json; charset=utf-8");
        assert.deepEqual(
          { ...answer, issues: answer.issues.map(({ message, ...issue }) => issue) },
          { v: 1, id: null, state, issues: [{ field: "", code, severity: "error" }] },
        );
        assert.match(answer.issues[0].message, /^[A-Z].+\.$/);
        assert.doesNotMatch(
          answer.issues[0].message.replace("its check may still be under way", ""),
          UNTRUE,
        );
      });
    }
  });
}

test("a key that was used for other values: the page's own lead is another one", async () => {
  const key = crypto.randomUUID();
  assert.equal((await call("/leads/contact", { body: body(lead(), { key }) })).status, 303);
  const response = await call("/leads/contact", {
    body: body(lead({ firstName: "Bea" }), { key }),
  });
  assert.equal(response.status, 422);
  const html = await response.text();
  assert.match(html, /sent once before, with other entries/);
  assert.ok(
    !html.includes(key) && !html.includes("_fp_again"),
    "sent again, it would be refused again",
  );
});

test("options that are broken are a page, JSON, and a line of the log that holds no text of anybody", async (t) => {
  let heard = "";
  const { write } = process.stdout;
  process.stdout.write = (chunk, ...rest) => {
    heard += String(chunk);
    return write.call(process.stdout, chunk, ...rest);
  };
  t.after(() => (process.stdout.write = write));
  const there = await stand({ worker, bindings: { BROKEN: "1" } });
  t.after(() => there.stop());
  const ask = (accept, path = "/leads/contact") =>
    fetch(there.relay + path, {
      method: "POST",
      body: body(lead()),
      headers: { accept, origin: there.page, "accept-language": "fr-FR,fr;q=0.9" },
    });
  const page = await ask(HTML);
  const html = await page.text();
  assert.equal(page.status, 500);
  assert.match(html, /<html lang="fr-CA" dir="ltr">/);
  assert.match(html, /Une erreur s’est produite de notre côté\./);
  assert.ok(
    !html.includes("ann@example.org") && !html.includes("a visitor"),
    "there is no form to show it in",
  );
  const answer = await ask("application/json");
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), {
    v: 1,
    id: null,
    state: "retry",
    issues: [
      {
        field: "",
        code: "relay.failed",
        severity: "error",
        message: "Something went wrong on our side.",
      },
    ],
  });
  const operator = await ask(HTML, "/operator/status");
  assert.deepEqual([operator.status, await operator.json()], [500, { code: "relay.failed" }]);
  const line = await until(() => /\{"event":"relay\.failed".*\}/.exec(heard)?.[0], "the log");
  assert.match(line, /"code":"TypeError","message":"","where":"at .+"/);
  assert.ok(!heard.includes("a visitor's own text") && !heard.includes("ann@example.org"), heard);
});

describe("the form's language", () => {
  const wrong = (more) => body(lead({ email: "ann", message: "x".repeat(600), ...more }));
  for (const [form, lang, said] of [
    [
      "contacto",
      "es-MX",
      [
        "Revise sus datos · Pida una visita",
        "Un correo electrónico lleva una sola @",
        "Escriba como máximo 500 caracteres.",
        "opcional",
        ">Enviar otra vez<",
        "También puede comunicarse con nosotros aquí: <a",
      ],
    ],
    [
      "contactez",
      "fr-CA",
      [
        "Veuillez vérifier vos renseignements · Votre demande",
        "Veuillez entrer au plus 500 caractères.",
        "facultatif",
        ">Envoyer de nouveau<",
      ],
    ],
    [
      "kontakt",
      "de",
      ["Bitte prüfen Sie Ihre Angaben", "Eine E-Mail-Adresse hat ein @.", "Höchstens 500 Zeichen."],
    ],
  ]) {
    test(`is ${lang}, with every word`, async () => {
      const html = await (await call(`/leads/${form}`, { body: wrong() })).text();
      assert.match(html, new RegExp(`<html lang="${lang}" dir="ltr">`));
      for (const text of said)
        assert.ok(html.includes(text), `${text}\n${html.slice(html.indexOf("<main>"))}`);
    });
  }

  test("is spoken in JSON, too, with the same codes", async () => {
    const { issues } = await (
      await call("/leads/contacto", { body: wrong(), accept: "application/json" })
    ).json();
    assert.deepEqual(issues.map(({ code, message }) => [code, message])[1], [
      "text.long",
      "Escriba como máximo 500 caracteres.",
    ]);
    const unread = await (
      await call("/leads/contacto", { body: many(), accept: "application/json" })
    ).json();
    assert.equal(
      unread.issues[0].message,
      "El formulario tiene más de 100 campos y no se puede recibir.",
    );
  });

  test("says times as that language does", async () => {
    const html = await (await call("/leads/contactez?break=away", { body: body(lead()) })).text();
    assert.match(
      html,
      /Veuillez l’envoyer de nouveau dans <time datetime="PT30S">30\ssecondes<\/time>\./,
    );
    const limited = await (
      await call("/leads/contacto", { body: body(lead()), headers: await spent() })
    ).text();
    assert.match(
      limited,
      /Vuelva a enviarla dentro de <time datetime="PT\d+S">2\sminutos<\/time> \(\d+:\d\d\s[ap]\.m\. [A-Z-\d]+\)\./,
    );
  });

  test("of nobody's form is the visitor's", async () => {
    for (const [given, lang] of [
      ["es-US,es;q=0.9,en;q=0.8", "es"],
      ["de,fr;q=0.5", "fr-CA"],
      ["de", "en"],
      ["", "en"],
    ]) {
      const html = await (
        await call("/leads/nowhere", {
          body: body(lead()),
          headers: given ? { "accept-language": given } : {},
        })
      ).text();
      assert.match(html, new RegExp(`<html lang="${lang}" dir="ltr">`), given);
    }
  });
});

describe("the page", () => {
  test("keeps everything that was typed, and no file", async () => {
    const form = new FormData();
    const typed = {
      firstName: 'Ann "A" <b>',
      email: "ann@",
      message: "one\r\ntwo",
      when: "Later",
      campaign: "spring & fall",
    };
    for (const [name, value] of Object.entries(typed)) form.append(name, value);
    for (const service of ["Drains", "Water, hot"]) form.append("services", service);
    for (const tag of ["a", "b"]) form.append("tags", tag);
    form.append("tags", new File(["secret content"], "secret.txt"));
    const html = await (await call("/leads/contact", { body: form })).text();
    for (const part of [
      'value="Ann &#34;A&#34; &#60;b&#62;"',
      'value="ann@"',
      "\none\r\ntwo</textarea>",
      'value="Later" checked',
      'name="campaign" value="spring &#38; fall"',
      'value="Drains" checked',
      'value="Water, hot" checked',
      'value="a, b',
    ]) {
      assert.ok(html.includes(part), `${part}\n${html}`);
    }
    assert.ok(!html.includes('value="Boilers" checked') && !html.includes("secret"));
  });

  test("shows the consent's full text, with its link beside the form", async () => {
    const html = await (await call("/leads/contact", { body: body(lead({ email: "" })) })).text();
    assert.match(
      html,
      /<p class="terms" id="(f\d+-terms)">I agree that Harbor Plumbing may call and text me about my request\.\nThe policy is at <a href="https:\/\/example\.com\/privacy\?a=1&#38;b=2" target="_blank" rel="noopener noreferrer">/,
    );
    assert.match(html, /name="consent" aria-describedby="f7-terms"/);
  });

  test("a consent's text is kept whole, however long", async () => {
    assert.equal(
      (await call("/leads/agreed", { body: body(lead({ email: "agreed@example.org" })) })).status,
      303,
    );
    const sent = await until(
      async () =>
        (await at.ledger()).find(
          ({ operation, key }) =>
            operation === "marketo.lead.submitForm" && key === "agreed@example.org",
        ),
      "the lead",
    );
    assert.match(
      sent.body.input[0].leadFormFields.company,
      /^I agree to all of this, .{3000,}The end\.$/,
    );
  });

  test("never makes a consent of a no", async () => {
    for (const [given, checked] of [
      ["no", false],
      ["off", false],
      ["0", false],
      [" ", false],
      ["yes", true],
      ["on", true],
      ["v2", true],
    ]) {
      const html = await (
        await call("/leads/contact", { body: body(lead({ email: "", consent: given })) })
      ).text();
      assert.equal(/name="consent"[^>]* checked/.test(html), checked, given);
    }
  });

  test("of a form's address leads to the form", async () => {
    for (const method of ["GET", "HEAD"]) {
      const response = await call("/leads/contact", { method });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
      const html = await response.text();
      if (method === "GET")
        assert.ok(
          html.includes(`The form is on <a href="${at.page}">`) && !html.includes('role="alert"'),
          html,
        );
      else assert.equal(html, "");
    }
    for (const accept of ["application/json", "*/*", ""])
      assert.equal((await (await call("/leads/contact", { method: "GET", accept })).json()).v, 1);
  });
});

/** Sends the page's own form, as a browser would that changes nothing but what it is told. */
function sendAgain(html, changes = {}, path = "/leads/contact", headers = {}) {
  const pairs = new URLSearchParams();
  for (const [, tag] of html.matchAll(/<input ([^>]*)>/g)) {
    const of = (name) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1];
    if (/^(checkbox|radio)$/.test(of("type") ?? "") && !/ checked/.test(tag)) continue;
    pairs.append(
      of("name"),
      of("value").replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)),
    );
  }
  for (const [, name, text] of html.matchAll(/<textarea[^>]* name="([^"]*)"[^>]*>\n([^<]*)</g))
    pairs.append(name, text);
  for (const [name, value] of Object.entries(changes)) pairs.set(name, value);
  return call(path, { body: pairs, headers: { origin: at.relay, ...headers } });
}

describe("sent again from the page", () => {
  /** The calls that wrote a person's lead, once nothing more comes. */
  async function writes(email) {
    const all = async () =>
      (await at.ledger()).filter(
        ({ operation, key, verdict }) =>
          operation === "marketo.lead.submitForm" &&
          key === email &&
          /created|updated/.test(verdict),
      );
    await until(async () => (await all()).length > 0, email);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await all()).length;
  }

  for (const [what, own] of [
    ["by its key", { key: crypto.randomUUID() }],
    ["by its fields and the time", {}],
  ]) {
    test(`the very same lead is the one that was taken, known ${what}`, async () => {
      const email = `lost${Object.keys(own).length}@example.org`;
      const typed = lead({
        email,
        message: " Two\r\nlines ",
        services: ["Water, hot", "Drains"],
        tags: ["b", "a"],
        campaign: "x",
      });
      const first = await call("/leads/delivered?break=lost", {
        body: body({ utm_medium: "x", fp_ref2: "", ...typed }, own),
      });
      assert.equal(first.status, 503);
      const html = await first.text();
      assert.match(html, /We cannot tell whether your request was taken/);
      assert.ok(!html.includes('name="_fp_key"'));
      // On the way a field may go wrong and be mended again.
      const wrong = await sendAgain(html, { firstName: "" }, "/leads/delivered");
      assert.equal(wrong.status, 422);
      const again = await sendAgain(await wrong.text(), { firstName: "Ann" }, "/leads/delivered");
      assert.equal(again.status, 303);
      assert.equal((await sendAgain(html, {}, "/leads/delivered")).status, 303);
      assert.equal(await writes(email), 1);
    });
  }

  test("it is not said to be untaken by an outbox that cannot tell", async () => {
    const first = await call("/leads/contact?break=lost", {
      body: body(lead({ message: "away" })),
    });
    const html = await first.text();
    for (const [again, status] of [
      [await sendAgain(html, {}, "/leads/contact?break=away"), 503],
      [await sendAgain(html, {}, "/leads/contact", await spent()), 429],
    ]) {
      assert.equal(again.status, status);
      const said = await again.text();
      assert.match(said, /<h1[^>]*>We cannot tell whether your request was taken/);
      assert.match(said, /Sent again without changes, it is taken only once\./);
    }
  });

  test("other entries are another lead, and no key that was used for other values", async () => {
    const email = "changed@example.org";
    const first = await call("/leads/delivered?break=lost", {
      body: body(lead({ email }), { key: crypto.randomUUID() }),
    });
    assert.equal(
      (await sendAgain(await first.text(), { firstName: "Bea" }, "/leads/delivered")).status,
      303,
    );
    await until(async () => (await writes(email)) === 2, "both");
  });

  test("what is made up is worth nothing", async () => {
    const html = await (
      await call("/leads/contact?break=full", { body: body(lead({ message: "forged" })) })
    ).text();
    const signed = /name="_fp_again" value="([^"]+)"/.exec(html)[1];
    for (const forged of [
      "",
      "x",
      "k:12345678 abc 00",
      signed.replace(/^n:./, "n:x"),
      `${signed}0`,
    ]) {
      assert.equal((await sendAgain(html, { _fp_again: forged })).status, 303, forged);
    }
  });
});

describe("in a browser without script", () => {
  let browser;
  let axe;
  before(async () => {
    [browser, axe] = await Promise.all([
      launch(),
      readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
    ]);
  });
  after(() => browser?.close());

  /** A page of the form's own origin that posts natively: the site's, with another form in it. */
  async function open(
    t,
    { action, html = "", enctype = "", target, spent: tooMuch, origin = at.page, ...options },
  ) {
    const context = await browser.newContext({
      extraHTTPHeaders: tooMuch
        ? await spent()
        : { "cf-connecting-ip": `203.0.113.${++addresses}` },
      ...options,
    });
    t.after(() => context.close());
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const complaints = [];
    page.on(
      "console",
      (message) =>
        message.type() === "error" &&
        /policy|Refused/i.test(message.text()) &&
        complaints.push(message.text()),
    );
    await context.route(`${origin}/test`, (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><form method="post" action="${at.relay}${action}" ${enctype && `enctype="${enctype}"`} ${target ? `target="${target}"` : ""}><input name="firstName" value="Ann"><input name="email" value="ann@example.org"><input name="consent" type="checkbox" value="yes" checked>${html}<button>Send</button></form>${target ? `<iframe name="${target}"></iframe>` : ""}`,
      }),
    );
    // The browser did not get it from this machine, and asks before such a page may open a frame from here.
    if (target) await context.grantPermissions(["local-network-access"]);
    await page.goto(`${origin}/test`);
    await page.click("button");
    if (!target) await page.waitForURL(new RegExp(at.relay));
    return { page, complaints };
  }

  const FORMS = [
    [
      "422",
      { action: "/leads/contact", html: '<input name="message" value="' + "x".repeat(600) + '">' },
      422,
    ],
    ["415", { action: "/leads/contacto", enctype: "text/plain" }, 415],
    [
      "413",
      {
        action: "/leads/contact",
        html: `<textarea name="message">${"x".repeat(70_000)}</textarea>`,
      },
      413,
    ],
    ["404", { action: "/leads/nowhere" }, 404],
    ["403", { action: "/leads/contact", origin: "http://evil.example" }, 403],
    ["409", { action: "/leads/challenged?break=running" }, 409],
    ["429", { action: "/leads/contacto", spent: true }, 429],
    ["500", { action: "/leads/odd" }, 500],
    ["503", { action: "/leads/contactez?break=full" }, 503],
  ];
  for (const [what, form, status] of FORMS) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${what} ${colorScheme}: reads well, narrow and wide, and by a screen reader`, async (t) => {
        const { page, complaints } = await open(t, {
          ...form,
          colorScheme,
          viewport: { width: 1280, height: 900 },
        });
        assert.equal(
          await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseStatus),
          status,
        );
        assert.equal(
          await page.evaluate(() => document.activeElement?.localName),
          "h1",
          "the heading has the focus",
        );
        for (const width of [1280, 640, 320]) {
          await page.setViewportSize({ width, height: 800 });
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
            true,
            `no scrolling sideways at ${width}`,
          );
          if (process.env.SHOTS)
            await page.screenshot({
              path: `${process.env.SHOTS}/${what}-${colorScheme}-${width}.png`,
              fullPage: true,
            });
        }
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          globalThis.axe.run(document, {
            runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
          }),
        );
        assert.deepEqual(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          [],
        );
        assert.deepEqual(complaints, [], "nothing breaks the page's own policy");
      });
    }
  }

  test("the errors are links to their fields, all by keyboard, and the lead goes on", async (t) => {
    const { page } = await open(t, {
      action: "/leads/contact",
      html: '<input name="when" value="Never"><input name="campaign" type="hidden" value="c">',
      javaScriptEnabled: false,
    });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.match(page.url(), /#f5$/);
    await page.keyboard.press("Space");
    assert.equal(await page.isChecked('[value="Now"]'), true);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${at.page}/thanks.html`);
  });

  test("in a frame of the form's own page it is seen", async (t) => {
    const { page } = await open(t, {
      action: "/leads/contact",
      target: "frame",
      html: '<input name="when" value="Never">',
    });
    const frame = page.frameLocator("iframe");
    assert.equal(await frame.locator("h1").innerText(), "Please check your entries");
    await frame.locator('[value="Now"]').check();
    await Promise.all([
      page.waitForRequest(`${at.page}/thanks.html`),
      frame.locator("button").click(),
    ]);
  });

  test("an answer that was lost: sent again, it is the same lead", async (t) => {
    const { page } = await open(t, {
      action: "/leads/contact?break=lost",
      html: '<input name="utm_medium" value="x"><textarea name="message">one\ntwo</textarea>',
      javaScriptEnabled: false,
    });
    assert.equal(
      await page.locator("h1").innerText(),
      "We cannot tell whether your request was taken",
    );
    await page.click("button");
    await page.waitForURL(`${at.page}/thanks.html`);
  });
});
