// Answers that are made page by page, as an outbox makes them and as the Worker puts those of several together.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Lines, bodyOf, merged } from "../pkg/dist/worker/merge.js";
import { pageOf, streamed } from "../pkg/dist/worker/paged.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const all = async (...answers) => {
  const found = [];
  for await (const { key, json } of merged(answers.map((answer) => new Lines(answer.body.getReader(), 10_000)))) found.push([key, decoder.decode(json)]);
  return found;
};
const id = (n) => `lead-${String(n).padStart(6, "0")}`;

/** An outbox with these leads, the newest first, and lines of so much text. */
function outbox(numbers, { size = 10, lines = 1, meant = () => true, read = [] } = {}) {
  const ids = numbers.map(id).sort().reverse();
  return streamed("~", (from) => {
    const page = pageOf(from, (before, most) => ids.filter((one) => one < before).slice(0, most), (lead) => (meant(lead) ? Array.from({ length: lines }, (_, n) => JSON.stringify({ lead, n, text: "x".repeat(size) })) : []));
    read.push(page.lines.reduce((sum, [, text]) => sum + text.length, 0));
    return page;
  });
}

/** The same bytes in other pieces. */
const cut = (answer, size) => {
  const pieces = (async function* () {
    for await (const chunk of answer.body) for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
  })();
  return new Response(bodyOf(pieces));
};

test("of several outboxes each line comes once, the newest first, whatever pieces they come in", async () => {
  const numbers = Array.from({ length: 3_000 }, (_, n) => n);
  const shards = [0, 1, 2].map((shard) => numbers.filter((n) => n % 3 === shard));
  for (const size of [1e9, 1_000, 37, 7]) {
    const found = await all(...shards.map((own) => cut(outbox(own), size)));
    assert.deepEqual(found.map(([key]) => key), numbers.map(id).reverse());
    assert.ok(found.every(([key, text]) => JSON.parse(text).lead === key));
  }
  assert.deepEqual(await all(outbox([]), outbox([5, 7])), [[id(7), JSON.stringify({ lead: id(7), n: 0, text: "x".repeat(10) })], [id(5), JSON.stringify({ lead: id(5), n: 0, text: "x".repeat(10) })]]);
});

test("a page has its bound in text and one lead more, and each is read when the one before has been taken", async () => {
  const read = [];
  const answer = outbox(Array.from({ length: 300 }, (_, n) => n), { size: 60_000, lines: 2, read });
  const reader = answer.body.getReader();
  const { value } = await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(read.length, 1, "nothing is read ahead");
  reader.releaseLock();
  const first = decoder.decode(value).split("\n").length - 1;
  assert.equal((await all(answer)).length, 600 - first);
  assert.ok(Math.max(...read) < (128 << 10) + 2 * 61_000, `${Math.max(...read)}`);
});

test("where hardly anything is meant, what is looked at in one go has a bound too", async () => {
  const read = [];
  const found = await all(outbox(Array.from({ length: 5_000 }, (_, n) => n), { meant: (lead) => lead === id(17), read }));
  assert.deepEqual(found.map(([key]) => key), [id(17)]);
  assert.equal(read.length, 11);
});

describe("an answer that was cut", () => {
  test("is an error, and never a shorter list", async () => {
    const whole = new Uint8Array(await outbox([1, 2, 3]).arrayBuffer());
    for (const end of [0, 5, whole.length - 2, whole.length - 1]) {
      await assert.rejects(all(new Response(whole.slice(0, end)), outbox([4])), /did not end/, String(end));
    }
    assert.equal((await all(new Response(whole), outbox([4]))).length, 4);
  });

  test("whoever stops reading stops those who make it", async () => {
    const read = [];
    let n = 0;
    for await (const line of merged([outbox(Array.from({ length: 4_000 }, (_, n) => n), { size: 1_000, read })].map((answer) => new Lines(answer.body.getReader(), 10_000)))) {
      assert.ok(line.key);
      if (++n === 10) break;
    }
    const before = read.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(read.length, before);
    assert.ok(before <= 2);
  });
});

test("a body is made as it is taken", async () => {
  let made = 0;
  let ended = false;
  const body = bodyOf((async function* () {
    try {
      for (;;) {
        made++;
        yield encoder.encode("x".repeat(30_000));
      }
    } finally {
      ended = true;
    }
  })());
  const reader = body.getReader();
  assert.equal((await reader.read()).value.byteLength, 90_000);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(made, 3);
  await reader.cancel();
  assert.ok(ended);
});
