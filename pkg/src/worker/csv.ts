/** What a spreadsheet would run: a cell that begins with one of these is a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[\s\0]*[=+\-@\t\r\0＝＋－＠]/u;

function cell(value: unknown): string {
  const text = value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/**
 * Leads as CSV (RFC 4180) for a spreadsheet: everything quoted, and what would be a formula has an apostrophe before it.
 * That is a change: who needs the values as they are takes the JSON.
 */
export function csv(rows: readonly Record<string, unknown>[]): string {
  const own = ["id", "form", "accounts", "phase", "code", "accepted"];
  const flat = rows.map((row) => {
    const { lead } = row;
    // A raw lead is a list of names and values.
    const values = Array.isArray(lead) ? Object.fromEntries(lead as [string, unknown][]) : ((lead ?? {}) as Record<string, unknown>);
    // A row for each lead: of what is open the accounts, and each state and code once.
    const open = row["deliveries"] as Record<string, unknown>[];
    const each = (name: string): string => [...new Set(open.map((one) => one[name]).filter(Boolean))].join(" ");
    return { row: { ...row, accounts: each("account"), phase: each("phase"), code: each("code") } as Record<string, unknown>, values: new Map(Object.entries(values)) };
  });
  const fields = [...new Set(flat.flatMap(({ values }) => [...values.keys()]))].sort();
  const lines = [[...own, ...fields].map(cell), ...flat.map(({ row, values }) => [...own.map((name) => cell(row[name])), ...fields.map((name) => cell(values.get(name)))])];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}
