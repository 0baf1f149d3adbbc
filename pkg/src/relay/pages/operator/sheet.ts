// A file of its own, which comes when somebody wants a spreadsheet.
import writeExcel from "write-excel-file/universal";

/** A lead as an export has it. */
export interface Exported {
  id: string;
  form: string;
  accepted: number;
  lead: Record<string, unknown> | [string, unknown][] | null;
  visitor: { query?: string } | null;
}

const SOURCES = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

const text = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : Array.isArray(value)
      ? value.join(", ")
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);

/** The most characters of a cell (ECMA-376 has it of the format's first program). */
const MOST = 32_767;

/** Leads as a spreadsheet. Each cell is text: a phone stays one, and nothing is a formula. */
export function sheet(leads: readonly Exported[]): Promise<Blob> {
  const all = leads.map((one) => ({
    ...one,
    values: new Map(Array.isArray(one.lead) ? one.lead : Object.entries(one.lead ?? {})),
    came: new URLSearchParams(one.visitor?.query ?? ""),
  }));
  const fields = [...new Set(all.flatMap(({ values }) => [...values.keys()]))].sort();
  const cell = (value: unknown) => ({ value: text(value).slice(0, MOST), type: String });
  const head = ["accepted", "form", ...fields, ...SOURCES, "id"];
  const rows = all.map(({ id, form, accepted, values, came }) =>
    [
      new Date(accepted).toISOString(),
      form,
      ...fields.map((name) => values.get(name)),
      ...SOURCES.map((name) => came.get(name)),
      id,
    ].map(cell),
  );
  return writeExcel(
    [head.map((value) => ({ ...cell(value), fontWeight: "bold" as const })), ...rows],
    {
      stickyRowsCount: 1,
    },
  ).toBlob();
}
