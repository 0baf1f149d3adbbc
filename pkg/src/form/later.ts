/** What a form is not ready without, and a page need not wait for. */
type Second = typeof import("./second.js");

/** It, once it is there. */
export let second: Second | undefined;
let asked: Promise<Second> | undefined;

/**
 * Gets it. A form is ready only then, so it is never asked for when it is needed: the network may be gone by then, and the
 * files of a newer release may have other names.
 */
export const fetchSecond = (): Promise<Second> =>
  (asked ??= import("./second.js").then(
    (module) => (second = module),
    (error: unknown) => {
      asked = undefined;
      throw error;
    },
  ));
