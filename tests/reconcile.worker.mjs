// A relay of two shards that asks three systems whether what they have stored is still there. A test sets its clock forward, has
// its cron ring when it wants, and sees the rows of its objects.
import { setAhead } from "./clock.mjs";
import { Gate as SoundGate, Outbox as SoundOutbox, relay } from "fieldpost/worker";
import {
  account,
  askEach,
  common,
  form,
  shards,
  showing,
  toMarketo,
  withTests,
} from "./relays.mjs";
import { watched } from "./watched.mjs";

/** What the platform counts of all objects: rows written, alarms among them, and requests, an alarm that rings among them. */
const taken = { rows: 0, requests: 0 };

/** The object's state, with its writes counted. */
const counting = (state) =>
  watched(
    state,
    ({ rowsWritten }) => {
      taken.rows += rowsWritten;
    },
    {
      setAlarm(set) {
        taken.rows++;
        return set();
      },
    },
  );

const counted = (Sound) =>
  class extends Sound {
    constructor(state, env) {
      super(counting(state), env);
    }
    fetch(request) {
      taken.requests++;
      return super.fetch(request);
    }
    accept(offer) {
      taken.requests++;
      return super.accept(offer);
    }
    alarm() {
      taken.requests++;
      return super.alarm();
    }
  };

export const Outbox = showing(counted(SoundOutbox));
export const Gate = showing(counted(SoundGate));

const SYSTEMS = /** @type {const} */ (["marketo", "pardot", "prospects"]);
const map = { firstName: "firstName", lastName: "lastName", email: "email" };
const fields = {
  firstName: { kind: "name", required: true },
  lastName: { kind: "name", required: true },
  email: { kind: "email", required: true },
};

let later = 0;

const handler = relay((env) => {
  setAhead(Number(env.AHEAD ?? 0) + later);
  const to = {
    marketo: toMarketo(map),
    pardot: {
      account: "pardot",
      map: { first_name: "firstName", last_name: "lastName", email: "email" },
    },
    prospects: { account: "prospects", map, constants: { newSourceName: "Website" } },
  };
  return {
    ...common(env),
    shards: 2,
    storageKey: "a key of what a test keeps locked, 32",
    retention: { values: 3 },
    ...(env.ALERTS && {
      alerts: {
        channels: {
          hook: {
            kind: "webhook",
            url: `${env.SANDBOX}/nowhere`,
            allowHost: env.SANDBOX_HOST,
            secret: `whsec_${"A".repeat(32)}`,
          },
        },
      },
    }),
    forms: {
      contact: form(env, fields, Object.values(to), { title: "Contact us" }),
      ...Object.fromEntries(SYSTEMS.map((name) => [name, form(env, fields, [to[name]])])),
    },
    accounts: Object.fromEntries(
      SYSTEMS.map((name) => [
        name,
        account(env, name, { record: "https://crm.example/records/{id}" }),
      ]),
    ),
  };
});

export default withTests(handler, {
  /** The clock goes forward by so much. */
  later({ text, env }) {
    later = Number(text);
    setAhead(Number(env.AHEAD ?? 0) + later);
  },
  taken: () => taken,
  /** The cron rings. */
  wake: ({ env }) => handler.scheduled({}, env),
  async sql({ env, text }) {
    const { of } = JSON.parse(text);
    return of
      ? askEach(env.GATE, [of], "sql", text).then((all) => all.flat())
      : (await askEach(env.OUTBOX, shards(2), "sql", text)).flat();
  },
});
