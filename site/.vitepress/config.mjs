import { defineConfig } from "vitepress";
import { slug } from "../../tests/markdown.mjs";
import { address, SECTIONS } from "../pages.mjs";

// Below a path of somebody else's host: SITE_BASE=/fieldpost/
const BASE = process.env.SITE_BASE ?? "/";

export default defineConfig({
  lang: "en",
  title: "Fieldpost",
  description:
    "Lead forms that lose no lead: your own form, checked in the page, delivered once by a relay that you run.",
  srcDir: ".pages",
  base: BASE,
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: slug },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(markdown) {
      tables(markdown);
      indented(markdown);
    },
  },
  head: [["link", { rel: "icon", href: `${BASE}favicon.svg`, type: "image/svg+xml" }]],
  // The theme's front page has no landmark of its own.
  transformHtml: (html) => html.replace('class="VPContent is-home"', 'role="main" $&'),
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Start", link: "/start" },
      { text: "The relay", link: "/relay" },
      { text: "Playground", link: "/playground" },
      { text: "Codes", link: "/codes" },
    ],
    sidebar: SECTIONS.map(({ text, pages }) => ({
      text,
      items: pages.map((page) => ({ text: page.text, link: `/${address(page.source)}` })),
    })),
  },
});

/**
 * Tables that are wider than the window are scrolled, by the keyboard too; and a head without a word is none.
 * @param {import("markdown-it").default} markdown
 */
function tables(markdown) {
  markdown.core.ruler.push("tables", ({ tokens }) => {
    for (let at = 0; at < tokens.length; at++) {
      if (tokens[at].type === "thead_open") {
        const end = tokens.findIndex(({ type }, later) => later > at && type === "thead_close");
        const head = tokens.slice(at, end + 1);
        if (head.every(({ type, content }) => type !== "inline" || content === ""))
          tokens.splice(at--, head.length);
      } else if (tokens[at].type === "th_open" && tokens[at + 1].content === "") {
        tokens[at].tag = "td";
        tokens[at + 2].tag = "td";
      }
    }
  });
  markdown.renderer.rules.table_open = () =>
    '<div class="wide" tabindex="0" role="group" aria-label="A table"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
}

/**
 * What is indented by four blanks is a block of shell, as tests/markdown.mjs reads it, too.
 * @param {import("markdown-it").default} markdown
 */
function indented(markdown) {
  markdown.renderer.rules.code_block = (tokens, at, ...rest) => {
    tokens[at].info = "sh";
    return markdown.renderer.rules.fence(tokens, at, ...rest);
  };
}
