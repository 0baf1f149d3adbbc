// Requests that chance has made, at the relay on real workerd: each gets an answer that the documentation has, nothing stops,
// and nothing stays in memory. The long form is part of `make faults` (STRANGER_REQUESTS, STRANGER_SEED).
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { client, generatedRun, judged } from "./faults/strangers.mjs";

test("who answers late has answered, who closes has said so, and who does neither hangs", {
  timeout: 300_000,
}, async () => {
  const answers = {
    late: (socket) =>
      setTimeout(
        () =>
          socket.end(
            'HTTP/1.1 405 Method Not Allowed\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"code":"method"}',
          ),
        1_500,
      ),
    closes: (socket) => socket.end(),
    hangs: () => {},
    "half a head": (socket) => socket.write("HTTP/1.1 200 OK\r\n"),
    "half a body": (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"),
  };
  const sockets = new Set();
  for (const [what, answer] of Object.entries(answers)) {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => answer(socket));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const asks = client(`http://127.0.0.1:${server.address().port}`, 1, 3_000);
    const raw = Buffer.from("GET /leads/contact HTTP/1.1\r\nhost: x\r\n\r\n");
    const requests = [
      { method: "TRACE", path: "/leads/contact" },
      { path: "/leads/contact", raw, end: "wait" },
    ];
    const found = await Promise.all(
      requests.map(async (request) => (await judged(request, await asks.send(request))) ?? ""),
    );
    const wanted = { late: [/^$/, /^$/], closes: [/^0 is not documented$/, /^$/] }[what] ?? [
      /^no answer in [3-9]\d{3} ms/,
      /^no answer in [3-9]\d{3} ms/,
    ];
    for (const [n, pattern] of wanted.entries()) assert.match(found[n], pattern, what);
    await asks.stop();
    server.close();
  }
  for (const socket of sockets) socket.destroy();
});

test("requests made by chance get documented answers only", { timeout: 300_000 }, async () => {
  const requests = Number(process.env.STRANGER_REQUESTS ?? 3_000);
  const found = await generatedRun({
    requests,
    ...(process.env.STRANGER_SEED && { seed: Number(process.env.STRANGER_SEED) }),
  });
  assert.deepEqual(
    found.wrong.slice(0, 10),
    [],
    `${found.wrong.length} of ${found.requests}, STRANGER_SEED=${found.seed}`,
  );
  assert.deepEqual(found.traps, []);
  assert.ok(found.heap <= 1.1, JSON.stringify(found.parts));
  console.log(
    `# ${found.requests} requests: ${JSON.stringify(found.statuses)}; late ${JSON.stringify(found.late)}; the heap ${found.heap} of what it was after a third, memory ${found.ratio} of the echo's`,
  );
});
