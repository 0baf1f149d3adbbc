// The relay of the fault runs: three systems behind the fault proxy, and no pace of its own.
import { Outbox as Sound, relay } from "fieldpost/worker";
import { accounts, common, form as formOf, toMarketo } from "../relays.mjs";

export { Gate } from "fieldpost/worker";

/** An outbox whose alarm does nothing but throw, where a run asks for it. */
export class Outbox extends Sound {
  async alarm() {
    if (this.env.BROKEN_ALARMS) throw new Error("broken");
    await super.alarm();
  }
}

const plenty = { calls: 1_000_000, window: 1_000, atOnce: 20 };

export default relay((env) => {
  const limits = env.LIMITS ? JSON.parse(env.LIMITS) : plenty;
  const map = { email: "email", company: "company" };
  const fields = {
    firstName: { kind: "name", required: true },
    lastName: { kind: "name", required: true },
    email: { kind: "email", required: true },
    company: { kind: "text" },
  };
  const form = (fields, formId, constants) =>
    formOf(
      env,
      fields,
      [
        toMarketo(map, { constants: { formId } }),
        { account: "pardot", map, ...(constants && { constants }) },
        { account: "prospects", map: { ...map, firstName: "firstName", lastName: "lastName" } },
      ].filter(({ account }) => !env.SYSTEMS || env.SYSTEMS.split(",").includes(account)),
    );
  return {
    ...common(env),
    ...(env.REVIEW && { maxReview: Number(env.REVIEW) }),
    ...(env.STORAGE_KEY && { storageKey: env.STORAGE_KEY }),
    forms: {
      contact: form(fields, 1029),
      // Into the same accounts, and with what the visitor brought along.
      other: form({ ...fields, terms: { kind: "consent" } }, 1030, { campaign_id: 1 }),
    },
    accounts: accounts(env, ["marketo", "pardot", "prospects"], { limits }),
  };
});
