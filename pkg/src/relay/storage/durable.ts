import type { DurableObjectState, DurableObjectStorage } from "@cloudflare/workers-types";

/** What of an object's storage is used here. */
type Storage = Pick<
  DurableObjectStorage,
  "sql" | "transactionSync" | "setAlarm" | "getAlarm" | "get" | "put" | "delete"
>;

/** What of an object's state is used here. */
export interface DurableState
  extends Partial<Pick<DurableObjectState, "id">>,
    Pick<DurableObjectState, "blockConcurrencyWhile"> {
  storage: Storage;
}

export type { DurableObjectClass } from "./exported.js";
