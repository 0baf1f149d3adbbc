import type { AnswerCode } from "../../core/codes.gen.js";
import { MAX_BYTES, MAX_FIELDS, MAX_VALUES, OWN, type OwnName } from "../../core/wire.gen.js";
import type { Lead, Own } from "../lead/lead.js";
import { pairs } from "./pairs.js";

/** Why a body is not taken, as an HTTP status and a code. */
export class Unreadable extends Error {
  constructor(
    readonly status: 400 | 409 | 413 | 415,
    readonly code: AnswerCode,
  ) {
    super(code);
  }
}

/** Reads a body of one of the three types, and no more than it may have. */
export async function readLead(request: Request): Promise<Lead> {
  return leadOf(await read(request, request.headers.get("content-type") ?? ""));
}

/** What a field of the page's own is called without what it begins with; nothing of a visitor's. */
const ownName = (name: string): OwnName | undefined =>
  OF_PAGE.exec(name)?.[1] as OwnName | undefined;

const OF_PAGE = new RegExp(`^${OWN}(.*)$`, "s");

/** The lead of a body's pairs. */
export function leadOf(entries: readonly [string, unknown][]): Lead {
  const lead: Lead = { fields: [], own: Object.create(null) as Own };
  for (const [name, value] of entries) {
    const own = ownName(name);
    if (own === undefined) lead.fields.push([name, value]);
    // A page may have two tokens, one of them empty.
    else lead.own[own] = (typeof value === "string" ? value : "") || (lead.own[own] ?? "");
  }
  return lead;
}

/**
 * A lead that has more fields than are read, with the form's own alone: what a page sends beside them is nobody's fault who
 * fills it in. A body without any of them is no lead.
 */
export function bounded(lead: Lead, known: () => object): Lead {
  if (lead.fields.length + Object.keys(lead.own).length <= MAX_FIELDS) return lead;
  const own = known();
  const fields = lead.fields.filter(([field]) => Object.hasOwn(own, field));
  if (fields[0] === undefined || fields.length > MAX_VALUES)
    throw new Unreadable(400, "body.fields");
  return { ...lead, fields, ...(fields.length < lead.fields.length && { cut: true }) };
}

/**
 * Whether a body says its length. HTTP ends it there, so that it may be read at once, at a fraction of what it costs piece by
 * piece.
 */
const isMeasured = (request: Request): boolean =>
  /^\d+$/.test(request.headers.get("content-length") ?? "");

/** The length that a body says must be one that it may have. */
function mayBe(request: Request, most: number): void {
  if (Number(request.headers.get("content-length") ?? 0) > most)
    throw new Unreadable(413, "body.size");
}

/** A body, or that it never came to its end. */
const whole = <T>(body: Promise<T>): Promise<T> =>
  body.catch((error: unknown) => {
    throw error instanceof Unreadable ? error : new Unreadable(400, "body.cut");
  });

/** The bytes of a body, as long as they are no more than it may have: a lead, where nothing is said. */
export const capped = (request: Request, most = MAX_BYTES): Promise<Uint8Array> =>
  whole(gathered(request, most));

async function gathered(request: Request, most: number): Promise<Uint8Array> {
  mayBe(request, most);
  if (isMeasured(request)) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > most) throw new Unreadable(413, "body.size");
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A stream that lies about its length is cut where it passes the limit.
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength;
    if (length > most) {
      await reader?.cancel();
      throw new Unreadable(413, "body.size");
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

async function read(request: Request, header: string): Promise<[string, unknown][]> {
  switch (request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase()) {
    case "application/x-www-form-urlencoded": {
      mayBe(request, MAX_BYTES);
      const text = isMeasured(request)
        ? await whole(request.text())
        : new TextDecoder().decode(await capped(request));
      if (text.length > MAX_BYTES) throw new Unreadable(413, "body.size");
      return pairs(text);
    }
    case "application/json": {
      let data: unknown;
      const bytes = await capped(request);
      try {
        data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      } catch {
        throw new Unreadable(400, "body.json");
      }
      if (typeof data !== "object" || data === null || Array.isArray(data))
        throw new Unreadable(400, "body.json");
      return Object.entries(data);
    }
    case "multipart/form-data": {
      const bytes = await capped(request);
      try {
        // What would end a name there browsers escape (HTML, 4.10.21.8); workerd leaves it so, others take it back.
        const form = await new Response(bytes as BodyInit, {
          headers: { "content-type": header },
        }).formData();
        return [...form].map(([name, value]) => [
          name.replace(/%(22|0A|0D)/g, (_, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
          value,
        ]);
      } catch {
        throw new Unreadable(400, "body.multipart");
      }
    }
    default:
      throw new Unreadable(415, "body.type");
  }
}
