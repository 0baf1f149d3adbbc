import { FieldpostError } from "../../core/errors.js";
import { ARRIVED, CHANNELS, type ChannelKind } from "../alerts.gen.js";
import { exchange } from "../calls/reply.js";
import { MEANS } from "../codes.gen.js";
import { waitOf } from "../host/spelling.js";
import type { AlertChannel, AlertChannelMembers } from "../options.js";
import { type Message, sentenceOf, subject, text } from "./message.js";

const encoder = new TextEncoder();

interface Written {
  headers: Record<string, string>;
  body: object;
}

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const list = (given: string | readonly string[]): string[] => [given].flat();

/** Slack reads these three signs as its own. */
const plain = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** How each kind is written to, by its provider's page of 2026-11. */
const KINDS: Record<ChannelKind, (message: Message, channel: AlertChannelMembers) => Written> = {
  webhook: (message) => ({ headers: {}, body: announced(message) }),
  slack: (message) => ({
    headers: {},
    body: { text: plain(`*${subject(message)}*\n${text(message)}`), unfurl_links: false },
  }),
  resend: (message, { key, from, to }) => ({
    headers: { ...bearer(key), "idempotency-key": message.id },
    body: { from, to: list(to), subject: subject(message), text: text(message) },
  }),
  postmark: (message, { key, from, to }) => ({
    headers: { accept: "application/json", "x-postmark-server-token": key },
    body: {
      From: from,
      To: list(to).join(","),
      Subject: subject(message),
      TextBody: text(message),
      MessageStream: "outbound",
    },
  }),
  sendgrid: (message, { key, from, to }) => ({
    headers: bearer(key),
    body: {
      personalizations: [{ to: list(to).map((email) => ({ email })) }],
      from: { email: from },
      subject: subject(message),
      content: [{ type: "text/plain", value: text(message) }],
    },
  }),
};

/** What a webhook says: `type`, `timestamp` and `data`, as Standard Webhooks has them. */
const announced = (message: Message): object => ({
  type: message.type,
  timestamp: new Date(message.at).toISOString(),
  data: {
    summary: subject(message),
    console: message.console ?? null,
    incidents: message.incidents.map(({ opened, ended, ...own }) => ({
      ...own,
      message: sentenceOf(own.code),
      opened: new Date(opened).toISOString(),
      ended: ended === null ? null : new Date(ended).toISOString(),
    })),
  },
});

/**
 * Standard Webhooks: each secret signs id, time and body, so that one can be changed for another while both are known. The time is
 * that of the call, not of the message, so that a receiver may refuse what is old.
 */
async function signed(
  id: string,
  body: string,
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const at = String(Math.floor(Date.now() / 1000));
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (letter) =>
        letter.charCodeAt(0),
      );
      const key = await crypto.subtle.importKey(
        "raw",
        bytes,
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
      );
      const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${id}.${at}.${body}`));
      return `v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
    }),
  );
  return { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures.join(" ") };
}

/** A call of ours has this long, whoever it goes to. */
export const DEADLINE = 15_000;

/** What came of a message: a code where it did not arrive, or nobody knows. */
export interface Sent {
  code: string;
  /** For how long the receiver wants to be left alone, in milliseconds. */
  after: number;
}

/** Where a channel's messages go. */
export const urlOf = (channel: AlertChannel): string =>
  (channel as Partial<AlertChannelMembers>).url ?? CHANNELS[channel.kind];

/** Tells one channel. Nothing is followed elsewhere, and what the receiver says is read no further than its status. */
export async function tell(
  channel: AlertChannel,
  message: Message,
  deadline: number,
): Promise<Sent> {
  try {
    const given = channel as unknown as AlertChannelMembers;
    const written = KINDS[channel.kind](message, given);
    const body = JSON.stringify(written.body);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Fieldpost",
      ...written.headers,
      ...(channel.kind === "webhook" && (await signed(message.id, body, list(given.secret)))),
    };
    const request = new Request(urlOf(channel), {
      method: "POST",
      headers,
      body,
      redirect: "manual",
    });
    const reply = await exchange(request, deadline);
    const code = codeOf(reply.status);
    return { code, after: code === "" ? 0 : pause(reply.headers.get("retry-after")) };
  } catch (error) {
    // Words of another's may hold the address, which is a secret.
    return { code: error instanceof FieldpostError ? error.code : "alert.unsent", after: 0 };
  }
}

/** What came of it, by its status as the table of codes has it. */
function codeOf(status: number): string {
  const hundreds = Math.floor(status / 100);
  const own = `http.${status}`;
  return ARRIVED[hundreds] ?? (MEANS[own] === undefined ? `http.${hundreds}xx` : own);
}

/** `Retry-After`, in milliseconds from now. */
function pause(given: string | null): number {
  const now = Date.now();
  const { seconds, at = now } = waitOf(given);
  return Math.max(0, seconds === undefined ? at - now : seconds * 1000);
}
