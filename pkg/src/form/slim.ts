import { type Attachment, type AttachOptions, attachBy } from "./attach.js";

export type { Attachment, AttachOptions, Messages, State, SubmitDetail, Words } from "./attach.js";
export { texts } from "./texts.js";

/**
 * Enhances the owner's own form: checks while it is filled, sends without leaving the page, tells the truth about it.
 * Until the rules, the token and the wasm are there, and whenever one of them fails, the browser submits natively. The module is the application's to bring, by `load` of `fieldpost/slim`.
 *
 * @param element - The form; its `action` is the relay's address.
 * @param options - Who gets the module; words, and a check of your own.
 * @returns The attachment; the same one where the form has one already.
 * @example
 * const attachment = attach(document.querySelector("form"), { load: () => load(fetch(url)) });
 * addEventListener("fieldpost:done", () => attachment.detach());
 */
export function attach(
  element: HTMLFormElement,
  options: AttachOptions & { load: () => Promise<void> },
): Attachment {
  let loaded: Promise<void> | undefined;
  // It is asked for more than once, and fetched once.
  const load = (): Promise<void> =>
    (loaded ??= options.load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    }));
  return attachBy(load, element, options);
}
