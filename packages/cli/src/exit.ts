/** How a command ends; docs/cli.md lists them. */
export const EXIT = {
  done: 0,
  /** It was tried and did not succeed. */
  failed: 1,
  /** What was typed is no command, or lacks something. */
  usage: 2,
  /** `check` has found what keeps leads from being stored. */
  unfit: 3,
  /** Something that it needs is not on this machine or in this project. */
  missing: 4,
  /** Somebody has left a question with Ctrl-C. */
  left: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** An end that somebody can do something about: its sentence is all that is shown. */
export class Ended extends Error {
  override name = "Ended";
  constructor(
    readonly exit: Exit,
    /** What a program goes by. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
