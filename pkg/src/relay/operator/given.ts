/** The body of a call, as whoever calls has written it. */
export interface Given {
  readonly [name: string]: unknown;
}
