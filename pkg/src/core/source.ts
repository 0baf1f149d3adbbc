import type { FormSpec } from "./types.js";

/** What is to be there when `load` is done; in Workers and Node all of it is. */
export interface LoadOptions {
  /** The form that will be checked: its kinds of values. */
  spec?: FormSpec;
  /** Suggestions and regions, too. */
  advice?: boolean;
}

/** A compiled module, where the host's types have a name for it; Node's have none. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: { prototype: infer Module } };
}
  ? Module
  : object;

/** A module as bytes, or compiled. */
export type Source = ArrayBuffer | ArrayBufferView | WasmModule;

/** Whether this is a module or its bytes. */
export const isSource = (given: object): given is Source =>
  given instanceof WebAssembly.Module || given instanceof ArrayBuffer || ArrayBuffer.isView(given);
