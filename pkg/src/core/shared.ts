/** What the entries of a page share: the build makes one file of it, so that whoever imports several of them has it once. */
export * from "./border.gen.js";
export * from "./carried.js";
export * from "./compile.js";
export * from "./core.js";
export * from "./errors.js";
export * from "./lean.js";
export * from "./load.js";
export * from "./pack.js";
export * from "./send.js";
export * from "./source.js";
export * from "./wire.gen.js";
