/** What a spreadsheet would run: a cell that begins with one of these is a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[\s\0]*[=+\-@\t\r\0＝＋－＠]/u;

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function cell(value: unknown): string {
  const text = textOf(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return quoted(safe);
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

/** Where a visitor came from, in columns of its own. */
const SOURCES = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/** Kinds whose clean values are no formula whatever they begin with: `+12125550123` is a phone, `-5` a number. */
const PLAIN: readonly unknown[] = ["phone", "number", "integer"];

/**
 * Leads as CSV for a CRM's import: a column for each field, with the values as they are, but for text of a visitor's that a
 * spreadsheet would run on the way.
 */
export class ImportCsv {
  readonly head: string;
  private readonly plain: ReadonlySet<string>;

  /** `forms`: the fields of all forms. A name that is text in one of them is text. */
  constructor(
    readonly fields: readonly string[],
    forms: readonly Readonly<Record<string, { kind?: string }>>[],
  ) {
    this.head = line([...fields, ...SOURCES, "form", "accepted", "id"]);
    this.plain = new Set(
      fields.filter((name) => {
        const kinds = forms.flatMap((form) => (form[name] ? [form[name].kind] : []));
        return kinds.length > 0 && kinds.every((kind) => PLAIN.includes(kind));
      }),
    );
  }

  row({ lead, visitor, id, form, accepted }: Record<string, unknown>): string {
    const values = new Map<string, unknown>(
      Array.isArray(lead) ? (lead as [string, unknown][]) : Object.entries(lead ?? {}),
    );
    const { query } = Object(visitor) as { query?: unknown };
    const came = new URLSearchParams(typeof query === "string" ? query : "");
    const own = this.fields.map((name) => {
      const value = values.get(name);
      const joined = Array.isArray(value) ? value.join(", ") : value;
      return this.plain.has(name) ? quoted(textOf(joined)) : cell(joined);
    });
    const others = [
      ...SOURCES.map((name) => came.get(name)),
      form,
      new Date(Number(accepted)).toISOString(),
      id,
    ];
    return `${[...own, ...others.map(cell)].join(",")}\r\n`;
  }
}
