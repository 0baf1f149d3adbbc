/** What comes right after what a form needs to be seen: the outbox in this browser with its seal, and formatting as somebody types. */
export * from "./outbox.js";
export { formatPhone, release } from "./phone.js";
