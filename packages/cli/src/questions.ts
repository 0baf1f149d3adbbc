import type { WriteStream } from "node:tty";
import { cancel, isCancel, password } from "@clack/prompts";
import { EXIT, Ended } from "./exit.js";

/** What a terminal is taken for that does not know its size: some in editors, in containers and behind a serial line say 0. */
const SIZE = { columns: 80, rows: 24 };

/** Where questions stand: standard output is for results. */
export function screen(): WriteStream {
  const { stderr } = process;
  // A question would break after each letter.
  stderr.columns ||= SIZE.columns;
  stderr.rows ||= SIZE.rows;
  return stderr;
}

/** What somebody answers; `left` is what is said to whoever leaves by Ctrl-C. */
export async function answered<T>(
  question: Promise<T>,
  left?: string,
): Promise<Exclude<T, symbol>> {
  const answer = await question;
  if (!isCancel(answer)) return answer as Exclude<T, symbol>;
  if (left) cancel(left, { output: screen() });
  throw new Ended(EXIT.left, "left", "left by Ctrl-C");
}

/** Asks for a secret, and shows none of its letters. */
export const askSecret = (name: string): Promise<string> =>
  answered(password({ message: name, output: screen() }));
