import type { DurableObjectState, DurableObjectStorage } from "@cloudflare/workers-types";
import type { RelayEnv } from "../options.js";

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

/** The class whose methods a Worker may call: `DurableObject` of `cloudflare:workers`. */
export type PlatformObject = new (state: DurableState, env: RelayEnv) => object;

export type { DurableObjectClass } from "./exported.js";
