// A server that answers with its head and half a body, and then says nothing more: whoever asked it goes on in time.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

let server;
let base;
/** Paths whose next answers stop in the middle, and what came of each. */
const halves = {};
const open = new Set();

const ANSWERS = [
  [
    /oauth2\/token$/,
    "application/json",
    JSON.stringify({ access_token: "a-token", token_type: "Bearer", expires_in: 3600 }),
  ],
  [/\/file\//, "text/csv", "id,email\n1,ann@example.org\n"],
  [
    /./,
    "application/json",
    JSON.stringify({
      "@attributes": { stat: "ok", version: 1 },
      prospect: { id: 1, email: "ann@example.org" },
    }),
  ],
];

before(async () => {
  server = createServer(async (request, response) => {
    for await (const _ of request);
    const path = request.url.split("?")[0];
    const [, type, text] = ANSWERS.find(([pattern]) => pattern.test(path));
    const half = Object.keys(halves).find((part) => path.includes(part) && halves[part] > 0);
    response.writeHead(200, { "content-type": type });
    if (half === undefined) return response.end(text);
    halves[half]--;
    open.add(response);
    response.on("close", () => open.delete(response));
    response.write(text.slice(0, text.length / 2));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const inTime = async (what, most = 3_000) => {
  const began = Date.now();
  const late = Symbol();
  const came = await Promise.race([
    what.then(
      (value) => ({ value }),
      (error) => ({ error }),
    ),
    new Promise((resolve) => setTimeout(resolve, most, late)),
  ]);
  assert.notEqual(came, late, `nothing within ${most} ms`);
  assert.ok(Date.now() - began >= 250, "not before the deadline");
  return came;
};
const clientOf = async () => {
  const { client } = await import("fieldpost/worker");
  const credentials = { clientId: "id", clientSecret: "secret", loginUrl: base };
  return client(
    {
      system: "pardot",
      baseUrl: base,
      allowHost: new URL(base).host,
      businessUnit: "0Uv000000000001CAA",
      credentials,
    },
    { timeout: 300 },
  );
};

/** The next call goes through; on a busy machine not every one within so short a time. */
async function found(client) {
  const kinds = [];
  while (kinds.length < 10 && kinds.at(-1) !== "found")
    kinds.push(
      (await client.call("pardot.prospect.read", { id: 1 }).catch(({ code }) => ({ kind: code })))
        .kind,
    );
  assert.equal(kinds.at(-1), "found", kinds.join());
}

describe("client", () => {
  test("a token whose answer stops: the call says so, and the next one asks again", async () => {
    const client = await clientOf();
    halves.oauth2 = 1;
    const { error } = await inTime(client.call("pardot.prospect.read", { id: 1 }));
    assert.equal(error.code, "network.timeout");
    await found(client);
  });

  test("an answer that stops: a read may be repeated, of a write nobody can tell", async () => {
    const client = await clientOf();
    halves["/api/"] = 2;
    assert.deepEqual((await inTime(client.call("pardot.prospect.read", { id: 1 }))).value, {
      kind: "retry",
      code: "network.timeout",
      reason: "busy",
    });
    assert.deepEqual(
      (await inTime(client.call("pardot.prospect.create", { email: "ann@example.org" }))).value,
      { kind: "unknown", why: "network.timeout" },
    );
    await found(client);
  });

  test("a file that stops ends with an error, one that flows is whole", async () => {
    const client = await clientOf();
    const read = async (file) => new Response(await client.download(file)).text();
    halves["/file/"] = 1;
    const { error } = await inTime(read({ id: "1", file: 1 }));
    assert.equal(error.code, "network.timeout");
    assert.equal(await read({ id: "1", file: 1 }), ANSWERS[1][2]);
  });
});

describe("send", () => {
  for (const entry of ["fieldpost"]) {
    test(`${entry}: its deadline holds for the body, too`, async () => {
      const { send } = await import(entry);
      halves["/body"] = 1;
      const response = await send(new Request(`${base}/body`), { timeout: 300 });
      const { error } = await inTime(response.text());
      assert.match(error.name, /AbortError|TimeoutError/);
      assert.equal(
        await (await send(new Request(`${base}/body`), { timeout: 300 })).text(),
        ANSWERS[2][2],
      );
    });

    test(`${entry}: and so does a signal`, async () => {
      const { send } = await import(entry);
      const control = new AbortController();
      halves["/body"] = 1;
      const response = await send(new Request(`${base}/body`), { signal: control.signal });
      setTimeout(() => control.abort(), 300);
      await inTime(response.text());
    });
  }
});
