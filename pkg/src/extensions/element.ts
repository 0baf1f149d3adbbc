import type { Attachment, AttachOptions } from "../form/attach.js";
import { attach } from "../form/page.js";

/**
 * `<fieldpost-form><form …></form></fieldpost-form>`: attached while it is in the page, given back when it leaves.
 *
 * @param name - The element's name; `fieldpost-form` where nothing is said.
 * @param options - As `attach` takes them.
 * @example
 * defineElement();
 */
export function defineElement(name = "fieldpost-form", options?: AttachOptions): void {
  if (customElements.get(name)) return;
  customElements.define(
    name,
    class extends HTMLElement {
      attachment: Attachment | undefined;
      #watch: MutationObserver | undefined;

      connectedCallback(): void {
        const look = (): void => {
          const form = this.querySelector("form");
          if (!form || this.attachment?.form === form) return;
          this.attachment?.detach();
          this.attachment = attach(form, options);
        };
        // The parser, or a framework, may bring the form later, or another one.
        this.#watch = new MutationObserver(look);
        this.#watch.observe(this, { childList: true, subtree: true });
        look();
      }

      disconnectedCallback(): void {
        this.#watch?.disconnect();
        this.attachment?.detach();
        this.attachment = undefined;
      }
    },
  );
}
