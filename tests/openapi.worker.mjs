// The console's relay, one of whose outboxes is away or full where a test says so.
import handler, { Outbox as Sound } from "./console.worker.mjs";
import { withTests } from "./relays.mjs";

export { Gate } from "fieldpost/worker";

let isAway = false;
let isFull = false;

export class Outbox extends Sound {
  fetch(/** @type {Request} */ request) {
    if (isAway && this.shard === "shard-0") return new Response(null, { status: 500 });
    return super.fetch(request);
  }

  async accept(/** @type {any} */ offer) {
    if (isAway) throw new Error("away");
    return isFull ? { id: "", state: "full" } : super.accept(offer);
  }
}

export default withTests(handler, {
  away: ({ text }) => {
    isAway = text === "yes";
    isFull = text === "full";
    return isAway;
  },
});
