import type { Issue } from "../../core/types.js";
import { localize, message, type Messages } from "../../messages/cascade.js";
import es from "../../messages/es.js";
import french from "../../messages/fr-CA.js";
import { WORDS } from "./words.js";

/** Who says something to a visitor, in one language. */
export interface Speaker {
  /** BCP 47, for the `lang` of a page and for times. */
  lang: string;
  /** The words for a code of the relay's own. */
  say(code: string, limit?: string): string;
  /** The issues of a form's check in this language. */
  translate(issues: readonly Issue[]): readonly Issue[];
}

const ENGLISH = WORDS["en"] ?? {};

/** By language: what a form's check says, and what the relay says. English is what issues and `ENGLISH` have already. */
const LANGUAGES: Readonly<Record<string, Messages>> = {
  en: {},
  es: { ...es, ...WORDS["es"] },
  "fr-CA": { ...french, ...WORDS["fr-CA"] },
};

const primary = (tag: string): string | undefined => tag.toLowerCase().split("-")[0];

/** By its tag in small letters, and by the first part of that. */
const NAMES = new Map(
  Object.keys(LANGUAGES).flatMap((name) => [
    [primary(name), name],
    [name.toLowerCase(), name],
  ]),
);

/** The table for a tag. Another region's is better than none: `es-MX` and `fr` get what there is of Spanish and French. */
const nearest = (tag: string): string | undefined =>
  NAMES.get(tag.toLowerCase()) ?? NAMES.get(primary(tag));

/** Whether there are words in this language without any of the owner's. */
export const isSpoken = (tag: string): boolean => nearest(tag) !== undefined;

/** The owner's own words go before the language's. */
export function speaker({
  language = "en",
  messages,
}: {
  language?: string;
  messages?: Messages;
} = {}): Speaker {
  const words = {
    language: LANGUAGES[nearest(language) ?? "en"] ?? {},
    ...(messages && { messages }),
  };
  return {
    lang: language,
    say: (code, limit) =>
      message(
        {
          field: "",
          code,
          severity: "error",
          message: (ENGLISH[code] ?? "").replace("{}", () => limit ?? ""),
          ...(limit !== undefined && { limit }),
        },
        words,
      ),
    translate: (issues) => localize({ issues }, words).issues,
  };
}

/** The language of a visitor who asks for no form that there is, so that no owner has chosen one. */
export function asked(accept: string | null): string {
  const tags = (accept ?? "").split(",").map((part) => part.split(";")[0]?.trim() ?? "");
  return tags.flatMap((tag) => nearest(tag) ?? [])[0] ?? "en";
}
