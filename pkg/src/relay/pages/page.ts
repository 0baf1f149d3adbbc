import { escapeHtml } from "./fields.js";
import type { Speaker } from "./language.js";
import style from "./page.css.js";
import page from "./page.html.js";
import pageForm from "./page-form.html.js";

/** A page of the relay's own. What is HTML says so; all else is text. */
export interface Page {
  speaker: Speaker;
  /** The form's title, above what happened. */
  title?: string;
  heading: string;
  /** Whether something went wrong. */
  isError: boolean;
  paragraphsHtml: readonly string[];
  /** What is wrong, in order. */
  listHtml?: readonly string[];
  /** Below that: whom else to turn to. */
  lastHtml: readonly string[];
  form?: {
    /** Where it goes: back to the same `leads/{form}`, wherever that stands. */
    action: string;
    fieldsHtml: string;
    /** Travels back unseen: a fresh token, the page the visitor came from … */
    hidden: Readonly<Record<string, string>>;
  };
}

/** Languages that are written from the right. */
const RIGHT_TO_LEFT = /^(ar|fa|he|ps|sd|ug|ur|yi)\b/i;

/** What happened comes first and has the focus. It loads nothing and runs nothing, so `policy` is all that it needs. */
export function pageHtml({
  speaker,
  title,
  heading,
  isError,
  paragraphsHtml,
  listHtml = [],
  lastHtml,
  form,
}: Page): string {
  const { lang } = speaker;
  return filled(page, {
    lang,
    dir: RIGHT_TO_LEFT.test(lang) ? "rtl" : "ltr",
    name: [heading, title].filter(Boolean).join(" · "),
    styleHtml: `<style>${style}</style>`,
    titleHtml: title ? `<p class="title">${escapeHtml(title)}</p>` : "",
    kind: isError ? "error said" : "said",
    role: isError ? "alert" : "none",
    heading,
    paragraphsHtml: paragraphsHtml.map(paragraph).join("\n"),
    listHtml: listHtml.length > 0 ? `<ul>${listHtml.join("")}</ul>` : "",
    lastHtml: lastHtml.map(paragraph).join("\n"),
    formHtml: form ? formHtml(speaker, form) : "",
  });
}

const paragraph = (html: string): string => `<p>${html}</p>`;

const formHtml = (
  speaker: Speaker,
  { action, fieldsHtml, hidden }: NonNullable<Page["form"]>,
): string =>
  filled(pageForm, {
    action,
    hiddenHtml: Object.entries(hidden)
      .map(
        ([name, value]) =>
          `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
      )
      .join(""),
    fieldsHtml,
    button: speaker.say("page.again"),
  });

/** Puts texts where a page has `{{name}}`. All but what is called Html is text, and is escaped. */
const filled = (html: string, texts: Readonly<Record<string, string>>): string =>
  html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = texts[name] ?? "";
    return name.endsWith("Html") ? text : escapeHtml(text);
  });

/** What the page's style is, whose hash its policy names. */
export const STYLE = style;

/**
 * The Content-Security-Policy of a page whose form may lead on to `thanks`. It may stand in a frame of the form's own pages
 * alone: where such a frame holds the form, the answer comes into it.
 */
export function policyOf(
  hash: string,
  thanks: string | undefined,
  origins: readonly string[],
): string {
  const on = thanks?.startsWith("http") ? ` ${new URL(thanks).origin}` : "";
  const around = origins.filter((origin) => /^https?:\/\/[^\s;,]+$/.test(origin)).join(" ");
  return `default-src 'none'; style-src 'sha256-${hash}'; form-action ${thanks === undefined ? "'none'" : `'self'${on}`}; base-uri 'none'; frame-ancestors ${around || "'none'"}`;
}
