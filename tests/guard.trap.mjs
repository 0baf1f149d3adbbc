// Stops the wasm module on purpose. Which function is called does not matter, and neither does how the package makes its
// instances: whatever goes through `WebAssembly.Instance` may stop, and must not be used again after it did.
import { withTests } from "./relays.mjs";

const trap = (globalThis.trap = {
  only: "",
  every: 0,
  next: 0,
  calls: 0,
  traps: 0,
  afterwards: 0,
  instances: 0,
  pages: 0,
});
const { Instance } = WebAssembly;
// A call is followed by the question whether memory is full, which would else be every second one.
const ownNames = /^(isFull|memory|__wbindgen_|__externref|__wbg_|_start|free|malloc)/;

// biome-ignore lint/complexity/useArrowFunction: it is called with `new`.
WebAssembly.Instance = function (module, imports) {
  const made = new Instance(module, imports);
  trap.instances++;
  let stopped = false;
  const exports = {};
  for (const [name, value] of Object.entries(made.exports)) {
    exports[name] =
      typeof value !== "function" || ownNames.test(name)
        ? value
        : (...given) => {
            if (stopped) trap.afterwards++;
            if (trap.only && trap.only !== name) return value(...given);
            trap.calls++;
            trap.pages = Math.max(trap.pages, made.exports.memory.buffer.byteLength / 65_536);
            if (trap.next > 0 || (trap.every > 0 && trap.calls % trap.every === 0)) {
              if (trap.next > 0) trap.next--;
              stopped = true;
              trap.traps++;
              throw new WebAssembly.RuntimeError("unreachable");
            }
            return value(...given);
          };
  }
  return Object.create(Instance.prototype, { exports: { value: exports } });
};
WebAssembly.Instance.prototype = Instance.prototype;

/** The handler, with `/test/trap` beside it: says when to stop, and what has happened since. */
export const withTrap = (handler) =>
  withTests(handler, { trap: ({ text }) => Object.assign(trap, JSON.parse(text)) });
