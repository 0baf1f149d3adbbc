import { attach } from "./page.js";

export { attach } from "./page.js";
export { texts } from "./texts.js";

/** For pages without a build: `<form data-fieldpost …>` and one script tag. */
function start(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-fieldpost]"))
    attach(form);
}

// Nothing happens where there is no page, as in server-side rendering.
if (typeof document !== "undefined") {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  // A form may come later, by a script.
  new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => addedNodes.length)) start();
  }).observe(document, { childList: true, subtree: true });
}
