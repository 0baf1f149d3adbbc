// The demo's relay, whose wasm module stops in the middle of a call where a test says so.
import { withTrap } from "./guard.trap.mjs";
import demo from "../www/demo/worker.mjs";

export { Gate, Outbox } from "../www/demo/worker.mjs";

export default withTrap(demo);
