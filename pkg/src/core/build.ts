import module from "../wasm-build.js";
import { WORDS } from "./build.gen.js";
import { unpacked } from "./carried.js";
import { compile } from "./compile.js";
import { announce, CALLS, extend } from "./lean.js";
import { join } from "./load.js";

let added: Promise<void> | undefined;

/** Lets `payload` and `request` build the calls of CRMs, once `load` is done. */
export function addBuild(): void {
  announce(CALLS);
  join(
    () =>
      (added ??= unpacked(module(([text]) => text))
        .then(compile)
        .then((compiled) => extend(CALLS, compiled, WORDS))),
  );
}
