import { open, rename, rm } from "node:fs/promises";
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
  import: undefined,
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
  const call = (): Promise<Response> => operator.ask(`export?format=${format}`, { values: true });
  if (!output) {
    await terminal.progress("exporting", taken(await call(), format, process.stdout, false));
    return;
  }
  // Nobody takes what broke off for the whole.
  const part = `${output}.part`;
  try {
    // First: where nothing can be written, no values are asked for.
    const file = await open(part, "w", 0o600);
    const bytes = await terminal.progress(
      "exporting",
      call()
        .then((response) => taken(response, format, file.createWriteStream(), true))
        .finally(() => file.close()),
    );
    await rename(part, output);
    terminal.result({ output, bytes }, `${output}: ${bytes} bytes`);
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof Ended) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Ended(EXIT.failed, "export.file", `${output} cannot be written: ${reason}`, {
      cause,
    });
  }
}

/** Takes an answer to its end, and says how many bytes it had. */
async function taken(
  response: Response,
  format: string,
  to: NodeJS.WritableStream,
  end: boolean,
): Promise<number> {
  let tail = "";
  let bytes = 0;
  let cut: unknown;
  const watched = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of source) {
        bytes += chunk.length;
        tail = (tail + decoder.decode(chunk, { stream: true })).slice(-64);
        yield chunk;
      }
    } catch (error) {
      cut = error;
    }
  };
  const body = Readable.fromWeb(response.body as import("node:stream/web").ReadableStream);
  await pipeline(body, watched, to, { end });
  if (cut || (ENDS[format] && !ENDS[format].test(tail)))
    throw new Ended(
      EXIT.failed,
      "export.cut",
      "The answer broke off; it is not everything. Try again.",
      { cause: cut },
    );
  return bytes;
}
