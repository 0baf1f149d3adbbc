// A relay whose outbox a test can slow down, stop or break, and that counts the leads of each call.
import { Outbox as Sound } from "fieldpost/worker";
import relay from "./guard.worker.mjs";

export { Gate } from "fieldpost/worker";

/** What the next calls meet, one after another, and the calls that there were. */
const script = { next: [], calls: [] };

export class Outbox extends Sound {
  async fetch(request) {
    if (new URL(request.url).pathname !== "/accept") return super.fetch(request);
    script.calls.push((await request.clone().json()).length);
    const { wait = 0, fails = false } = script.next.shift() ?? {};
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (fails) throw new Error("broken");
    return super.fetch(request);
  }

  take(offer, due) {
    if (offer.lead.includes("cannot be written")) throw new Error("broken");
    return super.take(offer, due);
  }
}

export default {
  ...relay,
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== "/test/script") return relay.fetch(request, env, context);
    Object.assign(script, await request.json());
    return Response.json(script);
  },
};
