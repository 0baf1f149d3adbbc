/** The rules of a form and the key that seals leads for its relay, as a page may carry them. */
export interface FormRules {
  v: number;
  spec: object;
  sealKey: object | null;
}

/** `fieldpost.json`: what a page knows while the relay cannot be reached. */
export interface Shipped {
  /** The day on which the relay said so. */
  at: string;
  /** The relay's address, which the pages beside this file name. */
  relay: string;
  /** By the address that the form is sent to. */
  forms: Record<string, FormRules>;
}

export const shipped = (
  relay: string,
  forms: Readonly<Record<string, FormRules>>,
  at = new Date(),
): Shipped => ({
  at: at.toISOString().slice(0, 10),
  relay,
  forms: Object.fromEntries(
    Object.entries(forms).map(([name, rules]) => [`${relay}/leads/${name}`, rules]),
  ),
});

const BLOCK = /(<script type="application\/json" id="fieldpost-rules">)[\s\S]*?(<\/script>)/g;

/** A page with these rules in the place of those that it has; one without a place stays as it is. */
export const withRules = (html: string, rules: Shipped): string =>
  html.replace(
    BLOCK,
    (_, begin: string, end: string) =>
      // No text in it may end the element.
      `${begin}${JSON.stringify(rules).replaceAll("<", "\\u003c")}${end}`,
  );

/** The names of the forms that a page sends to this relay. */
export const formsOf = (html: string, relay: string): string[] => [
  ...new Set(
    [...html.matchAll(/<form\b[^>]*\baction=(["']?)([^"'\s>]*)\/leads\/([\w-]{1,64})\1/gi)]
      .filter(([, , base]) => base === relay)
      .map(([, , , name = ""]) => name),
  ),
];
