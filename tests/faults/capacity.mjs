// What a relay costs and where its bounds lie, from measured figures: `node tests/faults/capacity.mjs [leads a month…]`.
// `make faults` prints the figures of a machine; prices are Cloudflare's list prices of the paid plan, read in 2026-11 from
// developers.cloudflare.com (Workers and Durable Objects, "Pricing"), in US dollars.

/** Included in a month, and the price of a million more. */
const PRICES = {
  requests: { included: 10e6, million: 0.3 },
  objectRequests: { included: 1e6, million: 0.15 },
  gigabyteSeconds: { included: 400_000, million: 12.5 },
  rowsWritten: { included: 50e6, million: 1 },
};
const PLAN = 5;

/** What one lead to one account takes, at most: `tests/platform.test.mjs` counts it, indexes and alarms included. */
export const TAKES = {
  marketo: { rows: 29, requests: 5 },
  pardot: { rows: 42, requests: 8 },
  prospects: { rows: 36, requests: 7 },
};

/** What one call takes, at most, that asks whether stored leads are still there: `tests/reconcile-long.mjs` counts it. */
export const ASKS = {
  marketo: { rows: 8, requests: 6 },
  pardot: { rows: 14, requests: 6 },
  prospects: { rows: 9, requests: 4 },
};

const LEAD = {
  // The page's GET for a token and its POST.
  requests: 2,
  objectRequests: TAKES.pardot.requests,
  rowsWritten: TAKES.pardot.rows,
};

/** What the Free plan allows in a day, of objects. */
const FREE = { rows: 100_000, requests: 100_000 };
/** The cron wakes each outbox once a minute. */
const WAKES = 1_440;

/** Accepts of one outbox in a second: the platform's own figure for an object that writes is 200 to 500. */
const ACCEPTS = 200;
const SHARDS = 4;
const MONTH = 30.4 * 86_400;
/** The busiest hour has this many times the leads of an average one. */
const PEAK = 10;
const QUOTAS = {
  marketo: { day: 50_000, second: 50 / 20, calls: 1 },
  pardot: { day: 25_000, second: 100 / 20, calls: 2 },
};

/** @param {number} leads in a month */
export function capacity(leads) {
  const perSecond = leads / MONTH;
  const shards = Math.max(SHARDS, Math.ceil((perSecond * PEAK) / ACCEPTS));
  const used = {
    requests: leads * LEAD.requests,
    objectRequests: leads * LEAD.objectRequests,
    // The upper bound: all outboxes, their senders and one limiter are awake all month, with 128 MB each.
    gigabyteSeconds: (2 * shards + 1) * MONTH * 0.128,
    rowsWritten: leads * LEAD.rowsWritten,
  };
  const cost = Object.entries(PRICES).reduce(
    (sum, [name, { included, million }]) =>
      sum + (Math.max(0, used[/** @type {keyof typeof used} */ (name)] - included) / 1e6) * million,
    PLAN,
  );
  const bounds = Object.entries(QUOTAS).map(([system, { day, second, calls }]) => {
    const most = Math.min(day, second * 86_400) / calls;
    return { system, leadsADay: Math.floor(most), enough: leads / 30.4 <= most };
  });
  return {
    leads,
    perSecond: perSecond.toFixed(2),
    peak: Math.round(perSecond * PEAK),
    shards,
    dollars: Math.round(cost),
    bounds,
  };
}

/**
 * Leads a day to one account that the Free plan takes, by what ends first.
 * @param {keyof typeof TAKES} system
 */
export function free(system, shards = SHARDS) {
  const { rows, requests } = TAKES[system];
  return Math.floor(Math.min(FREE.rows / rows, (FREE.requests - shards * WAKES) / requests));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const asked = process.argv
    .slice(2)
    .map(Number)
    .filter((leads) => leads > 0);
  for (const leads of asked.length > 0 ? asked : [1e6, 100e6]) {
    const { perSecond, peak, shards, dollars, bounds } = capacity(leads);
    console.log(
      `${leads.toLocaleString("en")} leads a month: ${perSecond}/s, ${peak}/s at the peak, ${shards} shards, at most $${dollars}`,
    );
    for (const { system, leadsADay, enough } of bounds)
      console.log(
        `  ${system} takes ${leadsADay.toLocaleString("en")} leads a day: ${enough ? "enough" : "too few; the queue would grow"}`,
      );
  }
  for (const system of /** @type {(keyof typeof TAKES)[]} */ (Object.keys(TAKES)))
    console.log(`Free plan, ${system}: ${free(system).toLocaleString("en")} leads a day`);
}
