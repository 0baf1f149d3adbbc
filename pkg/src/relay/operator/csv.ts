/** What a spreadsheet would run: a cell that begins with one of these is a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[\s\0]*[=+\-@\t\r\0＝＋－＠]/u;

function cell(value: unknown): string {
  const text =
    value === null || value === undefined
      ? ""
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(",")}\r\n`;

/** What stands in each row beside the values, and behind them what has no column of its own. */
const OWN = ["id", "form", "accounts", "phase", "code", "accepted"];
const REST = "other";

/**
 * Leads as CSV (RFC 4180) for a spreadsheet, line by line: everything quoted, and what would be a formula has an apostrophe
 * before it. That is a change: who needs the values as they are takes the JSON.
 */
export class Csv {
  readonly head: string;

  /** `fields`: the names that have columns of their own. */
  constructor(readonly fields: readonly string[]) {
    this.head = line([...OWN, ...fields, REST]);
  }

  row(given: Record<string, unknown>): string {
    const { lead, id, form, accepted } = given;
    // A lead that was kept as it came is a list of names and values.
    const values = new Map<string, unknown>(
      Array.isArray(lead) ? (lead as [string, unknown][]) : Object.entries(lead ?? {}),
    );
    // A row for each lead: of what is open the accounts, and each state and code once.
    const open = given["deliveries"] as Record<string, unknown>[];
    const each = (name: string): string =>
      [...new Set(open.map((one) => one[name]).filter(Boolean))].join(" ");
    const cells = this.fields.map((name) => values.get(name));
    for (const name of this.fields) values.delete(name);
    const rest = values.size > 0 ? Object.fromEntries(values) : undefined;
    return line([id, form, each("account"), each("phase"), each("code"), accepted, ...cells, rest]);
  }
}
