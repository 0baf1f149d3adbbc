// A relay whose outbox counts the leads of each write, and cannot write some.
import { Outbox as Sound } from "fieldpost/worker";
import relay from "./guard.worker.mjs";

export { Gate } from "fieldpost/worker";

let writes = [];

export class Outbox extends Sound {
  write() {
    writes.push(this.arrived.length);
    return super.write();
  }

  take(offer, due) {
    const taken = super.take(offer, due);
    // Its rows are there already, and must not stay.
    if (offer.lead.includes("cannot be written")) throw new Error("broken");
    return taken;
  }
}

export default {
  ...relay,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/test/writes") return relay.fetch(request, env, context);
    const counted = writes;
    writes = [];
    return Response.json(counted);
  },
};
