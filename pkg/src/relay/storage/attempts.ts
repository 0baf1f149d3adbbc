/** One call that a delivery made, and what came of it: names, codes and times, never a value. */
export interface Attempt {
  /** When it began, and how long it took; milliseconds. */
  at: number;
  took: number;
  operation: string;
  /** What became of it: the kind of its outcome. */
  kind: string;
  /** Why, or the system's own word for what it did. */
  code: string | null;
}

/** A code may be a system's own text. */
const MOST_CODE = 100;

/** What of a delivery's attempts is kept, in characters: the newest, some fifty of them. */
export const MOST_ATTEMPTS = 4_000;

/** As one stands in its delivery's row: a line that begins with its end, so that one that was cut can be told. */
export const written = ({ at, took, operation, kind, code }: Attempt): string =>
  `\n${JSON.stringify([at, took, operation, kind, code?.slice(0, MOST_CODE) ?? null])}`;

/** The attempts of a row, the oldest first; `cut` where there were more. */
export function attemptsOf(kept: unknown): { attempts: Attempt[]; cut: boolean } {
  const [cut = "", ...lines] = String(kept ?? "").split("\n");
  const attempts = lines.map((line) => {
    const [at, took, operation, kind, code] = JSON.parse(line) as [
      number,
      number,
      string,
      string,
      string | null,
    ];
    return { at, took, operation, kind, code };
  });
  return { attempts, cut: cut !== "" };
}
