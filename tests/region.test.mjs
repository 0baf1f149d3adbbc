// The edge build gives nothing back while it lives: a full memory is begun anew, and nobody notices.
import assert from "node:assert/strict";
import { test } from "node:test";

const instances = [];
let refused = 0;
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    if (refused > 0) {
      refused--;
      throw new RangeError("out of memory");
    }
    super(...given);
    // Node has modules of its own.
    if ("isFull" in this.exports) instances.push(this);
  }
};
const { checkEmail, form, load, read, request } = await import("../pkg/dist/entry/node.js");
const { edge } = await import("../pkg/dist/core/edge.js");
await load();

const memory = instances[0].exports.memory;
const ACCOUNT = { system: "marketo", baseUrl: "https://123-ABC-456.mktorest.com", token: "t" };
const contact = form({ fields: { email: { kind: "email", required: true } } });
const build = (email = "ann@example.org") =>
  request(
    "marketo.lead.submitForm",
    { formId: 1, input: [{ leadFormFields: { email } }] },
    ACCOUNT,
  );

/** Builds until the memory was begun anew so many times. */
function renew(times) {
  const wanted = instances.length + times;
  for (let calls = 0; instances.length < wanted; calls++) {
    assert.ok(calls < 100_000, "it never is full");
    build();
  }
}

test("memory stays as it is however many calls come", () => {
  renew(2);
  const held = memory.buffer.byteLength;
  renew(4);
  assert.equal(memory.buffer.byteLength, held);
  assert.ok(held < 20 << 20, `${held} bytes`);
  assert.ok(instances.every(({ exports }) => exports.memory === memory));
});

test("a form of before judges as it did", () => {
  const before = contact.check({ email: "Ann@Example.ORG" });
  renew(1);
  assert.deepEqual(contact.check({ email: "Ann@Example.ORG" }), before);
  assert.equal(before.values.email, "Ann@example.org");
});

test("what is read within a call may ask for others, and does not lose its own", async () => {
  const called = instances.length;
  const values = {
    get email() {
      renewing();
      return "bea@example.org";
    },
  };
  // More than fill the memory, all within one call.
  const renewing = () => {
    for (let calls = 0; calls < 10_000; calls++) {
      build();
      checkEmail("ann@example.org");
    }
  };
  const made = request(
    "marketo.lead.submitForm",
    { formId: 1, input: [{ leadFormFields: values }] },
    ACCOUNT,
  );
  assert.equal(JSON.parse(await made.text()).input[0].leadFormFields.email, "bea@example.org");
  assert.equal(instances.length, called + 1, "begun anew once the outer call was over");
});

test("what is kept may be larger than what fills the memory, and is made again as seldom", () => {
  const until = Date.now() + 3_600_000;
  const fresh = Array.from({ length: 60_000 }, (_, n) => {
    const key = n.toString(16).padStart(64, "0");
    return `fresh ${key}\u0001${until} `;
  });
  const own = (glue) =>
    glue.limiterLoad(
      "a",
      "marketo",
      "",
      Float64Array.of(Date.now(), 1, NaN),
      fresh.join("\u0002"),
      "",
    );
  const step = () =>
    edge((glue) => glue.limiterStep("a", "midnight", "", Float64Array.of(Date.now(), 1, until)));
  edge(own);
  const before = instances.length;
  let missing = 0;
  for (let calls = 0; calls < 15_000; calls++) {
    try {
      step();
    } catch ({ code }) {
      assert.equal(code, "state.missing");
      missing++;
      edge(own);
      step();
    }
    build();
  }
  assert.ok(instances.length > before, "it never is full");
  assert.equal(missing, instances.length - before, "kept for as long as the instance lives");
  assert.ok(missing < 10, `made again ${missing} times`);
});

test("where the host makes no fresh instance, the call has its answer and the next one tries again", () => {
  const before = instances.length;
  refused = 3;
  for (let calls = 0; refused > 0; calls++) {
    assert.ok(calls < 100_000, "it never is full");
    assert.equal(build().method, "POST");
  }
  assert.equal(instances.length, before);
  assert.equal(build().method, "POST");
  assert.equal(instances.length, before + 1);
  assert.equal(contact.check({ email: "ann@example.org" }).ok, true);
});

test("a reply that fills the memory is read whole, and the memory is used again", async () => {
  const records = Array.from({ length: 100_000 }, (_, id) => ({ id, email: `p${id}@example.org` }));
  const body = JSON.stringify({ success: true, result: records });
  const ask = () => read("marketo.lead.filter", { status: 200, headers: {}, body });
  const { kind, records: found } = await ask();
  assert.deepEqual([kind, found.length, found.at(-1).id], ["found", 100_000, "99999"]);
  const last = () => instances.at(-1).exports.memory.buffer.byteLength;
  const held = last();
  for (let calls = 0; calls < 5; calls++) await ask();
  assert.equal(last(), held);
  assert.ok(held < 2 << 20, `${held} bytes: what so large a reply took is not kept`);
});

test("the deepest that comes from outside leaves most of the stack", async () => {
  // The stack begins at 768 KiB and grows downwards; nothing else is below.
  const stack = () => new Uint8Array(instances.at(-1).exports.memory.buffer, 0, 768 << 10);
  const nested = (open, close, times) => open.repeat(times) + close.repeat(times);
  const replies = [
    ["marketo.lead.filter", `{"success":true,"result":${nested("[", "]", 125)}}`],
    ["marketo.lead.filter", nested('{"result":', "}", 100_000)],
    ["pardot.prospect.read", nested("<rsp>", "</rsp>", 100_000)],
  ];
  for (const [operation, body] of replies) {
    stack().fill(0xa5);
    await read(operation, { status: 200, headers: {}, body }).catch(() => undefined);
    const used = (768 << 10) - stack().findIndex((byte) => byte !== 0xa5);
    assert.ok(used > 1_000 && used < 256 << 10, `${operation} takes ${used} bytes of the stack`);
  }
});
