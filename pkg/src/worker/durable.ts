import type { RelayEnv } from "./options.js";

/** The Durable Object's own storage, as far as it is used here. */
export interface DurableState {
  id?: { name?: string };
  storage: {
    sql: { exec(query: string, ...bindings: unknown[]): Iterable<Record<string, unknown>> & { toArray(): Record<string, unknown>[] } };
    transactionSync<T>(act: () => T): T;
    setAlarm(time: number): Promise<void>;
    getAlarm(): Promise<number | null>;
    get<T>(key: string): Promise<T | undefined>;
    delete(key: string): Promise<boolean>;
  };
  blockConcurrencyWhile<T>(act: () => Promise<T>): Promise<T>;
}

/** What a Worker module exports for the platform to make objects of. */
export type DurableObjectClass = new (
  state: DurableState,
  env: RelayEnv,
) => { fetch(request: Request): Promise<Response>; alarm?(): Promise<void> };
