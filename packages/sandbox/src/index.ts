export { binary, type Platform, platforms, SandboxMissing } from "./binary.js";
export { type Sandbox, start, type StartOptions } from "./start.js";
