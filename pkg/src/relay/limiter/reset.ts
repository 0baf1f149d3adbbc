import { Limited } from "../host/limited.js";

const formats = new Limited<string, Intl.DateTimeFormat>(32);

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function ahead(zone: string, at: number): number {
  let format = formats.get(zone);
  if (!format) {
    const parts = {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    } as const;
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", ...parts })),
    );
  }
  const said = Object.fromEntries(
    format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>;
  const of = (name: string): number => said[name] ?? 0;
  return (
    Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) -
    Math.floor(at / 1000) * 1000
  );
}

/** The next midnight of a zone, in milliseconds since 1970. A day may have 23 or 25 hours. */
export function nextMidnight(zone: string, now: number): number {
  const DAY = 24 * 60 * 60 * 1000;
  const local = now + ahead(zone, now);
  const midnight = (Math.floor(local / DAY) + 1) * DAY;
  // The offset may change in between: the one at the midnight itself counts. Twice, for the guess may lie on the other side.
  const of = (at: number): number => midnight - ahead(zone, at);
  return of(of(of(now)));
}
