// A name that comes twice, and what no visitor can mend: the relay says of each case what a page says, however it comes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { root, stand } from "./stand.mjs";

const cases = JSON.parse(await readFile(`${root}tests/cases/repeated.json`, "utf8"));
/** As the platform itself reads them, and as programs write them. */
const TYPES = {
  urlencoded: (entries) => new URLSearchParams(entries),
  multipart: (entries) => {
    const form = new FormData();
    for (const [name, value] of entries) form.append(name, value);
    return form;
  },
  JSON: (entries) => {
    const data = {};
    for (const [name, value] of entries)
      data[name] = name in data ? [data[name], value].flat() : value;
    return JSON.stringify(data);
  },
};

let at;
before(async () => {
  at = await stand({
    worker: `${root}tests/repeated.worker.mjs`,
    bindings: { CASES: JSON.stringify(cases) },
  });
});
after(() => at.stop());

const post = (id, body, accept = "application/json", type = undefined) =>
  fetch(`${at.relay}/leads/${id}`, {
    method: "POST",
    body,
    redirect: "manual",
    headers: {
      accept,
      origin: at.page,
      ...(typeof body === "string" && { "content-type": type ?? "application/json" }),
    },
  });

for (const { id, what, entries, expect } of cases) {
  describe(`${id}: ${what}`, () => {
    for (const [type, body] of Object.entries(TYPES)) {
      test(type, async () => {
        const response = await post(id, body([...entries, ["_fp_key", crypto.randomUUID()]]));
        const { issues } = await response.json();
        assert.deepEqual(
          [response.status, issues.map(({ field, code, severity }) => [field, code, severity])],
          [expect.ok ? 202 : 422, expect.issues],
        );
      });
    }
  });
}

const lead = [["email", "ann@example.com"]];
const many = (count, name = (n) => `other${n}`) =>
  Array.from({ length: count }, (_, n) => [name(n), "x"]);

describe("more fields than are read", () => {
  for (const [type, body] of Object.entries(TYPES)) {
    test(`${type}: what the form does not have is left out with one warning, and the lead goes`, async () => {
      const response = await post(
        "twice-same",
        body([...many(150), ...lead, ["utm_campaign", "a"], ["_fp_key", crypto.randomUUID()]]),
      );
      const { issues } = await response.json();
      assert.deepEqual(
        [response.status, issues.map(({ field, code, severity }) => [field, code, severity])],
        [202, [["", "body.fields", "warning"]]],
      );
    });
  }

  test("a browser's own submit leads to the thanks", async () => {
    assert.equal(
      (await post("twice-same", TYPES.urlencoded([...many(150), ...lead]), "text/html")).status,
      303,
    );
  });

  test("as many boxes as the page's own check takes", async () => {
    const boxes = many(150, () => "tags").map(([name], n) => [name, `t${n}`]);
    assert.equal((await post("twice-labels", TYPES.urlencoded([...lead, ...boxes]))).status, 202);
  });

  test("none of the form's own, or more than any form checks: no lead", async () => {
    for (const entries of [many(101), [...lead, ...many(1_001, () => "tags")]]) {
      const response = await post("twice-labels", TYPES.urlencoded(entries));
      assert.deepEqual(
        [response.status, (await response.json()).issues.map(({ code }) => code)],
        [400, ["body.fields"]],
      );
    }
  });
});

test("the relay's own page shows of two what counts, and nothing of what no visitor can mend", async () => {
  const html = await (
    await post(
      "twice-hidden-last",
      TYPES.urlencoded([
        ["email", "ann@example.com"],
        ["email", "bob@"],
        ["email", ""],
        ["gclid", "g"],
        ["gclid", "h"],
      ]),
      "text/html",
    )
  ).text();
  assert.match(html, /name="email"[^>]* value="bob@"/);
  assert.deepEqual(html.match(/<input type="hidden" name="gclid"[^>]*>/g), [
    '<input type="hidden" name="gclid" value="h">',
  ]);
  assert.ok(!/<li>(<a[^>]*>)?gclid/.test(html), html);
});
