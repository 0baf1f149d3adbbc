import { addBuild } from "../core/build.js";

/**
 * Lets a page build the calls of CRMs: import this beside `fieldpost`, before `load`. A page that talks to a relay needs none
 * of it; in Workers and Node `fieldpost` has it already.
 */
addBuild();

/** The operations that `payload`, `request` and a form's `payload` know with it. */
export type { Operations } from "../core/operations.gen.js";
