/** In Workers and Node `fieldpost` builds the calls of all CRMs by itself. */
export type { Operations } from "../core/operations.gen.js";
