import { HAS_RECORD } from "./listing.gen.js";

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
  /** The parameters that it is about, by the owner's names for them, with blanks between. */
  param: string | null;
}

/** The owner's own word for a parameter: of `input[0].leadFormFields.fax` that is `fax`. */
export const wordOf = (field: string): string => field.slice(field.lastIndexOf(".") + 1);

/** What an outcome has to say of that. */
export const aboutOf = (outcome?: { issues?: { field: string }[] } | null): string | null =>
  outcome?.issues
    ?.map(({ field }) => wordOf(field))
    .filter(Boolean)
    .join(" ") || null;

/** An outcome's code, by its kind: of what is there the system's own word. */
export function codeOf(outcome: object): string | null {
  const { code, why, status, issues } = outcome as Partial<
    Record<"code" | "why" | "status", string>
  > & { issues?: { code: string }[] };
  return code ?? why ?? status ?? issues?.[0]?.code ?? null;
}

/** A code may be a system's own text. */
const MOST_CODE = 100;

/** What of a delivery's attempts is kept, in characters: the newest, some fifty of them. */
export const MOST_ATTEMPTS = 4_000;

/** As one stands in its delivery's row: a line that begins with its end, so that one that was cut can be told. */
export const written = ({ at, took, operation, kind, code, param }: Attempt): string =>
  `\n${JSON.stringify([at, took, operation, kind, cut(code), ...(param === null || param === "" ? [] : [cut(param)])])}`;

const cut = (text: string | null): string | null => text?.slice(0, MOST_CODE) ?? null;

/** The attempts of a row, the oldest first; `cut` where there were more. */
export function attemptsOf(kept: unknown): { attempts: Attempt[]; cut: boolean } {
  const [before = "", ...lines] = String(kept ?? "").split("\n");
  const attempts = lines.map((line) => {
    const [at, took, operation, kind, code, param = null] = JSON.parse(line) as [
      number,
      number,
      string,
      string,
      string | null,
      (string | null)?,
    ];
    return { at, took, operation, kind, code, param };
  });
  return { attempts, cut: before !== "" };
}

/** Which record the system has made or found, and what a refusal is about: what it said last, as a delivery's state has it. */
export function outcomeOf(state: unknown): { record: string | null; param: string | null } {
  try {
    const { outcome } = JSON.parse(String(state)) as {
      outcome?: { kind?: string; id?: string; issues?: { field: string }[] };
    };
    const record = Object.hasOwn(HAS_RECORD, outcome?.kind ?? "") ? (outcome?.id ?? null) : null;
    return { record, param: aboutOf(outcome) };
  } catch {
    return { record: null, param: null };
  }
}
