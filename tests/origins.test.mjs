// Where a lead comes from, what its token is good for, and whose address it has: on real workerd, with the headers that
// browsers and proxies send.
import assert from "node:assert/strict";
import { request as open } from "node:http";
import { after, before, describe, test } from "node:test";
import { visitorAddress } from "../pkg/dist/relay/http/address.js";
import { plainAddress } from "../pkg/dist/relay/http/ip.js";
import { body, root, stand } from "./stand.mjs";

/** The form's page, everywhere below. */
const PAGE = "https://www.example.com";

let at;
before(async () => {
  at = await stand({
    worker: `${root}tests/rows.worker.mjs`,
    bindings: { SECRETS: "the only secret of a test of origins and tokens", PAGE_ORIGIN: PAGE },
  });
});
after(() => at.stop());

const key = () => crypto.randomUUID();
let people = 0;
const person = () => ({ email: `origin${++people}@example.org` });

/** A request with exactly these headers, to the Worker's own socket. */
const ask = (path, { method = "GET", headers = {}, text = "", of = at } = {}) =>
  new Promise((resolve, reject) => {
    const { host, ...others } = headers;
    const length =
      method === "POST"
        ? {
            "content-length": Buffer.byteLength(text),
            "content-type": "application/x-www-form-urlencoded",
          }
        : {};
    const sent = open(
      new URL(path, of.direct),
      { method, headers: { ...(host && { host }), ...length, ...others } },
      (response) => {
        let said = "";
        response
          .setEncoding("utf8")
          .on("data", (part) => (said += part))
          .on("end", () =>
            resolve({ status: response.statusCode, headers: response.headers, text: said }),
          );
      },
    );
    sent.on("error", reject).end(text);
  });
const JSON_HEADERS = { accept: "application/json" };
const post = (values, own, headers, more = {}) =>
  ask("/leads/contact", {
    method: "POST",
    headers: { ...JSON_HEADERS, ...headers },
    text: String(body(values, own)),
    ...more,
  });
const token = async (headers = {}) =>
  JSON.parse((await ask("/leads/contact", { headers: { ...JSON_HEADERS, ...headers } })).text)
    .token;
const rows = async (path = "leads") =>
  JSON.parse(
    (await ask(`/operator/${path}`, { headers: { authorization: "Bearer demo-operator" } })).text,
  );
/** `goes on`, or why a person has to look. */
async function stateOf(answer) {
  assert.ok([200, 202].includes(answer.status), answer.text);
  const [row] = (await rows()).filter(({ id }) => id.startsWith(JSON.parse(answer.text).id));
  return row.phase === "review" ? row.review : "goes on";
}
const sql = async (query) =>
  (await fetch(`${at.relay}/test/sql`, { method: "POST", body: JSON.stringify({ query }) })).json();
const reviews = async () =>
  (await sql("SELECT count(*) AS n FROM deliveries WHERE phase = 'review'")).reduce(
    (sum, { n }) => sum + n,
    0,
  );
const older = () => new Promise((resolve) => setTimeout(resolve, 2_100));

describe("behind a proxy", () => {
  const UPSTREAM = "127.0.0.1:8787";
  /** What stands before the relay; where the browser sees page and relay; the host that the relay is asked for. */
  const WAYS = [
    ["nginx on the page's own origin, which asks for its upstream", PAGE, UPSTREAM],
    ["nginx on the page's own origin, which passes the host on", PAGE, "www.example.com"],
    [
      "nginx for a host of the relay's own, which asks for its upstream",
      "https://leads.example.com",
      UPSTREAM,
    ],
    ["the same, and passes the host on", "https://leads.example.com", "leads.example.com"],
    [
      "the same on a port, and leaves it out ($host)",
      "https://leads.example.com:8443",
      "leads.example.com",
    ],
    [
      "the same on a port, and passes it on ($http_host)",
      "https://leads.example.com:8443",
      "leads.example.com:8443",
    ],
    [
      "a relay that is asked over http, as a development server does",
      "http://localhost:5173",
      "localhost:5173",
    ],
    ["the same with changeOrigin", "http://localhost:5173", UPSTREAM],
  ];
  for (const [what, relay, host] of WAYS) {
    const site =
      relay === PAGE
        ? "same-origin"
        : new URL(relay).hostname.endsWith("example.com")
          ? "same-site"
          : "cross-site";
    const page = { host, origin: PAGE, "sec-fetch-site": site };
    // A page asks its own origin without naming it.
    const { origin, ...own } = page;

    test(`${what}: a page of the form's list sends, with a token that is its own`, async () => {
      const given = await token(site === "same-origin" ? own : page);
      const answer = await post(person(), { key: key(), token: given }, page);
      assert.equal(await stateOf(answer), "goes on");
      assert.equal(answer.headers["access-control-allow-origin"], PAGE);
      const native = await ask("/leads/contact", {
        method: "POST",
        headers: { accept: "text/html", ...page },
        text: String(body(person())),
      });
      assert.deepEqual([native.status, native.headers.location], [303, `${PAGE}/thanks.html`]);
    });

    test(`${what}: the relay's own page sends what was corrected`, async () => {
      const refused = await ask("/leads/contact", {
        method: "POST",
        headers: { accept: "text/html", ...page },
        text: String(body({ email: "no address" })),
      });
      assert.equal(refused.status, 422);
      // A proxy may have taken a part of the path away: only what is relative leads back.
      assert.match(refused.text, /<form action="contact" method="post"/);
      const hidden = Object.fromEntries(
        [...refused.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
          ([, name, value]) => [name, value],
        ),
      );
      const held = await reviews();
      const headers = { host, accept: "text/html", origin: relay, "sec-fetch-site": "same-origin" };
      const again = await ask("/leads/contact", {
        method: "POST",
        headers,
        text: String(body({ ...hidden, ...person() })),
      });
      assert.deepEqual(
        [again.status, again.headers.location],
        [303, `${PAGE}/thanks.html`],
        again.text.slice(0, 200),
      );
      assert.equal(await reviews(), held);
      // It is known by its token alone, and only where page and relay have one origin.
      if (relay === PAGE || new URL(relay).hostname === host.split(":")[0]) return;
      for (const wrong of [
        { token: await token() },
        { token: await token(page) },
        { token: "x" },
        {},
      ]) {
        assert.equal(
          (
            await post(
              person(),
              { key: key(), ...wrong },
              { host, origin: relay, "sec-fetch-site": "same-origin" },
            )
          ).status,
          403,
        );
      }
      for (const other of ["same-site", "cross-site", "none"]) {
        assert.equal(
          (
            await post(
              person(),
              { key: key(), token: hidden._fp_token },
              { host, origin: relay, "sec-fetch-site": other },
            )
          ).status,
          403,
          other,
        );
      }
    });
  }

  test("another site is refused, whatever its browser says beside", async () => {
    for (const site of ["same-origin", "same-site", "cross-site", "none", undefined]) {
      for (const origin of [
        "https://evil.example",
        `${PAGE}.evil.example`,
        "http://www.example.com",
        "https://127.0.0.1.evil.example",
      ]) {
        for (const host of [UPSTREAM, "www.example.com.evil.example"]) {
          const headers = { host, origin, ...(site && { "sec-fetch-site": site }) };
          if (host === new URL(origin).hostname) continue;
          for (const own of [{}, { token: await token() }])
            assert.equal(
              (await post(person(), { key: key(), ...own }, headers)).status,
              403,
              JSON.stringify(headers),
            );
          const asked = await ask("/leads/contact", { headers: { ...JSON_HEADERS, ...headers } });
          assert.deepEqual(
            [asked.status, asked.headers["access-control-allow-origin"]],
            [403, undefined],
            JSON.stringify(headers),
          );
        }
      }
    }
  });
});

describe("Origin: null", () => {
  const nobody = { origin: "null" };
  const CASES = [
    [
      "from another site, with a token that a server asked for",
      { "sec-fetch-site": "cross-site" },
      () => token(),
      "origin.null",
    ],
    ["from who knows where, with such a token", {}, () => token(), "origin.null"],
    [
      "from an address that was typed, with such a token",
      { "sec-fetch-site": "none" },
      () => token(),
      "origin.null",
    ],
    [
      "of a page without referrers on the relay's own origin, with such a token",
      { "sec-fetch-site": "same-origin" },
      () => token(),
      "goes on",
    ],
    [
      "of a page without referrers beside the relay, with such a token",
      { "sec-fetch-site": "same-site" },
      () => token(),
      "goes on",
    ],
    ["of the same, without a token", { "sec-fetch-site": "same-site" }, () => undefined, "goes on"],
    [
      "from another site, with a page's own token",
      { "sec-fetch-site": "cross-site" },
      () => token({ origin: PAGE }),
      "goes on",
    ],
    [
      "from another site, without a token",
      { "sec-fetch-site": "cross-site" },
      () => undefined,
      "token.missing origin.null",
    ],
  ];
  test("is somebody else's, or a page's that says little", async () => {
    const given = await Promise.all(CASES.map(([, , make]) => make()));
    await older();
    for (const [n, [what, headers, , state]] of CASES.entries()) {
      const own = { key: key(), ...(given[n] && { token: given[n] }) };
      assert.equal(
        await stateOf(await post(person(), own, { ...nobody, ...headers })),
        state,
        what,
      );
    }
  });

  test("gets no token", async () => {
    for (const site of ["cross-site", "same-site", undefined]) {
      assert.equal(
        (
          await ask("/leads/contact", {
            headers: { ...JSON_HEADERS, ...nobody, ...(site && { "sec-fetch-site": site }) },
          })
        ).status,
        403,
      );
    }
  });

  test("a token that a server asked for is good on the form's pages, and in a server's own post", async () => {
    assert.equal(
      await stateOf(await post(person(), { key: key(), token: await token() }, { origin: PAGE })),
      "goes on",
    );
    assert.equal(
      await stateOf(await post(person(), { key: key(), token: await token() }, {})),
      "goes on",
    );
  });
});

describe("a token's second lead waits for a person", () => {
  const page = { origin: PAGE };
  const nonceOf = (given) => given.split(".")[2];
  const send = (values, own) => post(values, own, page);
  // Two outboxes: of a dozen tokens some have their leads in one of them, and some in both.
  const TURNS = 12;

  test("its nonce was the first one's key", async () => {
    for (let n = 0; n < TURNS; n++) {
      const given = await token(page);
      const first = person();
      const own = { key: nonceOf(given), token: given };
      assert.equal(await stateOf(await send(first, own)), "goes on");
      assert.equal(await stateOf(await send(first, own)), "goes on", "the same lead again");
      assert.equal(
        await stateOf(await send(person(), { key: key(), token: given })),
        "token.spent",
      );
      assert.equal(
        await stateOf(await send(person(), { token: given })),
        "token.spent",
        "a native one",
      );
    }
  });

  test("its nonce is the second one's key", async () => {
    for (let n = 0; n < TURNS; n++) {
      const given = await token(page);
      const first = person();
      const own = { key: key(), token: given };
      assert.equal(await stateOf(await send(first, own)), "goes on");
      assert.equal(
        await stateOf(await send(person(), { key: nonceOf(given), token: given })),
        "token.spent",
      );
      assert.equal(await stateOf(await send(first, own)), "goes on", "the same lead again");
    }
  });

  test("all of them at once", async () => {
    const given = await token(page);
    const keys = [nonceOf(given), ...Array.from({ length: 19 }, key)];
    const answers = await Promise.all(
      keys.map((one) => send(person(), { key: one, token: given })),
    );
    const states = await Promise.all(answers.map(stateOf));
    assert.equal(states.filter((state) => state === "goes on").length, 1);
    assert.equal(states.filter((state) => state === "token.spent").length, 19);
  });
});

describe("a visitor's address", () => {
  const asked = (headers, relay = {}, cf) =>
    visitorAddress(Object.assign(new Request("https://relay.example", { headers }), { cf }), relay);

  test("is the platform's word on Cloudflare, the owner's header elsewhere, and nobody's else", () => {
    const forged = {
      "cf-connecting-ip": "192.0.2.1",
      "x-real-ip": "192.0.2.2",
      "x-forwarded-for": "192.0.2.3, 192.0.2.4, 192.0.2.5",
    };
    assert.equal(asked(forged), null);
    assert.equal(asked(forged, {}, {}), null, "a local stand-in for Cloudflare");
    assert.equal(asked(forged, {}, { colo: "FRA" }), "192.0.2.1");
    assert.equal(asked(forged, { addressHeader: "X-Real-IP" }), "192.0.2.2");
    assert.equal(
      asked(forged, { addressHeader: "x-forwarded-for" }),
      "192.0.2.5",
      "what the nearest proxy saw",
    );
    assert.equal(asked(forged, { addressHeader: "x-forwarded-for", addressHops: 2 }), "192.0.2.4");
    assert.equal(
      asked(forged, { addressHeader: "x-forwarded-for", addressHops: 4 }),
      null,
      "fewer than there should be",
    );
    assert.equal(asked({}, { addressHeader: "x-real-ip" }), null);
  });

  test("is an address, as it is always written, or nothing", () => {
    const CASES = {
      "192.0.2.1": "192.0.2.1",
      " 192.0.2.1 ": "192.0.2.1",
      "192.0.2.1:4711": "192.0.2.1",
      "2001:DB8::1": "2001:db8::1",
      "[2001:db8::1]:443": "2001:db8::1",
      "2001:0db8:0:0:0:0:0:1": "2001:db8::1",
      "::ffff:192.0.2.1": "192.0.2.1",
      "::FFFF:c000:0201": "192.0.2.1",
      "[::1]": "::1",
      "::": "::",
      "0000:0000:0000:0000:0000:ffff:192.168.100.228": "192.168.100.228",
    };
    for (const [given, plain] of Object.entries(CASES))
      assert.equal(plainAddress(given), plain, given);
    for (const none of [
      "",
      "unknown",
      "localhost",
      "192.0.2",
      "192.0.2.256",
      "192.0.2.01",
      "0x7f.0.0.1",
      "1.2.3.4.5",
      "192.0.2.1/24",
      "fe80::1%eth0",
      "[::1",
      "::1]",
      ":",
      ":::",
      "1:2:3:4:5:6:7:8:9",
      "192.0.2.1, 192.0.2.2",
      "<script>",
      "::1@evil.example",
      "_hidden",
      "2001:db8::1 x",
      `${"0".repeat(46)}:1`,
      "192.0.2.1:999999",
      "٣.0.0.1",
    ])
      assert.equal(plainAddress(none), null, none);
  });
});
