import { styleText } from "node:util";

/** What takes longer than this is told of. */
const PATIENCE = 1_000;

/** Where a command speaks: results go to standard output, everything about the way there to standard error. */
export interface Terminal {
  /** Whether the result is for a program. */
  readonly json: boolean;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  /** The result: one line of JSON for a program, else the text. */
  result(json: object, text: string): void;
  /** A line about the way. */
  note(text: string): void;
  /** Does something, and tells of it once it takes longer than a second. */
  progress<T>(label: string, work: Promise<T>): Promise<T>;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
}

export function terminal(json: boolean): Terminal {
  const { stderr, stdout, stdin } = process;
  // Both streams: the result's text has colours, too.
  const hasColours =
    !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb" && !!stderr.isTTY && !!stdout.isTTY;
  const paint =
    (style: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      hasColours ? styleText(style, text) : text;
  const note = (text: string): void => void stderr.write(`${text}\n`);
  return {
    json,
    canAsk: !json && !!stdin.isTTY && !!stderr.isTTY,
    result: (object, text) => void stdout.write(`${json ? JSON.stringify(object) : text}\n`),
    note,
    async progress(label, work) {
      const began = Date.now();
      const seconds = (): string => `${Math.round((Date.now() - began) / 1000)} s`;
      let told = false;
      const tell = (): void => {
        if (stderr.isTTY) stderr.write(`\r${label} … ${seconds()}`);
        else if (!told) note(`${label} …`);
        told = true;
      };
      const timer = setInterval(tell, PATIENCE);
      try {
        return await work;
      } finally {
        clearInterval(timer);
        if (told && stderr.isTTY) stderr.write(`\r${label}: ${seconds()}\n`);
      }
    },
    good: paint("green"),
    warn: paint("yellow"),
    bad: paint("red"),
    dim: paint("dim"),
  };
}
