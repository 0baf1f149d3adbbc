import { type Identity, recognize } from "./again.js";
import { steady } from "../../core/edge.js";
import { NATIVE_WINDOW } from "../arrival.gen.js";
import { hmac, joined, sha256 } from "../host/hash.js";
import type { Lead } from "../lead/lead.js";
import type { RelayFormOptions, RelayOptions } from "../options.js";

/** What is known of a request so far; what goes wrong is answered out of it. */
export interface Asked {
  request: Request;
  url: URL;
  relay?: RelayOptions;
  name: string;
  form?: RelayFormOptions;
  /** The page's origin, where it is one of the form's. */
  origin: string | null;
  lead?: Lead;
  /** Its address has sent too much, and may send again after so many milliseconds. */
  wait?: number | undefined;
  /** An outbox was asked to take the lead: until it answers, nobody knows whether it did. */
  offered?: boolean;
}

/** A request for a form that there is. */
export interface Found extends Asked {
  relay: RelayOptions;
  form: RelayFormOptions;
}

/** The field that Turnstile's widget adds to a form. */
const CHALLENGE = "cf-turnstile-response";

/** The newest of the secrets signs. */
export const newest = (relay: RelayOptions): string => [relay.secret].flat()[0] as string;

/** The fields of a form's page that are no part of a lead. */
const others = ({ trap = CHALLENGE }: RelayFormOptions): object => ({
  [trap]: true,
  [CHALLENGE]: true,
});

/** All fields of a form's page. */
export const pageFields = (form: RelayFormOptions): object => ({ ...form.fields, ...others(form) });

/** The fields without those that are no part of the lead. */
export const entered = (form: RelayFormOptions, lead: Lead): Lead["fields"] => {
  const left = others(form);
  return lead.fields.filter(([field]) => !Object.hasOwn(left, field));
};

/** What Turnstile gave the visitor; from the relay's own page it comes back beside the fields. */
export function challengeOf({ fields, own }: Lead): string | undefined {
  // The first of several counts.
  const given = new Map([...fields].reverse()).get(CHALLENGE) ?? own["turnstile"];
  return typeof given === "string" ? given : undefined;
}

/** Whether the field that nobody sees is filled. */
export const isTrapped = ({ trap }: RelayFormOptions, { fields }: Lead): boolean =>
  trap !== undefined && fields.some(([field, value]) => field === trap && value !== "");

/** Whether a key is one. */
export const isKey = (key: string): boolean => steady((glue) => glue.isKey(key));

/** Who a lead is: by its own key, else by the relay's own page that sends it again, else by its fields and the time. */
export async function identify({
  relay,
  name,
  form,
  lead,
}: Pick<Found, "relay" | "name" | "form"> & { lead: Lead }): Promise<Identity> {
  const { key, again } = lead.own;
  const fields = entered(form, lead);
  const known =
    again === undefined
      ? undefined
      : await recognize([relay.secret].flat(), name, form, again, fields);
  if (known) return known;
  // A retry may carry a new token, so only what the visitor entered makes the lead.
  const bodyHash = await sha256(
    joined([name, ...fields.flatMap(([field, value]) => [field, canonical(value)])]),
  );
  return {
    bodyHash,
    keys: key !== undefined ? [`k:${key}`] : await nativeKeys(newest(relay), bodyHash, Date.now()),
  };
}

/** The key of a submit without one: the form, its fields, and the ten minutes it falls in; and those before. */
async function nativeKeys(secret: string, bodyHash: string, now: number): Promise<string[]> {
  const window = Math.floor(now / NATIVE_WINDOW);
  return Promise.all(
    [window, window - 1].map(async (n) => `n:${await hmac(secret, joined([bodyHash, String(n)]))}`),
  );
}

const canonical = (value: unknown): string =>
  typeof value === "string" ? value : ((JSON.stringify(value) as string | undefined) ?? "");
