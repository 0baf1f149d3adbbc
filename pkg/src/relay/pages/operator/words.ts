import { MEANS, PHASES as NAMES } from "../../codes.gen.js";

export const many = (n: number, one: string, more: string): string =>
  `${n.toLocaleString()} ${n === 1 ? one : more}`;
export const leads = (n: number): string => many(n, "lead", "leads");

export const when = (ms: number): string =>
  new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

export function age(ms: number): string {
  const seconds = Math.max(1, Math.round((Date.now() - ms) / 1_000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (["second", 1] as const);
  return many(Math.floor(seconds / size), unit, `${unit}s`);
}

export const size = (bytes: number): string =>
  bytes < 1e5
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;

/** What our codes mean; those of CRMs stand for themselves, and in docs/errors.md. */
export const WHY: Readonly<Record<string, string>> = MEANS;
export const PHASES: Readonly<Record<string, string>> = NAMES;

export const why = (code: string | null | undefined): string =>
  (code ?? "")
    .split(" ")
    .map((one) => WHY[one] ?? one)
    .join("; ");

/** The code itself, behind the words for it. */
export const named = (code: string): HTMLElement | "" => {
  if (!WHY[code]) return "";
  const made = document.createElement("code");
  made.textContent = ` ${code}`;
  return made;
};
