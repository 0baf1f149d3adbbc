import type { FormSpec } from "./types.js";

/** What is to be there when `load` is done; in Workers and Node all of it is. */
export interface LoadOptions {
  /** The form that will be checked: its kinds of values. */
  spec?: FormSpec;
  /** Suggestions and regions, too. */
  advice?: boolean;
}

/** Whether this is a module or its bytes. */
export const isSource = (given: object): given is BufferSource | WebAssembly.Module =>
  given instanceof WebAssembly.Module || given instanceof ArrayBuffer || ArrayBuffer.isView(given);
