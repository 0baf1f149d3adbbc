/** Tells the page of something, by an event on the form or the window; false where it has forbidden it. */
export const tell = (
  target: EventTarget,
  name: string,
  detail: object = {},
  cancelable = false,
): boolean =>
  target.dispatchEvent(new CustomEvent(`fieldpost:${name}`, { detail, cancelable, bubbles: true }));
