// Requests that nobody would send, made by chance from a seed: methods, paths, headers, types, encodings, lengths that lie,
// bodies that are cut, keys and tokens that are nearly right, an operator's calls.
import { gzipSync } from "node:zlib";
import { random } from "./proxy.mjs";

/** What chance picks from; a function is asked. */
const dice = (next) => {
  const roll = {
    next,
    below: (most) => Math.floor(next() * most),
    chance: (share) => next() < share,
    of: (list) => list[Math.floor(next() * list.length)],
    /** `[weight, value]` each. */
    weighed(list) {
      let at = next() * list.reduce((sum, [weight]) => sum + weight, 0);
      return (list.find(([weight]) => (at -= weight) < 0) ?? list.at(-1))[1];
    },
    text(most, signs = SIGNS) {
      return Array.from({ length: roll.below(most + 1) }, () => roll.of(signs)).join("");
    },
    word: (least, most) =>
      Array.from({ length: least + roll.below(most - least + 1) }, () => roll.of(LETTERS)).join(""),
    bytes: (most) =>
      Buffer.from(Array.from({ length: roll.below(most + 1) }, () => roll.below(256))),
  };
  return roll;
};
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz0123456789"];
const SIGNS = [
  ...LETTERS,
  ..."ABC=&+%;,./?#[]{}()<>\"'\\`~!@$^*|_- \t\r\n\0",
  "é",
  "ß",
  "漢",
  "🚚",
  "\u202e",
  "\ufeff",
  "\u0301",
  "\ud800",
  "%00",
  "%zz",
  "%ff",
  "\u2028",
  "__proto__",
  "constructor",
  "_fp_key",
  "_fp_token",
];

const NAMES = [
  "firstName",
  "lastName",
  "email",
  "company",
  "terms",
  "unknown",
  "__proto__",
  "constructor",
  "toString",
  "",
  "_fp_",
  "_fp_v",
  "_fp_key",
  "email[]",
  "cf-turnstile-response",
];

/** A text with one sign changed, taken away, doubled, or cut. */
const nearly = (roll, text) => {
  const at = roll.below(text.length + 1);
  return roll.of([
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + roll.of(LETTERS) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at, at + 5) + text.slice(at),
    () => text.toUpperCase(),
    () => `${text}${roll.text(3)}`,
    () => text.split(".").reverse().join("."),
  ])();
};

const token = (roll, known) =>
  roll.weighed([
    [4, () => roll.of(known.tokens)],
    [3, () => nearly(roll, roll.of(known.tokens))],
    [1, () => roll.text(40)],
    [1, () => "1".repeat(5_000)],
    [1, () => `1.${roll.word(1, 9)}.${roll.word(1, 40)}.${"0".repeat(64)}`],
  ])();

const key = (roll) =>
  roll.weighed([
    [6, () => roll.word(8, 64)],
    [3, () => `same-key-${roll.below(200)}`],
    [2, () => roll.text(70)],
    [1, () => ""],
    [1, () => roll.word(65, 90)],
  ])();

/** What a lead says: name and value, right, wrong or hardly any. */
function fields(roll, n) {
  const right = [
    ["firstName", "Ann"],
    ["lastName", "Lee"],
    ["email", `made${n}@example.org`],
    ["company", roll.text(60)],
  ];
  return roll.weighed([
    [6, () => right],
    [2, () => right.map(([name, value]) => [name, nearly(roll, value)])],
    [2, () => Array.from({ length: roll.below(8) }, () => [roll.of(NAMES), roll.text(50)])],
    [1, () => Array.from({ length: 95 + roll.below(12) }, (_, at) => [`f${at}`, "x"])],
    [1, () => [...right, ["company", "x".repeat(roll.below(70_000))]]],
    [1, () => [...right, ["email", "twice@example.org"], ["email", ""]]],
  ])();
}

/** What a page sends beside the fields. */
function own(roll, known) {
  const all = {
    _fp_key: () => key(roll),
    _fp_token: () => token(roll, known),
    _fp_v: () =>
      roll.weighed([
        [8, "1"],
        [1, "2"],
        [1, roll.text(4)],
      ]),
    _fp_again: () =>
      roll.weighed([
        [1, () => roll.text(80)],
        [1, () => `k:${roll.word(8, 20)} ${"0".repeat(64)} ${"0".repeat(64)}`],
        [1, () => " ".repeat(roll.below(9))],
      ])(),
    _fp_page: () => roll.text(60),
    _fp_query: () => `?utm_source=${roll.text(20)}`,
    _fp_mkto_trk: () => roll.text(40),
    _fp_first: () => roll.text(40),
    _fp_turnstile: () => roll.text(40),
  };
  return Object.entries(all)
    .filter((_, at) => roll.chance(at < 3 ? 0.7 : 0.1))
    .map(([name, make]) => [name, make()]);
}

/** JSON as others write it. */
function json(roll, pairs) {
  const data = Object.fromEntries(pairs);
  return roll.weighed([
    [5, () => JSON.stringify(data)],
    [2, () => nearly(roll, JSON.stringify(data))],
    [
      1,
      () =>
        JSON.stringify({
          ...data,
          [roll.of(NAMES)]: roll.of([
            null,
            true,
            1e308,
            -0,
            [],
            {},
            [[["x"]]],
            { a: { b: [] } },
            ["a", 1, null],
            "",
          ]),
        }),
    ],
    [1, () => JSON.stringify(roll.of([null, 1, "x", [], [data], false]))],
    [1, () => `{"email":${"[".repeat(roll.below(20_000))}`],
    [1, () => `{"email":${"[".repeat(5_000)}${"]".repeat(5_000)}}`],
    [1, () => `{"__proto__":${JSON.stringify(data)},"email":"\\ud800@example.org"}`],
  ])();
}

/** Multipart as browsers write it, and as they do not. */
function multipart(roll, pairs) {
  const boundary = roll.word(5, 20);
  const part = ([name, value]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${roll.chance(0.1) ? '; filename="a.txt"\r\nContent-Type: text/plain' : ""}\r\n\r\n${value}\r\n`;
  const whole = `${pairs.map(part).join("")}--${boundary}--\r\n`;
  return {
    type: `multipart/form-data; boundary=${roll.chance(0.1) ? roll.word(3, 9) : boundary}`,
    text: roll.chance(0.2) ? nearly(roll, whole) : whole,
  };
}

/** A body, and what it says that it is. */
function content(roll, n, known) {
  const pairs = [...fields(roll, n), ...own(roll, known)];
  const encoded = () => {
    const text = String(
      new URLSearchParams(pairs.map(([name, value]) => [name, value.toWellFormed()])),
    );
    return roll.chance(0.2) ? nearly(roll, text) : text;
  };
  const made = roll.weighed([
    [8, () => ({ type: "application/x-www-form-urlencoded", text: encoded() })],
    [3, () => ({ type: "application/json", text: json(roll, pairs) })],
    [2, () => multipart(roll, pairs)],
    [
      1,
      () => ({
        type: "text/plain;fieldpost=sealed",
        text: Buffer.concat([
          Buffer.from(`_fp_key=${key(roll)}&_fp_token=${token(roll, known)}\n`),
          roll.bytes(200),
        ]),
      }),
    ],
    [
      1,
      () => ({
        type: roll.of([
          "text/plain",
          "application/xml",
          "",
          ";",
          "application/json;charset=utf-16",
          "APPLICATION/JSON",
          "multipart/form-data",
          "application/x-www-form-urlencoded; charset=latin1",
          "x".repeat(300),
        ]),
        text: encoded(),
      }),
    ],
    [
      1,
      () => ({
        type: roll.of([
          "application/x-www-form-urlencoded",
          "application/json",
          "multipart/form-data; boundary=x",
        ]),
        text: roll.bytes(400),
      }),
    ],
  ])();
  const body = Buffer.isBuffer(made.text) ? made.text : Buffer.from(made.text);
  if (!roll.chance(0.04)) return { type: made.type, body };
  return {
    type: made.type,
    encoding: roll.of(["gzip", "br", "deflate", "identity", "x"]),
    body: roll.chance(0.5) ? gzipSync(body) : body,
  };
}

/** Values of headers that a client takes; the others are sent by hand. */
const sendable = (text) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, "").trim();

function headers(roll, known) {
  const all = [
    [
      0.9,
      "accept",
      () =>
        roll.weighed([
          [5, "application/json"],
          [2, "text/html,*/*"],
          [1, "*/*"],
          [1, sendable(roll.text(30))],
        ]),
    ],
    [
      0.8,
      "origin",
      () =>
        roll.weighed([
          [5, known.page],
          [1, "null"],
          [1, known.relay],
          [1, "https://evil.example"],
          [1, nearly(roll, known.page)],
          [1, sendable(roll.text(30))],
        ]),
    ],
    [
      0.4,
      "sec-fetch-site",
      () => roll.of(["same-origin", "same-site", "cross-site", "none", "SAME-ORIGIN", "x"]),
    ],
    [0.1, "cf-connecting-ip", () => sendable(roll.text(50))],
    [0.1, "x-forwarded-for", () => sendable(roll.text(50))],
    [
      0.1,
      "accept-language",
      () => roll.of(["es", "fr-CA;q=0.5", "*", "x-y-z-1", sendable(roll.text(30))]),
    ],
    [0.05, "cookie", () => sendable(roll.text(200))],
    [0.05, "authorization", () => "Bearer demo-operator"],
    [0.02, "x-long", () => "x".repeat(roll.below(6_000))],
    [0.03, "mf-cf-blob", () => '{"colo":"FRA"}'],
    [0.03, "if-none-match", () => "*"],
    [0.03, "range", () => "bytes=0-1"],
  ];
  return Object.fromEntries(
    all.flatMap(([share, name, make]) => (roll.chance(share) ? [[name, sendable(make())]] : [])),
  );
}

/** An address, without what a client would refuse to send. */
const path = (roll) =>
  roll.weighed([
    [30, "/leads/contact"],
    [5, "/leads/other"],
    [2, () => `/leads/${encodeURIComponent(roll.text(20).toWellFormed())}`],
    [
      2,
      () =>
        roll.of([
          "/",
          "//",
          "/leads",
          "/leads/",
          "/leads/contact/",
          "//leads/contact",
          "/leads//contact",
          "/leads/contact/x",
          "/leads/%63ontact",
          "/leads/contact%00",
          "/leads/__proto__",
          "/leads/constructor",
          "/LEADS/contact",
          "/leads/../leads/contact",
          "/.env",
          "/leads/contact;x",
          `/${"x".repeat(3_000)}`,
          "/leads/%ff",
          "/leads/%",
        ]),
    ],
  ]);
const query = (roll) =>
  roll.weighed([
    [40, ""],
    [1, "?wait"],
    [1, "?wait=0&wait=1"],
    [1, () => `?${encodeURI(roll.text(40).toWellFormed()).replaceAll("#", "")}`],
    [1, "?%zz=%"],
    [1, `?${"a=b&".repeat(500)}`],
  ]);
const asked = (made) => (typeof made === "function" ? made() : made);

function lead(roll, n, known) {
  const method = roll.weighed([
    [60, "POST"],
    [12, "GET"],
    [4, "OPTIONS"],
    [3, "HEAD"],
    [1, "PUT"],
    [1, "DELETE"],
    [1, "PATCH"],
    [1, "TRACE"],
  ]);
  const made = {
    kind: `${method} of a form`,
    method,
    path: asked(path(roll)) + asked(query(roll)),
    headers: headers(roll, known),
  };
  if (method === "GET" || method === "HEAD" || method === "TRACE") return made;
  const { type, encoding, body } = content(roll, n, known);
  return {
    ...made,
    headers: {
      ...made.headers,
      ...(type && { "content-type": type }),
      ...(encoding && { "content-encoding": encoding }),
    },
    body,
  };
}

/** An operator's calls: most without the right key, and none that sends on or gives up what is not made up. */
function operator(roll, n) {
  const odd = () => sendable(roll.text(20).toWellFormed());
  const call = roll.of([
    "status",
    "leads",
    "attention",
    "metrics",
    "export",
    "erase",
    "replay",
    "discard",
    "page.js",
    "",
    "x",
    "status/",
    "../operator/status",
    "%73tatus",
    odd(),
  ]);
  const values = {
    phase: () => roll.of(["dead", "review", "waiting", "done", "x", "'", ""]),
    code: () => odd(),
    limit: () => roll.of(["0", "-1", "1e9", "NaN", "5", "", "9".repeat(40), "0x10"]),
    format: () => roll.of(["csv", "json", "xml", "ndjson", ""]),
    cursor: () => odd(),
    page: () => roll.of(["1", "0", "x"]),
    id: () => odd(),
    reason: () => roll.of(["robots", "", "a@b.example", "1234567", "x".repeat(300)]),
  };
  const params = new URLSearchParams(
    Object.entries(values)
      .filter(() => roll.chance(0.25))
      .map(([name, make]) => [name, make()]),
  );
  const method = roll.weighed([
    [4, "GET"],
    [4, "POST"],
    [1, "HEAD"],
    [1, "PUT"],
    [1, "OPTIONS"],
    [1, "DELETE"],
  ]);
  const isRight = roll.chance(0.4);
  const authorization = isRight
    ? "Bearer demo-operator"
    : roll.of([
        "",
        "Bearer",
        "Bearer ",
        "Bearer demo-operatoR",
        `Bearer ${odd()}`,
        "Basic x",
        "bearer demo-operator",
      ]);
  const valueKey = roll.weighed([
    [3, undefined],
    [2, "demo-operator-values"],
    [1, "demo-operator"],
    [1, odd()],
  ]);
  // Everything of a phase at once is for the end.
  if (/^(replay|discard)$/.test(call)) params.delete("phase");
  const body = roll.weighed([
    [3, undefined],
    [1, "{"],
    [1, "null"],
    [1, "[]"],
    [1, '"x"'],
    [1, "{}"],
    [
      2,
      () =>
        JSON.stringify({
          ids: roll.of([[], [odd()], [1, null, {}], "x", 5]),
          code: roll.of([odd(), 5, null]),
          reason: roll.of(["robots", 5, null, "x".repeat(300)]),
        }),
    ],
    [
      2,
      () =>
        JSON.stringify({
          email: roll.of([
            `made${roll.below(n + 1)}@example.org`,
            "x",
            5,
            null,
            "jo@bücher.example",
            `${"x".repeat(400)}@y.example`,
          ]),
          phone: roll.of([undefined, "2125550123", "+1", odd(), 5]),
        }),
    ],
    [1, () => "x".repeat(roll.of([100, 1 << 20, (1 << 20) + 1]))],
  ]);
  const text = asked(body);
  return {
    kind: `an operator's ${method}`,
    method,
    path: `/operator/${encodeURI(call)}${params.size ? `?${params}` : ""}`,
    headers: {
      accept: "application/json",
      ...(authorization.trim() && { authorization: sendable(authorization) }),
      ...(valueKey !== undefined && { "fieldpost-value-key": sendable(valueKey) }),
    },
    ...(method !== "GET" && method !== "HEAD" && text !== undefined && { body: Buffer.from(text) }),
  };
}

/** Bytes as no client writes them. `end` is what becomes of the connection: it stays open until the answer, is ended, or is torn. */
function byHand(roll, n, known) {
  const { type, body } = content(roll, n, known);
  const start = "POST /leads/contact HTTP/1.1";
  const usual = [
    `host: 127.0.0.1`,
    "accept: application/json",
    `origin: ${known.page}`,
    ...(type ? [`content-type: ${type}`] : []),
  ];
  const whole = (line, lines, text = body) =>
    Buffer.concat([Buffer.from(`${[line, ...lines].join("\r\n")}\r\n\r\n`, "latin1"), text]);
  const length = `content-length: ${body.length}`;
  const chunk = (text) =>
    Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`), text, Buffer.from("\r\n")]);
  const halves = [body.subarray(0, body.length >> 1), body.subarray(body.length >> 1)].filter(
    ({ length }) => length > 0,
  );
  const chunked = Buffer.concat([...halves.map(chunk), Buffer.from("0\r\n\r\n")]);
  const more = body.length + 1 + roll.below(1_000);
  const made = roll.of([
    () => ["a body that is cut", whole(start, [...usual, `content-length: ${more}`]), "end"],
    () => ["a body that is torn", whole(start, [...usual, `content-length: ${more}`]), "tear"],
    () => [
      "a length that is too small",
      whole(start, [...usual, `content-length: ${roll.below(body.length + 1)}`]),
      "end",
    ],
    () => [
      "a length that is none",
      whole(start, [
        ...usual,
        `content-length: ${roll.of(["-1", "x", "1e3", "0x10", "", "99999999999999999999", "5, 6", "+5"])}`,
      ]),
      "end",
    ],
    () => [
      "a length that is huge",
      whole(start, [...usual, `content-length: ${65_537 + roll.below(1 << 30)}`]),
      "end",
    ],
    () => [
      "two lengths",
      whole(start, [...usual, length, `content-length: ${body.length + 1}`]),
      "end",
    ],
    () => [
      "a length and chunks",
      whole(start, [...usual, length, "transfer-encoding: chunked"], chunked),
      "end",
    ],
    () => ["chunks", whole(start, [...usual, "transfer-encoding: chunked"], chunked), "wait"],
    () => [
      "chunks that are cut",
      whole(
        start,
        [...usual, "transfer-encoding: chunked"],
        body.length ? chunk(body) : Buffer.alloc(0),
      ),
      "end",
    ],
    () => [
      "chunks that are torn",
      whole(
        start,
        [...usual, "transfer-encoding: chunked"],
        body.length ? chunk(body) : Buffer.alloc(0),
      ),
      "tear",
    ],
    () => [
      "chunks that are none",
      whole(
        start,
        [...usual, "transfer-encoding: chunked"],
        Buffer.from(
          roll.of(["zz\r\nx\r\n", "-1\r\n", "ffffffffffffffff\r\nx", "5\r\nab\r\n0\r\n\r\n"]),
        ),
      ),
      "end",
    ],
    () => [
      "another encoding of the transfer",
      whole(start, [
        ...usual,
        `transfer-encoding: ${roll.of(["gzip", "x", "chunked, chunked", "identity"])}`,
      ]),
      "end",
    ],
    () => [
      "a host that is none",
      whole(roll.of([start, "GET /leads/contact HTTP/1.1"]), [
        `host: ${roll.of(["", "[", "a b", 'evil"', ":", "::", "x".repeat(1_000), "%", "a/b", "a?b", "a#b", "a@b", "\\", "[::1", "127.0.0.1:99999", "<x>", "xn--", "é", "a:b:c"])}`,
        ...usual.slice(1),
        length,
      ]),
      "wait",
    ],
    () => ["no host", whole(start, [...usual.slice(1), length]), "wait"],
    () => [
      "a line that is none",
      Buffer.from(
        roll.of([
          "GET\r\n\r\n",
          "\r\n\r\n",
          "GET / HTTP/9.9\r\n\r\n",
          "get / HTTP/1.1\r\nhost: x\r\n\r\n",
          `${roll.word(1, 9).toUpperCase()} / HTTP/1.1\r\nhost: x\r\n\r\n`,
          "\u0016\u0003\u0001\u0002",
          "POST  /leads/contact  HTTP/1.1\r\n\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
          "GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
          "GET http://evil.example/leads/contact HTTP/1.1\r\nhost: x\r\n\r\n",
          "GET leads HTTP/1.1\r\nhost: x\r\n\r\n",
          "GET /\\..\\leads HTTP/1.1\r\nhost: x\r\n\r\n",
          "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
        ]),
      ),
      "end",
    ],
    () => [
      "a header that is none",
      whole(start, [
        ...usual,
        roll.of([
          "no colon",
          ": x",
          "x y: z",
          "x: \u0000",
          " folded",
          "x:\u00e9\u00ff",
          `x: ${"y".repeat(70_000)}`,
          `origin: ${known.page}`,
          "content-type: application/json",
        ]),
        length,
      ]),
      "wait",
    ],
    () => [
      "very many headers",
      whole(start, [...usual, ...Array.from({ length: 500 }, (_, at) => `x-${at}: ${at}`), length]),
      "wait",
    ],
    () => [
      "half a head",
      Buffer.from(`${start}\r\n${usual.join("\r\n")}`.slice(0, roll.below(120)), "latin1"),
      roll.of(["end", "tear"]),
    ],
    () => [
      "an answer that is waited for",
      whole(start, [...usual, "expect: 100-continue", length]),
      "wait",
    ],
    () => ["an older version", whole(start.replace("1.1", "1.0"), [...usual, length]), "wait"],
  ])();
  const [what, raw, end] = made;
  return { kind: `by hand: ${what}`, path: "/leads/contact", raw, end };
}

/** The request of a number, always the same for a seed and what is `known`: the page's and the relay's origin, and some tokens. */
export function generated(seed, n, known) {
  const roll = dice(random((seed * 0x9e3779b1 + n * 0x85ebca6b) >>> 0));
  roll.next();
  return roll.weighed([
    [6, lead],
    [2, operator],
    [1, byHand],
  ])(roll, n, known);
}
