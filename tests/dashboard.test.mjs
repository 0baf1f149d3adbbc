// The dashboard asks for metrics that there are, by labels that they have, and shows all of them. And what is shipped for Cloudflare has
// the platform's own traces off: they would hold addresses and what SQL is given.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { metrics } from "../pkg/dist/relay/operator/metrics.js";
import { root } from "./stand.mjs";

const dashboard = JSON.parse(readFileSync(`${root}www/examples/grafana/dashboard.json`, "utf8"));

/** What a relay exposes of which something of each kind is so. */
const exposed = metrics(
  [
    {
      shard: "shard-0",
      queued: 1,
      review: 1,
      dead: 1,
      gone: 1,
      deadDeliveries: 1,
      repeated: 1,
      vanished: 1,
      bytes: 1,
      oldest: 1,
      oldestForPerson: 1,
      running: 1,
      full: [{ account: "crm", form: "contact", dead: 1 }],
      counters: {
        "accepted queued": 1,
        "delivered crm": 1,
        "calls crm stored": 1,
        "died marketo.1003": 1,
      },
    },
  ],
  [
    {
      account: "crm",
      running: 1,
      calls: 1,
      quietUntil: 0,
      quota: 1,
      refused: "auth.key",
      refusals: 1,
      closed: { code: "auth.key", message: "", since: 1, probe: 1 },
      targets: [{ form: "contact", param: null, code: "x", message: "", since: 1, probe: 1 }],
      version: null,
    },
  ],
  {
    channels: [{ name: "chat", kind: "slack", failing: 1, tries: 1, code: "", last: 0 }],
    incidents: [{ code: "alert.dead" }],
  },
  Date.now(),
);
const names = new Set([...exposed.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
const labels = (name) =>
  new Set(
    [...exposed.matchAll(new RegExp(`^${name}\\{(.*)\\} `, "gm"))].flatMap(([, all]) =>
      [...all.matchAll(/(\w+)="/g)].map(([, label]) => label),
    ),
  );

test("the dashboard asks for what the relay exposes, and for all of it", () => {
  const targets = dashboard.panels.flatMap(({ targets }) => targets);
  const asked = new Set();
  for (const { expr, legendFormat } of targets) {
    const own = expr.match(/fieldpost_\w+/g) ?? [];
    assert.ok(own.length > 0, expr);
    for (const name of own) {
      assert.ok(names.has(name), `${expr}: the relay exposes no ${name}`);
      asked.add(name);
      const used = [
        ...(/by \(([^)]*)\)/.exec(expr)?.[1] ?? "").split(/,\s*/),
        ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label),
      ];
      for (const label of used.filter(Boolean))
        assert.ok(labels(name).has(label), `${name} has no label ${label}`);
    }
  }
  assert.deepEqual(
    [...names].filter((name) => !asked.has(name)),
    [],
  );
  const ids = dashboard.panels.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test("what is shipped has the platform's own traces off", () => {
  const files = execFileSync("git", ["ls-files", "--", "*wrangler.json*", "*wrangler.toml*"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter(Boolean);
  let relays = 0;
  for (const file of files) {
    const text = readFileSync(`${root}${file}`, "utf8");
    // A Worker without a relay's objects is a page's.
    if (!text.includes("new_sqlite_classes")) continue;
    relays++;
    assert.match(text, /"traces": \{ "enabled": false \}/, file);
  }
  assert.ok(relays >= 2, `${relays} relays`);
});
