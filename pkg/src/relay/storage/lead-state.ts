const has = (phase: string): string =>
  `EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id AND phase = '${phase}')`;

/**
 * Where a lead as a whole stands, as SQL asks it of a row of `leads`; the first that holds is its state. `person` is `review` or
 * `dead`, and of those that wait the ones whose account or form is gone.
 */
export const STATES = {
  review: `(finished IS NULL AND ${has("review")})`,
  dead: `(finished IS NULL AND NOT ${has("review")} AND ${has("dead")})`,
  waiting: `(finished IS NULL AND NOT ${has("review")} AND NOT ${has("dead")})`,
  discarded: `(finished IS NOT NULL AND ${has("discarded")})`,
  delivered: `(finished IS NOT NULL AND NOT ${has("discarded")} AND ${has("done")})`,
  erased: "(finished IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries WHERE lead = leads.id))",
  person: "(finished IS NULL)",
} as const;

export type LeadState = keyof typeof STATES;

export const isLeadState = (name: unknown): name is LeadState =>
  typeof name === "string" && Object.hasOwn(STATES, name);
