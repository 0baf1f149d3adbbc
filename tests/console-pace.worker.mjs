// The relay of the load runs, whose outboxes answer a test: one of them goes without what the console's search is found by.
import handler, { Outbox as Sound } from "./faults/worker.mjs";
import { askEach, shards, showing, withTests } from "./relays.mjs";

export { Gate } from "fieldpost/worker";

export const Outbox = showing(Sound);

export default withTests(handler, {
  sql: ({ env, text }) => askEach(env.OUTBOX, shards(4), "sql", text),
});
