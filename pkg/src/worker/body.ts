/** The most bytes of a lead, and the most fields. */
export const MAX_BYTES = 64 * 1024;
export const MAX_FIELDS = 100;

/** What a page or a server sent: its fields, and beside them what begins with `_fp_`. */
export interface Lead {
  fields: [string, unknown][];
  /** `token`, `key`, `v`, `page`, `query`, `referrer`, `mkto_trk`. */
  own: Record<string, string>;
}

/** Why a body is not taken, as an HTTP status and a code. */
export class Unreadable extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    readonly code: string,
  ) {
    super(code);
  }
}

/** Reads a body of one of the three types, and no more than it may have. */
export async function readLead(request: Request): Promise<Lead> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (!type || !["application/x-www-form-urlencoded", "multipart/form-data", "application/json"].includes(type)) {
    throw new Unreadable(415, "body.type");
  }
  const bytes = await capped(request);
  const pairs = await parse(type, request.headers.get("content-type") ?? "", bytes);
  if (pairs.length > MAX_FIELDS) throw new Unreadable(400, "body.fields");
  const lead: Lead = { fields: [], own: Object.create(null) as Record<string, string> };
  for (const [name, value] of pairs) {
    if (name.startsWith("_fp_")) lead.own[name.slice(4)] = typeof value === "string" ? value : "";
    else lead.fields.push([name, value]);
  }
  return lead;
}

/** The bytes of a body, as long as they are no more than a lead may have. */
export async function capped(request: Request): Promise<Uint8Array> {
  const said = request.headers.get("content-length");
  if (Number(said ?? 0) > MAX_BYTES) throw new Unreadable(413, "body.size");
  // HTTP ends a body where its length says: then it is read at once, which costs a fraction of reading it piece by piece.
  if (said !== null && /^\d+$/.test(said)) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength > MAX_BYTES) throw new Unreadable(413, "body.size");
    return bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  // A stream that lies about its length is cut where it passes the limit.
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    length += part.value.byteLength;
    if (length > MAX_BYTES) {
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

const decoder = new TextDecoder();

async function parse(type: string, header: string, bytes: Uint8Array): Promise<[string, unknown][]> {
  if (type === "application/json") {
    let data: unknown;
    try {
      data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch {
      throw new Unreadable(400, "body.json");
    }
    if (typeof data !== "object" || data === null || Array.isArray(data)) throw new Unreadable(400, "body.json");
    return Object.entries(data);
  }
  if (type === "multipart/form-data") {
    try {
      const form = await new Response(bytes as BodyInit, { headers: { "content-type": header } }).formData();
      return [...form] as [string, unknown][];
    } catch {
      throw new Unreadable(400, "body.multipart");
    }
  }
  return pairs(decoder.decode(bytes));
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
    all.push(equals < 0 ? [decoded(part), ""] : [decoded(part.slice(0, equals)), decoded(part.slice(equals + 1))]);
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
