// Writes a corpus to begin with: the inputs of `tests/cases` and a few forms. libFuzzer adds to it as it goes.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const cases = readdirSync(at("../tests/cases")).flatMap((file) =>
  JSON.parse(readFileSync(at(`../tests/cases/${file}`), "utf8")),
);
const seeds = { email: [], phone: [], labels: [], form: [], spec: [] };

for (const { field, input, params, pattern } of cases) {
  if (pattern)
    seeds.spec.push(
      `${JSON.stringify({ fields: { a: { kind: "text", pattern } } })}\n${JSON.stringify({ a: "aaaaaaaaaaaaaaaa!" })}`,
    );
  if (params) seeds.form.push(JSON.stringify(params));
  if (!field) continue;
  const target = seeds[field.kind];
  if (target && typeof input === "string") target.push(input);
  if (target && Array.isArray(input)) target.push(input.join("\x1e"));
  seeds.form.push(JSON.stringify({ [field.kind]: input }));
  seeds.spec.push(`${JSON.stringify({ fields: { a: field } })}\n${JSON.stringify({ a: input })}`);
}

for (const [target, texts] of Object.entries(seeds)) {
  mkdirSync(at(`corpus/${target}`), { recursive: true });
  for (const text of texts) {
    // Long ones only slow the start down; libFuzzer makes its own.
    if (text.length > 4096) continue;
    writeFileSync(
      at(`corpus/${target}/${createHash("sha256").update(text).digest("hex").slice(0, 16)}`),
      text,
    );
  }
}
