import module from "../wasm-build.js";
import { WORDS } from "./build.gen.js";
import { unpacked } from "./carried.js";
import { announce, CALLS, compile, extend } from "./lean.js";
import { join } from "./load.js";

let added: Promise<void> | undefined;

/** Lets `payload` and `request` build the calls of CRMs, once `load` is done. */
export function addBuild(): void {
  announce(CALLS);
  join(
    () =>
      (added ??= compile(unpacked(module(([text]) => text))).then((compiled) =>
        extend(CALLS, compiled, WORDS),
      )),
  );
}
