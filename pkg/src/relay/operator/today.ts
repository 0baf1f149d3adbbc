import { wholeOf } from "../host/spelling.js";
import type { LimiterStatus } from "../limiter/account-limiter.js";
import type { RelayEnv, RelayOptions } from "../options.js";
import type { Day, DayAsked } from "../storage/today.js";
import { all, summed } from "./lists.js";

const DAY = 24 * 60;

/** The most days of a chart, and the most minutes that a zone is from UTC. */
const MOST_DAYS = 30;
const MOST_ZONE = 14 * 60;

const whole = (given: string | null, least: number, most: number, otherwise: number): number =>
  Math.min(most, Math.max(least, wholeOf(given) ?? otherwise));

/** The same counts of several outboxes, each once. */
export function sums<T extends { n: number }>(rows: readonly T[]): T[] {
  const all = new Map<string, T>();
  for (const row of rows) {
    const { n: _, ...own } = row;
    const name = JSON.stringify(own);
    const sum = all.get(name);
    if (sum) sum.n += row.n;
    else all.set(name, { ...row });
  }
  return [...all.values()];
}

/** Of times in their order the one that so many of a hundred do not exceed (nearest rank). */
const percentile = (sorted: readonly number[], of: number): number | null =>
  sorted[Math.max(0, Math.ceil((sorted.length * of) / 100) - 1)] ?? null;

/** From which day on somebody asks, in which zone, and which day it is there. */
export function asked(query: URLSearchParams): DayAsked & { day: number } {
  const zone = whole(query.get("zone"), -MOST_ZONE, MOST_ZONE, 0);
  const length = whole(query.get("days"), 1, MOST_DAYS, 7);
  const day = Math.floor((Date.now() / 60_000 + zone) / DAY);
  return { since: day - length + 1, zone, day };
}

/** The forms as the options have them. */
export const formsOf = (
  relay: RelayOptions,
): { name: string; title: string; accounts: string[] }[] =>
  Object.entries(relay.forms).map(([name, { title, deliver }]) => ({
    name,
    title: title ?? name,
    accounts: deliver.map(({ account }) => account),
  }));

/** `GET /operator/today?days=&zone=`: what came, what was delivered, what waits, and for whom. */
export async function today(
  query: URLSearchParams,
  gates: readonly LimiterStatus[],
  env: RelayEnv,
  relay: RelayOptions,
): Promise<object> {
  const { day, ...since } = asked(query);
  const every = await all<Day>(env, relay, "today", since);
  const took = every.flatMap((one) => one.took).sort((one, other) => one - other);
  return {
    day,
    days: sums(every.flatMap((one) => one.days)),
    leads: sums(every.flatMap((one) => one.leads)),
    deliveries: sums(every.flatMap((one) => one.deliveries)),
    groups: summed(every.flatMap((one) => one.groups)),
    took: { of: took.length, median: percentile(took, 50), p95: percentile(took, 95) },
    oldest:
      every
        .flatMap((one) => one.oldest ?? [])
        .sort((one, other) => one.accepted - other.accepted)[0] ?? null,
    accounts: gates.map((gate) => ({ ...gate, system: relay.accounts[gate.account]?.system })),
    forms: formsOf(relay),
  };
}
