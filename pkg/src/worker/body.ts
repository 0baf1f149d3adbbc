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
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES) throw new Unreadable(413, "body.size");
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
  return [...new URLSearchParams(new TextDecoder().decode(bytes))];
}
