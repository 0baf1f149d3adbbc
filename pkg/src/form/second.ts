/**
 * What comes right after what a form needs to be seen: the outbox in this browser with its seal and what is said of it, the rules that
 * a page brings along, and formatting as somebody types.
 */
export * from "./outbox.js";
export { formatPhone, release } from "./phone.js";
export { shipped } from "./shipped.js";
export { showWaiting } from "./waiting.js";
