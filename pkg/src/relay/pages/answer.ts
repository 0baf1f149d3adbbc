// What the relay's own page says of an answer.
import type { FieldSpec, Issue } from "../../core/types.js";
import { escapeHtml } from "./fields.js";
import type { Speaker } from "./language.js";

/** Of a form, what a page says beside the answer. */
interface Shown {
  fields: Readonly<Record<string, FieldSpec>>;
  origins: readonly string[];
  contact?: string;
}

/** What happened, and what the page can offer. */
export interface Told {
  /** The codes of what is said of it, and of the page's heading. */
  plain: string;
  heading: string | undefined;
  /** Somebody sent something, and did not just look. */
  isSent: boolean;
  /** The page has the form, with what was typed. */
  hasForm: boolean;
  /** For how many seconds to wait; what time it is; and in which zone that is shown. */
  wait: string | undefined;
  now: number;
  timeZone: string;
}

/** What happened, and what somebody can do now. */
export function toldHtml(said: Speaker, told: Told, siteHtml: readonly string[]): string[] {
  const { plain, heading, isSent, hasForm, wait } = told;
  return [
    ...(isSent ? [escapeHtml(said.say(plain))] : []),
    ...(hasForm ? [escapeHtml(said.say("page.entries"))] : []),
    ...(hasForm && heading !== "page.refused" ? [escapeHtml(said.say("page.once"))] : []),
    ...(isSent && wait ? [waitHtml(said, Number(wait), told)] : []),
    ...(isSent && !hasForm ? [escapeHtml(said.say("page.back"))] : []),
    ...(hasForm ? [] : siteHtml),
  ];
}

/** That the fields are not right; and what is wrong with none of them. */
export function refusedHtml(
  said: Speaker,
  fields: Shown["fields"],
  issues: readonly Issue[],
): string[] {
  const whole = issues.filter(
    ({ field, severity }) => severity === "error" && !Object.hasOwn(fields, field),
  );
  return [
    `${escapeHtml(said.say("page.refused"))}. ${escapeHtml(said.say("page.correct"))} ${escapeHtml(said.say("page.entries"))}`,
    ...whole.map(({ message }) => escapeHtml(message)),
  ];
}

/** A sentence with something that is HTML already in the place of its `{}`. */
const withHtml = (said: Speaker, code: string, inner: string): string =>
  escapeHtml(said.say(code, "\0")).replace("\0", () => inner);

const UNITS = [
  { unit: "hour", from: 5400, seconds: 3600 },
  { unit: "minute", from: 60, seconds: 60 },
  { unit: "second", from: 0, seconds: 1 },
];

/** How long to wait, and until what time where that helps: in the visitor's zone as far as the platform knows it. */
function waitHtml(
  said: Speaker,
  seconds: number,
  { now, timeZone }: Pick<Told, "now" | "timeZone">,
): string {
  const { unit, seconds: size } = UNITS.find(({ from }) => seconds >= from) ?? {
    unit: "second",
    seconds: 1,
  };
  const span = new Intl.NumberFormat(said.lang, {
    style: "unit",
    unit,
    unitDisplay: "long",
  }).format(Math.ceil(seconds / size));
  // Rounded up, so that who comes at that minute does not come too early.
  const at = Math.ceil((now + seconds * 1000) / 60_000) * 60_000;
  const time = new Intl.DateTimeFormat(said.lang, {
    hour: "numeric",
    minute: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(at);
  return withHtml(
    said,
    "page.wait",
    `<time datetime="PT${seconds}S">${escapeHtml(span)}</time>${size > 1 ? ` (${escapeHtml(time)})` : ""}`,
  );
}

const link = (href: string, shown: string): string =>
  `<a href="${escapeHtml(href)}">${escapeHtml(shown)}</a>`;

/** Where the form itself is: of the page that asked, where it is one of the form's, else the first of them. */
export function siteHtml(said: Speaker, form: Shown | undefined, origin: string | null): string[] {
  const site = origin !== null && form?.origins.includes(origin) ? origin : form?.origins[0];
  return site?.startsWith("http")
    ? [withHtml(said, "page.site", link(site, new URL(site).host))]
    : [];
}

/** Whom else to turn to. */
export function contactHtml(said: Speaker, form: Shown | undefined): string[] {
  return form?.contact
    ? [
        withHtml(
          said,
          "page.contact",
          link(
            form.contact,
            form.contact.replace(/^(https:\/\/|mailto:|tel:)/, "").replace(/\?.*$/, ""),
          ),
        ),
      ]
    : [];
}
