// The demo's relay, whose wasm module stops in the middle of a call where a test says so.
import "./guard.trap.mjs";
import demo from "../www/demo/worker.mjs";

export { Gate, Outbox } from "../www/demo/worker.mjs";

export default {
  ...demo,
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/test/trap") return demo.fetch(request, env);
    Object.assign(globalThis.trap, await request.json());
    return Response.json(globalThis.trap);
  },
};
