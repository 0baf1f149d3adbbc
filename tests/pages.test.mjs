// Answers that are made page by page, as an outbox makes them and as the Worker puts those of several together.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Lines, bodyOf, merged } from "../pkg/dist/relay/storage/merge.js";
import { answered, pageOf } from "../pkg/dist/relay/storage/paged.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const all = async (...outboxes) => {
  const found = [];
  for await (const { key, json } of merged(outboxes)) found.push([key, decoder.decode(json)]);
  return found;
};
const id = (n) => `lead-${String(n).padStart(6, "0")}`;

/** An outbox with these leads, the newest first, and lines of so much text. */
function outbox(numbers, { size = 10, lines = 1, meant = () => true, read = [] } = {}) {
  const ids = numbers.map(id).sort().reverse();
  const text = "x".repeat(size);
  return new Lines(async (from) => {
    const page = pageOf(
      from,
      (before, most) => ids.filter((one) => one < before).slice(0, most),
      (lead) =>
        meant(lead)
          ? Array.from({ length: lines }, (_, n) => JSON.stringify({ lead, n, text }))
          : [],
    );
    read.push(page.lines.reduce((sum, [, { length }]) => sum + length, 0));
    return new Uint8Array(await answered(page).arrayBuffer());
  }, "~");
}

test("of several outboxes each line comes once, the newest first", async () => {
  const numbers = Array.from({ length: 3_000 }, (_, n) => n);
  const found = await all(
    ...[0, 1, 2].map((shard) =>
      outbox(
        numbers.filter((n) => n % 3 === shard),
        { size: 400 },
      ),
    ),
  );
  assert.deepEqual(
    found.map(([key]) => key),
    numbers.map(id).reverse(),
  );
  assert.ok(found.every(([key, text]) => JSON.parse(text).lead === key));
  assert.deepEqual(
    await all(outbox([]), outbox([5, 7])),
    [7, 5].map((n) => [id(n), JSON.stringify({ lead: id(n), n: 0, text: "x".repeat(10) })]),
  );
  assert.deepEqual(await all(outbox([]), outbox([])), []);
});

test("a page has its bound in text and one lead more, and is read when the one before has been taken", async () => {
  const read = [];
  let n = 0;
  for await (const { key } of merged([
    outbox(
      Array.from({ length: 300 }, (_, n) => n),
      { size: 60_000, lines: 2, read },
    ),
  ])) {
    assert.equal(key, id(299 - Math.floor(n / 2)));
    if (++n === 2) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(read.length, 1, "nothing is read ahead");
    }
  }
  assert.equal(n, 600);
  assert.ok(Math.max(...read) < (512 << 10) + 2 * 61_000, `${Math.max(...read)}`);
});

test("where hardly anything is meant, what is looked at in one go has a bound too", async () => {
  const read = [];
  const found = await all(
    outbox(
      Array.from({ length: 5_000 }, (_, n) => n),
      { meant: (lead) => lead === id(17), read },
    ),
  );
  assert.deepEqual(
    found.map(([key]) => key),
    [id(17)],
  );
  assert.equal(read.length, 11, "ten pages of 500, and an empty one");
});

test("an outbox that is away breaks the list off, and never makes a shorter one", async () => {
  let asked = 0;
  const away = new Lines(async () => {
    if (++asked > 1) throw new Error("away");
    return new Uint8Array(await answered({ lines: [[id(9), "{}"]], next: id(9) }).arrayBuffer());
  }, "~");
  await assert.rejects(all(away, outbox([1, 2])), /away/);
});

test("a body is made as it is taken", async () => {
  let made = 0;
  let ended = false;
  const body = bodyOf(
    (async function* () {
      try {
        for (;;) {
          made++;
          yield encoder.encode("x".repeat(30_000));
        }
      } finally {
        ended = true;
      }
    })(),
  );
  const reader = body.getReader();
  assert.equal((await reader.read()).value.byteLength, 90_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(made, 3);
  await reader.cancel();
  assert.ok(ended);
});
