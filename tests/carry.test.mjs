// How the package carries a client's calls out: what the machine decides is proven natively (`client.rs`), what the host does
// with it here.
import "./guard.trap.mjs";
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

const { trap } = globalThis;
let client;
before(async () => {
  ({ client } = await import("fieldpost/worker"));
});

const credentials = {
  clientId: "id",
  clientSecret: "secret",
  loginUrl: "https://example.my.salesforce.com",
};
const marketo = (fetch) =>
  client(
    { system: "marketo", baseUrl: "https://123-ABC-456.mktorest.com", credentials },
    { fetch },
  );
const pardot = (fetch) =>
  client({ system: "pardot", baseUrl: "https://pi.pardot.com", credentials }, { fetch });
const isToken = (request) => /\/token$/.test(new URL(request.url).pathname);
const token = () => Response.json({ access_token: "t", expires_in: 3600 });
const leads = (count) =>
  Array.from({ length: count }, (_, at) => ({ email: `lead${at}@example.com` }));

describe("a client", () => {
  test("a module that stops takes no call with it", async () => {
    const sizes = [];
    const { call } = marketo(async (request) => {
      if (isToken(request)) return token();
      const { input } = await request.json();
      sizes.push(input.length);
      return Response.json({
        success: true,
        result: input.map((_, at) => ({ id: at + 1, status: "created" })),
      });
    });
    Object.assign(trap, { every: 2, calls: 0, traps: 0, afterwards: 0 });
    try {
      const { results } = await call("marketo.lead.sync", { input: leads(602) });
      assert.deepEqual(
        results.map(({ kind }) => kind),
        Array(602).fill("stored"),
      );
    } finally {
      trap.every = 0;
    }
    assert.deepEqual(sizes, [300, 300, 2], "each part once");
    assert.ok(trap.traps >= 4, `${trap.traps} stops`);
    assert.equal(trap.afterwards, 0, "what stopped is not used again");
  });

  test("one that stops each time ends the call with its code", async () => {
    trap.every = 1;
    try {
      await assert.rejects(
        marketo(async () => token()).call("marketo.lead.get", { id: 5 }),
        ({ code }) => code === "wasm.trap",
      );
    } finally {
      trap.every = 0;
    }
  });

  test("who waits for a token fails with who has asked for it, and the next call asks again", async () => {
    let asked = 0;
    const { call } = marketo(async (request) => {
      if (!isToken(request)) return Response.json({ success: true, result: [{ id: 5 }] });
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return asked > 1 ? token() : Response.json({ error: "unauthorized" }, { status: 401 });
    });
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, () => call("marketo.lead.get", { id: 5 })),
    );
    assert.deepEqual(
      all.map(({ reason }) => [reason?.code, reason?.issues[0].field]),
      Array(5).fill(["auth.refused", "credentials"]),
    );
    assert.equal(asked, 1);
    assert.equal((await call("marketo.lead.get", { id: 5 })).kind, "found");
    assert.equal(asked, 2);
  });

  test("a page is asked for when it is due", async () => {
    let asked = 0;
    const { pages } = marketo(async (request) => {
      if (isToken(request)) return token();
      asked++;
      return Response.json({
        success: true,
        result: [{ id: asked }],
        nextPageToken: "A==",
        moreResult: true,
      });
    });
    const all = pages("marketo.lead.byList", { listId: 3 });
    assert.equal(asked, 0);
    for (const number of [1, 2, 3]) {
      assert.equal((await all.next()).value.records[0].id, String(number));
      await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(asked, number);
    }
    await all.return();
    assert.equal(asked, 3);
  });

  test("waiting for an export ends with its signal", async () => {
    const control = new AbortController();
    const { waitForExport } = pardot(async () => token());
    const waiting = waitForExport("7", { signal: control.signal });
    setTimeout(() => control.abort(), 20);
    await assert.rejects(waiting, ({ code }) => code === "network.aborted");
  });

  test("an empty file is a file", async () => {
    const { download } = pardot(async (request) =>
      isToken(request) ? token() : new Response(null, { headers: { "content-type": "text/csv" } }),
    );
    assert.equal(await new Response(await download({ id: "7", file: 1 })).text(), "");
  });

  test("a file goes to who asks for it as it comes, and cancelling it ends it", async () => {
    let cancelled = 0;
    const body = new ReadableStream({
      start: (to) => to.enqueue(new TextEncoder().encode("id\n")),
      cancel: () => void cancelled++,
    });
    const { download } = pardot(async (request) =>
      isToken(request) ? token() : new Response(body, { headers: { "content-type": "text/csv" } }),
    );
    const reader = (
      await download("https://pi.pardot.com/api/export/version/4/do/downloadResults/id/7/file/1")
    ).getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "id\n");
    await reader.cancel();
    assert.equal(cancelled, 1);
  });
});
