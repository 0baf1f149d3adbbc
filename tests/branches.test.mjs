// Code that carries a machine's effects out decides nothing. Each of its branches is of a kind that is no decision: which effect it
// is, whether something was given at all, what the host says, what the machine or a generated table has just said, what the machine
// is told as a fact, which call of an interface was made, what a caller's request spells, how long something is beside a number of
// the machine's, or which of two comes first; or it stands in a file that only makes texts. Whatever else asks a question, of a
// status, a number, a code, a time or a word, asks what the machine has to answer (`src/client`, `src/relay`). A table of functions
// is a branch, too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CONTAINED, leaksOf } from "./branches/contained.mjs";
import { branchesOf } from "./branches/kinds.mjs";
import { config, programOf, root } from "./branches/program.mjs";

/** All of this is held to that. */
const HELD = ["client/", "relay/"];

test("code that carries effects out decides nothing", (t) => {
  const program = programOf();
  const name = (file) => file.slice(`${root}src/`.length);
  const held = config.fileNames.filter((file) => HELD.some((part) => name(file).startsWith(part)));
  for (const file of Object.keys(CONTAINED))
    assert.deepEqual(
      leaksOf(program, `${root}src/${file}`),
      [],
      `${file} does more than to make texts`,
    );
  const kinds = "effect given host machine fact named asked bound order drawn read";
  const counts = Object.fromEntries(kinds.split(" ").map((kind) => [kind, 0]));
  const others = [];
  for (const file of held) {
    for (const { line, text, kind } of branchesOf(program, file)) {
      const at = `${file.slice(root.length)}:${line} ${text}`;
      if (kind) counts[kind]++;
      else others.push(at);
      if (process.env.FIELDPOST_BRANCHES) t.diagnostic(`${kind ?? "?"} ${at}`);
    }
  }
  assert.deepEqual(others, [], "these branches decide: the machine has to");
  for (const [kind, count] of Object.entries(counts))
    assert.ok(count > 0, `no branch is ${kind}: the lint sees none`);
  t.diagnostic(`${held.length} files, branches: ${JSON.stringify(counts)}`);
});

test("a branch that decides is seen, whatever it looks like", () => {
  const HEAD = `
    import type { Effect } from "./effects.js";
    import type { Effect as Step } from "../core/steps.gen.js";
    import { BARS } from "../relay/storage/ruling.gen.js";
    declare const write: Extract<Step, { do: "write" }>;
    declare function bit(is: boolean, fact: number): number;
    declare function facts(...are: boolean[]): number;
    const acts: Record<string, () => boolean> = { go: act };
    import type { Outcome } from "../core/types.js";
    declare const effect: Effect, outcome: Outcome, reply: Response, left: number, code: string, is: boolean, list: string[], maybe: string | undefined, options: { fetch?: () => void };
    import { MAX_BYTES } from "../core/wire.gen.js";
    import type { Given } from "../relay/operator/given.js";
    declare const request: Request, query: URLSearchParams, given: Given;
    declare function act(): boolean;
    declare function later(): Promise<boolean>;
    declare function hmacFits(mac: string): Promise<boolean>;
    declare function steady<T>(ask: (glue: { has(): boolean; left(): number; text(): string; tell(n: number): boolean }) => T): T;
    export function planted(): unknown {`;
  const decides = [
    "if (outcome.kind === 'retry') act();",
    "switch (outcome.kind) { case 'retry': act(); }",
    "if (reply.status === 429) act();",
    "const { status } = reply; if (status) act();",
    "if (reply.ok) act();",
    "const seen = new Set(list); if (seen.size) act();",
    "if (reply.ok && reply.status > 299) act();",
    "if (reply.headers.get('retry-after') === '1') act();",
    "return left > 3 ? 1 : 2;",
    "while (left < 4) act();",
    "do act(); while (is);",
    "for (let n = 0; n < left; n++) act();",
    "if (code.startsWith('network.')) act();",
    "return is && act();",
    "if (maybe) act();",
    "return list.filter((one) => one === code);",
    "return reply.headers.has('x') || list.some((one) => one);",
    "if (list.length > 0) act();",
    "if (!list.length) act();",
    "if (Date.now() < left) act();",
    "if (act()) act();",
    "if (options.fetch && left > 3) act();",
    "const late = left > 3; if (late) act();",
    "if (effect[1] === 'x') act();",
    "if (effect.to === 'x') act();",
    "if (steady((glue) => glue.left()) > 3) act();",
    "let later = 0; later ||= left; return later;",
    "try { act(); } catch (error) { if ((error as { code: string }).code === 'x') act(); }",
    "return reply instanceof Response ? 1 : 2;",
    "return (async () => { if (await later()) act(); })();",
    "return acts[code]?.();",
    "return [act, act][Number(is)]?.();",
    "const chosen = acts[code]; return chosen?.();",
    "return new Map([['x', act]]).get(code)?.();",
    "switch (code) { case 'x': act(); }",
    "return { ...(is && { is }) };",
    "if (is === false) act();",
    "if (write.phase === 'done') act();",
    "const [word] = code.split(' '); if (word === 'x') act();",
    "const found = list.some((one) => one === code); return bit(found && is, 1) && found ? 1 : 2;",
    "if (maybe === 'x') act();",
    "if (query.get('x') === code) act();",
    "if (Number(query.get('x')) > 3) act();",
    "if (Number(request.headers.get('x') ?? 0) > left) act();",
    "const { headers } = reply; if (headers.has('x')) act();",
    "if (list.length > left) act();",
    "if (left > MAX_BYTES) act();",
    "for (let n = 0; n < MAX_BYTES; n++) act();",
    "list.sort((one, other) => one.length - left); return 0;",
    "list.sort((one, other) => (act() ? 1 : one.length - other.length)); return 0;",
    "const late = (): boolean => left > 3; if (late()) act();",
    "return steady((glue) => glue.text()) && (left > 3 ? 1 : 2);",
    "if (/x/.test(code)) act();",
    "if (code.startsWith('x')) act();",
    "if (new Set(list).has(code)) act();",
    "if (given['x'] === code) act();",
    "if (Number(given['x']) > left) act();",
    "const known = { x: 1 }; if (given['x'] === 'y' && left > known.x) act();",
    "const row = [1, 2]; if (row[Number(left > 3)] === 1) act();",
    "if (facts(left > 3)) act();",
    "const row = [1, 2]; if (row[facts(left > 3)] === 1) act();",
  ];
  const carries = [
    "switch (effect[0]) { case 'go': act(); }",
    "const goes = effect[0] === 'go'; if (goes || effect[0] === 'tell') act();",
    "switch (effect.do) { case 'go': act(); }",
    "if (!steady((glue) => glue.has())) act();",
    "if (options.fetch) act();",
    "if (maybe === undefined) act();",
    "return typeof maybe === 'string' ? 1 : 2;",
    "return maybe ?? code;",
    "options.fetch?.(); return 0;",
    "if (new AbortController().signal.aborted) act();",
    "return (async () => { if (await hmacFits(code)) act(); })();",
    "try { act(); } catch (error) { return error instanceof Error ? 1 : 2; }",
    "return acts[effect[0]]?.();",
    "if (write.keep) act();",
    "return BARS[Number(is)] === 'check' ? 1 : 2;",
    "return BARS[facts(left > 3, list.some((one) => one === code))] === 'check' ? 1 : 2;",
    "const [word] = steady((glue) => glue.text()).split(' '); if (word === 'x') act();",
    "return acts[steady((glue) => glue.text())]?.();",
    "const [, root = ''] = new URL(code).pathname.split('/'); return new Map([['x', act]]).get(root)?.();",
    "return bit(list.some((one) => one === code), 1);",
    "switch (new URL(code).pathname) { case '/x': act(); }",
    "return { ...(code && { code }) };",
    "if ('fetch' in options) act();",
    "let made: object | undefined; made ??= {}; return made;",
    "if (code === '') act();",
    "return list.filter(Boolean);",
    "if (request.method === 'GET' && query.has('x')) act();",
    "const how = query.get('x') ?? 'y'; return how === 'z' ? 1 : 2;",
    "switch (request.headers.get('x')?.trim().toLowerCase()) { case 'y': act(); }",
    "if (Number(request.headers.get('content-length') ?? 0) > MAX_BYTES) act();",
    "if (list.length > MAX_BYTES) act();",
    "for (let n = 0; n < list.length; n++) act(); return 0;",
    "return list.sort((one, other) => one.length - other.length);",
    "const { x } = given; if (x === true) act();",
    "const row = BARS; return row[Number(left > 3)] === 'check' ? 1 : 2;",
    "const has = (): boolean => options.fetch !== undefined; if (has()) act();",
    "return steady((glue) => glue.tell(left > 3 ? 1 : 2));",
  ];
  const file = (name) => `${root}src/client/planted-${name}.ts`;
  const texts = [
    ...decides.map((text, at) => [file(`decides-${at}`), text]),
    ...carries.map((text, at) => [file(`carries-${at}`), text]),
  ];
  const program = programOf(
    Object.fromEntries(texts.map(([name, text]) => [name, `${HEAD} ${text} return undefined; }`])),
  );
  for (const [name, text] of texts) {
    const branches = branchesOf(program, name);
    assert.ok(branches.length > 0, `not seen: ${text}`);
    assert.equal(
      branches.every(({ kind }) => kind),
      name.includes("carries"),
      `${text} ${JSON.stringify(branches)}`,
    );
  }
});

test("a file that only makes texts reaches nothing, and nobody can ask what it gives", () => {
  const leaking = {
    "relay/operator/csv.ts":
      "export const isLate = (n: number): boolean => (n > 3 ? true : false);",
    "relay/operator/metrics.ts":
      "export const due = (n: number): string => (n > Date.now() ? 'a' : 'b');",
    "relay/alerts/message.ts":
      "import { log } from '../host/log.js'; export function told(n: number): string { if (n > 3) log('relay.failed'); return ''; }",
    "relay/pages/answer.ts":
      "export const when = (n: number): 'late' | 'soon' => (n > 3 ? 'late' : 'soon');",
    "relay/pages/fields.ts":
      "let seen = 0; export const told = (n: number): string => (n > seen++ ? 'a' : 'b');",
    "relay/http/ip.ts": "export const told = (n: number): string => (n > 3 ? 'a' : 'b');",
    "relay/host/spelling.ts":
      "export const told = (text: string): string => { if (text === 'x') void fetch(text); return text; };",
  };
  const contained = {
    "relay/pages/page.ts": "export const told = (n: number): string => (n > 3 ? 'a' : 'b');",
    "relay/http/pairs.ts":
      "export const told = (text: string): string | null => (/x/.test(text) ? text : null);",
  };
  const program = programOf(
    Object.fromEntries(
      Object.entries({ ...leaking, ...contained }).map(([name, text]) => [
        `${root}src/${name}`,
        text,
      ]),
    ),
  );
  for (const [name, text] of Object.entries({ ...leaking, ...contained })) {
    const branches = branchesOf(program, `${root}src/${name}`);
    assert.ok(branches.length > 0, `not seen: ${text}`);
    assert.equal(
      branches.every(({ kind }) => kind),
      name in contained,
      `${text} ${leaksOf(program, `${root}src/${name}`)}`,
    );
  }
});
