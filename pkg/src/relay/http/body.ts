import type { AnswerCode } from "../../core/codes.gen.js";
import { MAX_BYTES, MAX_FIELDS, MAX_VALUES, OWN, type OwnName } from "../../core/wire.gen.js";
import type { Lead, Own } from "../lead/lead.js";

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
  const header = request.headers.get("content-type") ?? "";
  return leadOf(await read(request, header, header.split(";")[0]?.trim().toLowerCase()));
}

/** What a field of the page's own is called without what it begins with; nothing of a visitor's. */
export const ownName = (name: string): OwnName | undefined =>
  name.startsWith(OWN) ? (name.slice(OWN.length) as OwnName) : undefined;

/** The lead of a body's pairs. */
export function leadOf(entries: readonly [string, unknown][]): Lead {
  const lead: Lead = { fields: [], own: Object.create(null) as Own };
  for (const [name, value] of entries) {
    const own = ownName(name);
    if (own === undefined) lead.fields.push([name, value]);
    // A page may have two tokens, one of them empty.
    else if (value || !lead.own[own]) lead.own[own] = typeof value === "string" ? value : "";
  }
  return lead;
}

/**
 * A lead that has more fields than are read, with the form's own alone: what a page sends beside them is nobody's fault who
 * fills it in. A body without any of them is no lead.
 */
export function bounded(lead: Lead, isKnown: (field: string) => boolean): Lead {
  if (lead.fields.length + Object.keys(lead.own).length <= MAX_FIELDS) return lead;
  const fields = lead.fields.filter(([field]) => isKnown(field));
  if (fields.length === 0 || fields.length > MAX_VALUES) throw new Unreadable(400, "body.fields");
  return { ...lead, fields, cut: fields.length < lead.fields.length };
}

/**
 * Whether a body says its length, which must be one that a lead may have. HTTP ends it there, so that it may be read at
 * once, at a fraction of what it costs piece by piece.
 */
function isMeasured(request: Request, most = MAX_BYTES): boolean {
  const said = request.headers.get("content-length");
  if (Number(said ?? 0) > most) throw new Unreadable(413, "body.size");
  return said !== null && /^\d+$/.test(said);
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
  if (isMeasured(request, most)) {
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

async function read(
  request: Request,
  header: string,
  type: string | undefined,
): Promise<[string, unknown][]> {
  switch (type) {
    case "application/x-www-form-urlencoded": {
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

/**
 * The pairs of an urlencoded body, as `URLSearchParams` reads them (URL, section 5.1). Its iterator crosses from the
 * platform for each pair, which takes longer than the check itself.
 */
export function pairs(text: string): [string, string][] {
  const all: [string, string][] = [];
  for (const part of text.split("&")) {
    if (!part) continue;
    const equals = part.indexOf("=");
    all.push(
      equals < 0
        ? [decoded(part), ""]
        : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))],
    );
  }
  return all;
}

function decoded(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Half an escape, or bytes that are no UTF-8: the platform knows what becomes of them.
    return new URLSearchParams(`=${text}`).get("") ?? "";
  }
}
