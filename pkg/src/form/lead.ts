import { read, send } from "../entry/page.js";
import type { Outcome, RelayForm } from "../types.js";

/** The version of what a page and a relay say to each other. */
const WIRE = "1";

// Both headers of these calls are CORS-safelisted, so the browser never asks with a preflight first.
const headers = { accept: "application/json" };

/** Asks the relay for the form's rules and a token. */
export async function relayForm(action: string): Promise<RelayForm> {
  const response = await send(new Request(action, { headers, credentials: "omit" }));
  if (!response.ok) throw new Error(`relay answered ${response.status}`);
  return (await response.json()) as RelayForm;
}

export interface Lead {
  /** The form's own `action`, as the browser would post to it. */
  action: string;
  values: FormData;
  token: string;
  /** The same key makes the same lead, however often it is sent. */
  key: string;
  /** Where the visitor came from may travel along. */
  consented: boolean;
}

export async function sendLead(lead: Lead): Promise<Outcome> {
  const body = leadBody(lead);
  // The lead outlives the page where the browser allows that: 64 KiB in flight for the whole page.
  const keepalive = `${body}`.length < 60_000;
  const request = new Request(lead.action, { method: "POST", headers, body, credentials: "omit" });
  return read("relay.lead.submit", await send(request, { keepalive }));
}

function leadBody({ values, token, key, consented }: Lead): URLSearchParams {
  const body = ownFields(values);
  body.set("_fp_v", WIRE);
  body.set("_fp_key", key);
  if (token) body.set("_fp_token", token);
  if (consented) {
    body.set("_fp_page", location.origin + location.pathname);
    body.set("_fp_query", location.search);
    body.set("_fp_referrer", document.referrer);
    body.set("_fp_mkto_trk", /(?:^|; )_mkto_trk=([^;]*)/.exec(document.cookie)?.[1] ?? "");
  }
  return body;
}

/** What the visitor entered; a file is no lead and has its issue already. */
export function ownFields(values: FormData): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of values) if (typeof value === "string") body.append(name, value);
  return body;
}

/** 128 random bits; `crypto.randomUUID` is missing on plain http. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join("");
}
