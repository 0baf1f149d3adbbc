import type { DayCount } from "./interface.js";

const WIDTH = 960;
const HEIGHT = 220;
const LEFT = 40;
const BOTTOM = 26;

/** A number that lines of a chart stand at: 1, 2 or 5 and zeros, four of them at most. */
function step(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, most / 4)));
  return [1, 2, 5, 10].map((n) => n * size).find((n) => most / n <= 4) ?? size;
}

const date = (day: number): Date => new Date(day * 86_400_000);
const short = (day: number): string =>
  date(day).toLocaleDateString(undefined, { timeZone: "UTC", day: "numeric", month: "short" });

/** Leads that came and deliveries that were done, day by day; the same as a table for who does not see it. */
export function Chart({ days, last, length }: { days: DayCount[]; last: number; length: number }) {
  const sum = (day: number, what: DayCount["what"]): number =>
    days.filter((one) => one.day === day && one.what === what).reduce((all, { n }) => all + n, 0);
  const rows = Array.from({ length }, (_, at) => last - length + 1 + at).map((day) => ({
    day,
    accepted: sum(day, "accepted"),
    delivered: sum(day, "delivered"),
  }));
  const most = Math.max(1, ...rows.map((row) => Math.max(row.accepted, row.delivered)));
  const lines = step(most);
  const top = Math.ceil(most / lines) * lines;
  const y = (n: number): number => HEIGHT - BOTTOM - (n / top) * (HEIGHT - BOTTOM - 10);
  const wide = (WIDTH - LEFT) / length;
  const bar = wide * 0.36;
  const each = Math.ceil(length / 8);
  return (
    <figure>
      <figcaption>
        <span class="key accepted">Leads accepted</span>
        <span class="key delivered">Deliveries done</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {Array.from({ length: Math.round(top / lines) + 1 }, (_, n) => n * lines).map((n) => (
          <g key={n}>
            <line class="grid" x1={LEFT} x2={WIDTH} y1={y(n)} y2={y(n)} />
            <text x={LEFT - 6} y={y(n) + 4} text-anchor="end">
              {n.toLocaleString()}
            </text>
          </g>
        ))}
        {rows.map((row, at) => (
          <g key={row.day}>
            <title>{`${short(row.day)}: ${row.accepted} accepted, ${row.delivered} delivered`}</title>
            {(["accepted", "delivered"] as const).map((what, nth) => (
              <rect
                key={what}
                class={what}
                x={LEFT + at * wide + wide * 0.12 + nth * bar}
                width={bar}
                y={y(row[what])}
                height={HEIGHT - BOTTOM - y(row[what])}
              />
            ))}
            {at % each === 0 && (
              <text x={LEFT + at * wide + wide / 2} y={HEIGHT - 5} text-anchor="middle">
                {short(row.day)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <details>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Leads accepted</th>
              <th scope="col">Deliveries done</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.day}>
                <th scope="row">{short(row.day)}</th>
                <td>{row.accepted.toLocaleString()}</td>
                <td>{row.delivered.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
