import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EXIT, Ended } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { operatorOf } from "./relay.js";

/** What a whole answer ends with; a table in CSV does not tell. */
const ENDS: Readonly<Record<string, RegExp | undefined>> = {
  json: /\]\s*$/,
  ndjson: /\{"next":null\}\s*$/,
  csv: undefined,
};

export const FORMATS = Object.keys(ENDS);

/** `fieldpost export`: the values of all leads that are kept, to a file or to standard output. */
export async function exportLeads(
  { relay, format = "json", output }: { relay?: string; format?: string; output?: string },
  terminal: Terminal,
): Promise<void> {
  if (terminal.json && !output)
    throw new Ended(
      EXIT.usage,
      "export.output",
      "With --json say where the leads go: --output FILE.",
    );
  const operator = await operatorOf(relay, terminal);
  const response = await operator.ask(`export?format=${format}`, { values: true });
  let tail = "";
  let bytes = 0;
  const watched = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const decoder = new TextDecoder();
    for await (const chunk of source) {
      bytes += chunk.length;
      tail = (tail + decoder.decode(chunk, { stream: true })).slice(-64);
      yield chunk;
    }
  };
  // Nobody takes what broke off for the whole.
  const part = output && `${output}.part`;
  const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
  const work = part
    ? pipeline(body, watched, createWriteStream(part, { mode: 0o600 }))
    : pipeline(body, watched, process.stdout, { end: false });
  let broken: unknown;
  await terminal.progress("exporting", work).catch((error: unknown) => {
    broken = error;
  });
  if (broken || (ENDS[format] && !ENDS[format].test(tail))) {
    if (part) await rm(part, { force: true });
    throw new Ended(
      EXIT.failed,
      "export.cut",
      "The answer broke off; it is not everything. Try again.",
      { cause: broken },
    );
  }
  if (!part || !output) return;
  await rename(part, output);
  terminal.result({ output, bytes }, `${output}: ${bytes} bytes`);
}
