import type { RelayAnswer } from "../../core/types.js";
import { WIRE_VERSION } from "../../core/wire.gen.js";
import { Limited } from "../host/limited.js";

/** Whether a program asked: a page's script or a server, not a browser that follows a form. */
export const wantsJson = (request: Request): boolean =>
  (request.headers.get("accept") ?? "").includes("application/json") ||
  !(request.headers.get("accept") ?? "").includes("text/html");

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
  return {
    status,
    body: JSON.stringify(body),
    ...(headers && { headers: { ...JSON_HEADERS, ...headers } }),
  };
}

export function answer(
  status: number,
  body: Omit<RelayAnswer, "v">,
  headers?: Record<string, string>,
): Answer {
  return json(status, { v: Number(WIRE_VERSION), ...body }, headers);
}

/** A page, whose form names this relay as its origin when it is sent. */
export function page(
  status: number,
  html: string,
  policy: string,
  headers?: Record<string, string>,
): Answer {
  return {
    status,
    body: html,
    headers: {
      ...HEADERS,
      "referrer-policy": "same-origin",
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      ...headers,
    },
  };
}

export function redirect(location: string): Answer {
  return { status: 303, body: null, headers: { ...PAGE_HEADERS, location } };
}

/**
 * By origin: the headers of JSON for it. A `Response` takes them at half of what an object costs. A relay may stand on any
 * number of hosts, each with an origin of its own.
 */
const kept = new Limited<string | null, Headers>(100);

/** The answer for a page of `origin`, which may read it; for nobody's page where there is none. */
export function respond({ status, body, headers }: Answer, origin: string | null = null): Response {
  const own = { vary: "Origin", ...(origin !== null && { "access-control-allow-origin": origin }) };
  if (headers) return new Response(body, { status, headers: { ...headers, ...own } });
  let made = kept.get(origin);
  if (!made) {
    kept.set(origin, (made = new Headers({ ...JSON_HEADERS, ...own })));
  }
  return new Response(body, { status, headers: made });
}
