import { read } from "../core/lean.js";
import { send } from "../core/send.js";
import type { Outcome, RelayForm } from "../core/types.js";
import { OWN, type OwnFields, WIRE_VERSION } from "../core/wire.gen.js";

/** What a page may still have under way when it goes: 64 KiB for all its scripts. */
export const KEEPALIVE_BYTES = 60_000;

/** The query that the visitor came with: a page that changes its address by script loses it. */
let landing: string | undefined;
export const arrive = (): string => (landing ??= location.search);

/** The header is CORS-safelisted, so the browser never asks with a preflight first. */
const call = (action: string, init?: RequestInit, timeout?: number): Promise<Response> =>
  send(
    new Request(action, { headers: { accept: "application/json" }, credentials: "omit", ...init }),
    timeout ? { timeout } : {},
  );

/** Asks the relay for the form's rules and a token. */
export async function relayForm(action: string, timeout?: number): Promise<RelayForm> {
  const response = await call(action, {}, timeout);
  if (!response.ok) throw response;
  return (await response.json()) as RelayForm;
}

/** `POST`s a lead: fields as the browser would, or sealed bytes. */
export async function post(
  action: string,
  body: URLSearchParams | Blob,
  keepalive = false,
): Promise<Outcome> {
  return read("relay.lead.submit", await call(action, { method: "POST", body, keepalive }));
}

/** What the visitor entered, as a native submit encodes it: of a file its name, which is empty, for a chosen one stops the lead. */
export function typed(values: FormData): URLSearchParams {
  const body = new URLSearchParams();
  const lines = (text: string): string => text.replace(/\r\n?|\n/g, "\r\n");
  for (const [name, value] of values)
    if (!name.startsWith(OWN))
      body.append(lines(name), lines(typeof value === "string" ? value : value.name));
  return body;
}

/** What the relay needs beside the fields. A newer token takes the place of one that the page came with. */
export const envelope = (key: string, token: string): OwnFields => ({
  _fp_v: WIRE_VERSION,
  _fp_key: key,
  ...(token && { _fp_token: token }),
});

/** Where the visitor came from and which CRM knows them; only with consent. */
export function visitor(): OwnFields {
  const cookie = (name: string): string | undefined =>
    new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1];
  const marketo = cookie("_mkto_trk") ?? "";
  const pardot = document.cookie.match(/(?<=^|; )visitor_id\d+(-hash)?=[^;]+/g);
  return {
    _fp_page: location.origin + location.pathname,
    _fp_query: location.search || arrive(),
    _fp_referrer: document.referrer,
    // Whole or not at all, and never of somebody who has opted out.
    ...(/^id(:|%3A).*token/.test(marketo) && !cookie("mkto_opt_out") && { _fp_mkto_trk: marketo }),
    ...(pardot && { _fp_pardot: pardot.join("; ") }),
  };
}

/** 128 random bits; `crypto.randomUUID` is missing on plain http. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    (byte + 256).toString(16).slice(1),
  ).join("");

/** Whether the relay has decided on what was entered: it has it, or its values are at fault. */
export const final = (outcome: Outcome): boolean =>
  /^(stored|queued)$/.test(outcome.kind) || (outcome.kind === "refused" && !outcome.fault);

/** Who tells that one never arrived, by the address of its form. */
export const tellers = new Map<string, (saved: number) => void>();
