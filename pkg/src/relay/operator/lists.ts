import { within } from "../../core/within.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import { consult, isAnswered } from "../host/consult.js";
import { facts } from "../host/facts.js";
import { Csv, ImportCsv } from "./csv.js";
import type { Wanted } from "../storage/finding.js";
import type { List } from "../storage/inquiry.js";
import type { Group } from "../storage/listing.js";
import { bodyOf, joined, type Line, Lines, merged } from "../storage/merge.js";
import { BREAKS, MOST_COLUMNS, MOST_PAGE, MOST_ROWS } from "../desk.gen.js";
import type { RelayEnv, RelayFormOptions, RelayOptions } from "../options.js";
import type { Which } from "../storage/selection.js";
import { countOf, outbox, shards } from "../outbox/shards.js";
import { within as inRange } from "./told.js";

/** So many leads more than twice its share of a page an outbox is asked for. */
const SHARE = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An outbox that does not answer. */
export class Away extends Error {
  constructor(readonly shard: string) {
    super(`${shard} does not answer.`);
  }
}

/** An operator's call may be about thousands of leads, and a list is read as fast as somebody takes it. */
const OPERATED = 60_000;

/** What one outbox answers. */
export const one = <T>(env: RelayEnv, shard: string, path: string, body: object): Promise<T> =>
  consult<T>(outbox(env, shard), `https://outbox/${path}`, OPERATED, body).catch(() =>
    Promise.reject(new Away(shard)),
  );

export const all = async <T>(
  env: RelayEnv,
  relay: RelayOptions,
  path: string,
  body: object = {},
): Promise<T[]> =>
  Promise.all((await shards(env, relay)).map((shard) => one<T>(env, shard, path, body)));

/** The lines of all outboxes together. None is left out unsaid: where one does not answer, there is no list. */
async function lines(
  env: RelayEnv,
  relay: RelayOptions,
  list: List | "found",
  given: { which: Which } | Omit<Wanted, "before">,
  before: string,
): Promise<AsyncGenerator<Line>> {
  const all = (await shards(env, relay)).map((shard) => {
    const ask = (before: string): Promise<Uint8Array> =>
      within(OPERATED, async () => {
        const response = await outbox(env, shard).fetch(`https://outbox/${list}`, {
          method: "POST",
          body: JSON.stringify({ ...given, before }),
        });
        if (!isAnswered(response)) throw new Away(shard);
        return new Uint8Array(await response.arrayBuffer());
      }).catch(() => Promise.reject(new Away(shard)));
    return new Lines(ask, before);
  });
  const found = merged(all);
  // The first pages are there before anything is said: what goes wrong later can only break the answer off.
  const first = await found.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* found;
  })();
}

/** Which leads a list's query names. */
export function whichOf(query: URLSearchParams): Which {
  const which: Which = {};
  for (const name of ["phase", "code"] as const) {
    const given = query.get(name);
    if (given !== null) which[name] = given;
  }
  if (query.has("id")) which.ids = query.getAll("id").slice(0, 1_000);
  return which;
}

/** How many rows are asked for: `?limit=`. */
function limitOf(query: URLSearchParams, otherwise: number): number {
  const asked = inRange("limit", Math.trunc(Number(query.get("limit") ?? otherwise)));
  return Math.min(asked ?? otherwise, MOST_ROWS);
}

async function* first(found: AsyncGenerator<Line>, most: number): AsyncGenerator<Line> {
  let n = 0;
  for await (const line of found) {
    if (BREAKS[facts(false, n++ >= most)]) return;
    yield line;
  }
}

async function* array(
  before: string,
  found: AsyncGenerator<Line>,
  after: string,
): AsyncGenerator<Uint8Array> {
  let begins: string | undefined = `${before}[`;
  for await (const { json } of found) {
    yield encoder.encode(begins ?? ",\n");
    yield json;
    begins = undefined;
  }
  yield encoder.encode(`${begins ?? ""}]${after}\n`);
}

/** A line for each, and one that is the end: whoever does not see it has not read everything that was asked for. */
async function* each(found: AsyncGenerator<Line>, most: number): AsyncGenerator<Uint8Array> {
  let [rows, last] = [0, ""];
  for await (const { key, json } of found) {
    if (BREAKS[facts(key === last, rows++ >= most)])
      return yield encoder.encode(`${JSON.stringify({ next: last })}\n`);
    yield json;
    yield encoder.encode("\n");
    last = key;
  }
  yield encoder.encode('{"next":null}\n');
}

async function* table(
  csv: Csv | ImportCsv,
  found: AsyncGenerator<Line>,
): AsyncGenerator<Uint8Array> {
  yield encoder.encode(csv.head);
  for await (const { json } of found)
    yield encoder.encode(csv.row(JSON.parse(decoder.decode(json)) as Record<string, unknown>));
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
const stream = (
  type: string,
  pieces: AsyncGenerator<Uint8Array>,
  headers: Record<string, string> = {},
): Response =>
  new Response(bodyOf(pieces), {
    headers: { ...HEADERS, "content-type": `${type}; charset=utf-8`, ...headers },
  });

/** One page, and where the next one begins. What is about one lead is never on two. */
async function page(
  found: AsyncGenerator<Line>,
  most: number,
  name: string,
  others: object = {},
): Promise<Response> {
  const rows: Uint8Array[] = [];
  let [count, bytes, last, next, mark] = [0, 0, "", null as string | null, ""];
  for await (const { key, json } of found) {
    if (BREAKS[facts(key === last, count++ >= most, bytes >= MOST_PAGE)]) {
      next = last;
      break;
    }
    rows.push(encoder.encode(mark), json);
    mark = ",";
    bytes += json.byteLength;
    last = key;
  }
  const head = encoder.encode(`${JSON.stringify({ ...others, next }).slice(0, -1)},"${name}":[`);
  return new Response(joined([head, ...rows, encoder.encode("]}")]) as BodyInit, {
    headers: { ...HEADERS, "content-type": "application/json; charset=utf-8" },
  });
}

/** `GET /operator/leads`: deliveries, the newest first. */
export async function deliveries(
  query: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const found = await lines(
    env,
    relay,
    "deliveries",
    { which: whichOf(query) },
    query.get("cursor") ?? "",
  );
  const most = limitOf(query, 1_000);
  if (query.has("page")) return page(found, most, "rows");
  if (query.get("format") === "ndjson") return stream("application/x-ndjson", each(found, most));
  return stream("application/json", array("", first(found, most), ""));
}

/** `GET /operator/attention`: the leads that wait for a person, the newest first, and how many there are. */
export async function attention(
  query: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const groups = summed((await all<Group[]>(env, relay, "groups")).flat());
  const found = await lines(
    env,
    relay,
    "attention",
    { which: whichOf(query) },
    query.get("cursor") ?? "",
  );
  const most = limitOf(query, 200);
  if (query.has("page")) return page(found, most, "leads", { groups });
  return stream(
    "application/json",
    array(`{"groups":${JSON.stringify(groups)},"leads":`, first(found, most), "}"),
  );
}

/** A page of leads, the newest first. */
export async function found(
  { before, ...wanted }: Wanted,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  // Each outbox has a share of the newest; one that has more of them is asked again.
  const most = Math.min(wanted.most, SHARE + Math.ceil((2 * wanted.most) / countOf(relay)));
  return page(await lines(env, relay, "found", { ...wanted, most }, before), wanted.most, "leads");
}

/** The groups of all outboxes, each once. */
export function summed(groups: readonly Group[]): Group[] {
  const sums = new Map<string, Group>();
  for (const one of groups) {
    const name = [one.phase, one.code, one.account, one.form].join(" ");
    sums.set(name, { ...one, leads: one.leads + (sums.get(name)?.leads ?? 0) });
  }
  return [...sums.values()].sort((one, other) => other.leads - one.leads);
}

const FORMATS = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv",
  import: "text/csv",
};

/** `GET /operator/export`: every lead that is not finished, with its values, the newest first. */
export async function exported(
  query: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const which = whichOf(query);
  const format = query.get("format") ?? "json";
  if (!Object.hasOwn(FORMATS, format)) return respond(jsonAnswer(400, { code: "export.format" }));
  const before = query.get("cursor") ?? "";
  const makes = TABLES[format];
  const csv = makes && (await tableOf(makes, env, relay, which, before));
  const found = await lines(env, relay, "values", { which }, before);
  if (query.has("page")) return page(found, limitOf(query, 1_000), "rows");
  const most = query.has("limit") ? limitOf(query, 1_000) : Number.POSITIVE_INFINITY;
  const type = FORMATS[format as keyof typeof FORMATS];
  if (csv)
    return stream(type, table(csv, first(found, most)), {
      "content-disposition": `attachment; filename="${FILES[format] ?? format}.csv"`,
    });
  return stream(type, format === "ndjson" ? each(found, most) : array("", first(found, most), ""));
}

type Makes = (names: string[], forms: RelayFormOptions["fields"][]) => Csv | ImportCsv;

/** The formats that are tables, and what the file of one is called that is called otherwise. */
const TABLES: Readonly<Partial<Record<string, Makes>>> = {
  csv: (names) => new Csv(names),
  import: (names, forms) => new ImportCsv(names, forms),
};
const FILES: Readonly<Record<string, string>> = { csv: "leads" };

/** The table of a format that is one. */
async function tableOf(
  makes: Makes,
  env: RelayEnv,
  relay: RelayOptions,
  which: Which,
  before: string,
): Promise<Csv | ImportCsv> {
  const names = await namesOf(env, relay, which, before);
  return makes(
    names,
    Object.values(relay.forms).map(({ fields }) => fields),
  );
}

/** The columns, which must be known before the first row: of all leads the names are read first. */
async function namesOf(
  env: RelayEnv,
  relay: RelayOptions,
  which: Which,
  before: string,
): Promise<string[]> {
  const names = new Set<string>();
  for await (const { json } of await lines(env, relay, "names", { which }, before)) {
    names.add(JSON.parse(decoder.decode(json)) as string);
    if (names.size >= MOST_COLUMNS) break;
  }
  return [...names].sort();
}
