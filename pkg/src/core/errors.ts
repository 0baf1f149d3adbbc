import type { Issue } from "./types.js";

/** What went wrong, by a stable `code`; the message is free to change and never holds a visitor's value or a secret. */
export class FieldpostError extends Error {
  declare readonly code: string;
  /** What is wrong, by parameter or member of the account; for `params.invalid`, `account.invalid`, `spec.invalid`. */
  declare readonly issues: Issue[];

  constructor(code: string, message = code, issues: Issue[] = [], options?: { cause?: unknown }) {
    super(message, options);
    Object.assign(this, { code, issues, name: "FieldpostError" });
  }
}
