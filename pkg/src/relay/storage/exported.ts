import type { RelayEnv } from "../options.js";

/**
 * What a Worker module exports for the platform to make objects of. Who only imports them needs no types of the platform's,
 * so there are none in it: `durable.ts` has what the objects use.
 */
export type DurableObjectClass = new (
  // biome-ignore lint/suspicious/noExplicitAny: any other type would be the platform's own.
  state: any,
  env: RelayEnv,
) => { fetch(request: Request): Promise<Response>; alarm?(): Promise<void> };
