import type { Issue, RelayAnswer } from "../types.js";
import { type RefusedField, refusalPage, refusalStyle } from "./refusal.js";
import type { RelayFormOptions } from "./options.js";

/** The version of what a page and a relay say to each other. */
export const WIRE_VERSION = 1;

const SENTENCES: Record<string, string> = {
  "body.size": "The form is larger than 64 KiB.",
  "body.fields": "The form has more than 100 fields.",
  "body.json": "The body is not a JSON object.",
  "body.multipart": "The body is not the multipart form that it says it is.",
  "body.type": "Send the form as application/x-www-form-urlencoded, multipart/form-data or application/json.",
  "wire.version": "This relay does not know the version of the page.",
  "key.invalid": "A key has 8 to 64 letters, digits, - and _.",
  "key.reused": "This key was used for other values.",
  "key.running": "This lead is being taken just now.",
  "address.limit": "Too many forms came from this address; it will be taken a little later.",
  "review.full": "The relay cannot take this form just now.",
  "origin.forbidden": "The page's origin may not send this form.",
  "method": "Use GET or POST.",
  "not_found": "There is nothing here.",
  "outbox.full": "The relay cannot take more leads just now.",
  "outbox.unavailable": "The relay cannot store leads just now.",
};

/** One issue of the whole request. */
export const issue = (code: string): Issue => ({
  field: "",
  code,
  severity: "error",
  message: SENTENCES[code] ?? "The request cannot be taken.",
});

/** Whether a program asked: a page's script or a server, not a browser that follows a form. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") || !accept.includes("text/html");
}

/** What becomes a `Response` in one go, because each header that is added to one costs as much as checking a field. */
export interface Answer {
  status: number;
  body: string | null;
  /** Where it has none of its own it is JSON. */
  headers?: Record<string, string>;
}

/** Nothing of ours is ever kept by a cache: it may carry a token, or tell of a lead. */
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
const JSON_HEADERS = { ...HEADERS, "content-type": "application/json; charset=utf-8" };
const PAGE_HEADERS = { ...HEADERS, "referrer-policy": "no-referrer" };

export function json(status: number, body: unknown, headers?: Record<string, string>): Answer {
  return { status, body: JSON.stringify(body), ...(headers && { headers: { ...JSON_HEADERS, ...headers } }) };
}

export function answer(status: number, body: Omit<RelayAnswer, "v">, headers?: Record<string, string>): Answer {
  return json(status, { v: WIRE_VERSION, ...body }, headers);
}

export function redirect(location: string): Answer {
  return { status: 303, body: null, headers: { ...PAGE_HEADERS, location } };
}

/** By origin: the headers of JSON for it. A `Response` takes them at half of what an object costs. */
const kept = new Map<string | null, Headers>();
/** A relay may stand on any number of hosts, each with an origin of its own. */
const MOST = 100;

/** The answer for a page of `origin`, which may read it; for nobody's page where there is none. */
export function respond({ status, body, headers }: Answer, origin: string | null = null): Response {
  const own = { vary: "Origin", ...(origin !== null && { "access-control-allow-origin": origin }) };
  if (headers) return new Response(body, { status, headers: { ...headers, ...own } });
  let made = kept.get(origin);
  if (!made) {
    if (kept.size >= MOST) kept.clear();
    kept.set(origin, (made = new Headers({ ...JSON_HEADERS, ...own })));
  }
  return new Response(body, { status, headers: made });
}

let styleHash: string | undefined;

/** The relay's own page for a visitor without JavaScript: typed values kept, each issue beside its field. */
export async function refusal(
  status: number,
  name: string,
  form: RelayFormOptions,
  fields: readonly [string, unknown][],
  issues: readonly Issue[],
  hidden: Record<string, string>,
  url: URL,
): Promise<Answer> {
  styleHash ??= btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(refusalStyle)))));
  const whole = issues.filter((one) => !one.field || !form.fields[one.field]).filter((one) => one.severity === "error");
  const html = refusalPage({
    title: form.title ?? "Your request",
    action: `${url.pathname}`,
    fields: Object.entries(form.fields).map(([field, spec]): RefusedField => {
      const values = fields.filter(([other]) => other === field).map(([, value]) => (typeof value === "string" ? value : ""));
      const many = spec.kind === "labels" || spec.kind === "choices";
      return {
        name: field,
        kind: spec.kind,
        label: spec.label ?? field,
        required: spec.required ?? false,
        ...(spec.choices && { choices: spec.choices }),
        value: spec.kind === "consent" || spec.kind === "boolean" ? values.some(Boolean) : many ? values : (values[0] ?? ""),
        issues: issues.filter((one) => one.field === field),
      };
    }),
    hidden,
    ...(whole[0] && { summary: whole.map((one) => one.message).join(" ") }),
  });
  return {
    status,
    body: html,
    headers: {
      ...HEADERS,
      // Sent again from here, the form names this relay as its origin.
      "referrer-policy": "same-origin",
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self' ${form.thanks.startsWith("http") ? new URL(form.thanks).origin : ""}; base-uri 'none'; frame-ancestors 'none'`,
    },
  };
}
