/** What the entries of a page share of the form: see `core/shared.ts`. */
export * from "./attach.js";
export * from "./controls.js";
export * from "./lead.js";
export * from "./telling.js";
export * from "./texts.js";
export * from "./translation.js";
