import { load } from "../entry/page.js";
import { type Attachment, type AttachOptions, attachBy } from "./attach.js";

/**
 * Enhances the owner's own form: checks while it is filled, sends without leaving the page, tells the truth about it.
 * Until the rules, the token and the wasm are there, and whenever one of them fails, the browser submits natively.
 *
 * @param element - The form; its `action` is the relay's address.
 * @param options - Words, a check of your own, and who gets the module.
 * @returns The attachment; the same one where the form has one already.
 * @example
 * const attachment = attach(document.querySelector("form"));
 * addEventListener("fieldpost:done", () => attachment.detach());
 */
export const attach = (element: HTMLFormElement, options: AttachOptions = {}): Attachment =>
  attachBy(options.load ?? load, element, options);
