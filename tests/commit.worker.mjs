// A relay whose outbox counts the leads of each write, cannot write some, and whose alarms fail on demand.
import { Outbox as Sound } from "fieldpost/worker";
import guard from "./guard.worker.mjs";
import { instead, withTests } from "./relays.mjs";

export { Gate } from "fieldpost/worker";

let writes = [];
/** So many alarms cannot be set. */
let broken = 0;

/** The object's state, with alarms that fail as long as `broken` says so. */
const flaky = (state) =>
  instead(state, {
    id: state.id,
    blockConcurrencyWhile: (act) => state.blockConcurrencyWhile(act),
    storage: new Proxy(state.storage, {
      get(storage, name) {
        if (name === "setAlarm" && broken > 0 && broken--)
          return () => Promise.reject(new Error("broken"));
        const member = storage[name];
        return typeof member === "function" ? member.bind(storage) : member;
      },
    }),
  });

export class Outbox extends Sound {
  constructor(state, env) {
    super(flaky(state), env);
    const { acceptance } = this;
    const { write, put } = acceptance;
    acceptance.write = () => {
      writes.push(acceptance.arrived.length);
      return write.call(acceptance);
    };
    acceptance.put = (own, ...words) => {
      put.call(acceptance, own, ...words);
      // Its rows are there already, and must not stay.
      if (own.offer.lead.includes("cannot be written")) throw new Error("broken");
    };
  }
}

export default withTests(guard, {
  alarms: ({ searchParams }) => (broken = Number(searchParams.get("broken"))),
  writes() {
    const counted = writes;
    writes = [];
    return counted;
  },
});
