// The pages of the site: their order, their short names, and the file that each is made of. A page of docs/ that is not
// here is an error of tests/site-pages.test.mjs.

/** @typedef {{ text: string, source: string }} Page */

/** The one page that no file has: the site makes it of the package's types. */
export const MADE = "docs/api.md";

/** @type {{ text: string, pages: Page[] }[]} */
export const SECTIONS = [
  {
    text: "Start",
    pages: [
      { text: "Quick start", source: "docs/start.md" },
      { text: "Check a field", source: "docs/fields.md" },
      { text: "A form", source: "docs/form.md" },
      { text: "Frameworks", source: "docs/frameworks.md" },
      { text: "The command line", source: "docs/cli.md" },
      { text: "Playground", source: "site/playground.md" },
    ],
  },
  {
    text: "The relay",
    pages: [
      { text: "What it does", source: "docs/relay.md" },
      { text: "Options", source: "docs/options.md" },
      { text: "Connecting Marketo", source: "docs/marketo.md" },
      { text: "Connecting Pardot", source: "docs/pardot.md" },
      { text: "Deploying", source: "docs/deploy.md" },
      { text: "On one machine", source: "www/examples/machine/README.md" },
      { text: "Operating", source: "docs/operating.md" },
      { text: "Alerts", source: "docs/alerts.md" },
      { text: "Moving to it", source: "docs/migrate.md" },
      { text: "Capacity", source: "docs/capacity.md" },
      { text: "The sandbox", source: "sandbox/README.md" },
    ],
  },
  {
    text: "The page in detail",
    pages: [
      { text: "Specs", source: "docs/spec.md" },
      { text: "Messages", source: "docs/messages.md" },
      { text: "Events", source: "docs/events.md" },
      { text: "Browsers", source: "docs/browsers.md" },
    ],
  },
  {
    text: "Reference",
    pages: [
      { text: "Interface", source: "docs/interface.md" },
      { text: "API", source: MADE },
      { text: "Calls", source: "docs/calls.md" },
      { text: "Operations", source: "docs/operations.md" },
      { text: "Systems", source: "docs/systems.md" },
      { text: "Codes", source: "docs/codes.md" },
      { text: "The systems' errors", source: "docs/errors.md" },
      { text: "Verdicts", source: "docs/verdicts.md" },
      { text: "Words", source: "docs/glossary.md" },
    ],
  },
  {
    text: "What holds it",
    pages: [
      { text: "Beside other ways", source: "COMPARE.md" },
      { text: "Security", source: "SECURITY.md" },
      { text: "Proofs", source: "docs/proofs.md" },
      { text: "Faults", source: "docs/faults.md" },
      { text: "Differences", source: "docs/differences.md" },
      { text: "Mutants", source: "docs/mutants.md" },
      { text: "Times", source: "docs/bench.md" },
      { text: "Design", source: "DESIGN.md" },
      { text: "Changes", source: "CHANGELOG.md" },
    ],
  },
];

/** What only who works on Fieldpost reads; it is no page of the site. */
export const LEFT_OUT = ["docs/decisions/"];

/**
 * The address of a page on the site, without the slash before it and without an end.
 * @param {string} source
 */
export const address = (source) =>
  source
    .replace(/^(docs|site|www\/examples)\//, "")
    .replace(/(^|\/)README\.md$/, "")
    .replace(/\.md$/, "")
    .toLowerCase();

export const PAGES = SECTIONS.flatMap(({ pages }) => pages);
