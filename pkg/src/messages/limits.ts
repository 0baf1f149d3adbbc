// Written by pkg/tables.mjs from src/code.rs.
/** The English sentences that carry a limit. */
export const LIMITS: Readonly<Record<string, string>> = {
  "value.any_of": "Please fill in at least one of these: {}.",
  "text.short": "Please use at least {} characters.",
  "text.long": "Please use at most {} characters.",
  "labels.many": "Please use at most {} labels.",
  "labels.few": "Please use at least {} labels.",
  "labels.long": "A label can have at most {} characters.",
  "choices.many": "Please choose at most {}.",
  "choices.few": "Please choose at least {}.",
  "number.small": "Please enter {} or more.",
  "number.large": "Please enter {} or less.",
  "params.one_of": "Exactly one of these parameters is needed: {}.",
  "params.any_of": "At least one of these parameters is needed: {}.",
  "params.many": "At most {} are allowed here.",
  "params.few": "At least {} are needed here.",
  "params.overridden": "The system ignores this parameter beside {}.",
};
