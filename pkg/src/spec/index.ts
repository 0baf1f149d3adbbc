/**
 * Makes the spec that `form(spec)` takes from what a site already has: its HTML form, or what its CRM says of its fields.
 * Nothing here needs the wasm module or a document until it is called.
 */
export { fromHtml } from "./html.js";
export { fromDescribe, fromFormFields } from "./marketo.js";
export { fromCustomFields } from "./pardot.js";
export { FieldpostError } from "../core/errors.js";
export type { FieldSpec, FormSpec, Kind } from "../core/types.js";
