/** What the entries for Workers and Node share: the build makes one file of it, which stands for each of these files. */
export * from "./answering.js";
export * from "./border.gen.js";
export * from "./catalogue.gen.js";
export * from "./core.js";
export * from "./edge.js";
export * from "./errors.js";
export * from "./host.js";
export * from "./pack.js";
export * from "./pattern.js";
export * from "./said.gen.js";
export * from "./send.js";
export * from "./sentences.gen.js";
export * from "./source.js";
// The one that builds a request of an operation of any version.
export { payload } from "./edge.js";
