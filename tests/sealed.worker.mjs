// A relay whose rules and secrets are as its start says: `STRICT` requires a company, `SEAL_SECRETS` are its own for leads
// that were saved, with blanks between; `GONE` has no form at all, `ELSEWHERE` another page.
import { relay } from "fieldpost/worker";
import { accounts, common } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => ({
  ...common(env),
  ...(env.SEAL_SECRETS && { sealSecret: env.SEAL_SECRETS.split(" ") }),
  forms: {
    [env.GONE ? "other" : "contact"]: {
      title: "Book a walkthrough",
      origins: [env.ELSEWHERE ? "https://elsewhere.example" : env.PAGE_ORIGIN],
      thanks: `${env.PAGE_ORIGIN}/thanks.html`,
      trap: env.TRAP ?? "fp_ref2",
      fields: {
        firstName: { kind: "name", required: true, max: 80 },
        lastName: { kind: "name", max: 80 },
        email: { kind: "email", required: true },
        phone: { kind: "phone" },
        company: { kind: "text", max: 120, required: Boolean(env.STRICT) },
        labels: { kind: "labels", max: 10 },
        notes: { kind: "text", max: 70_000 },
        consent: { kind: "consent" },
      },
      deliver: [
        {
          account: "prospects",
          map: {
            email: "email",
            firstName: "firstName",
            lastName: "lastName",
            phone: "phone",
            company: "company",
          },
          constants: { newSourceName: "Website" },
        },
      ],
    },
  },
  accounts: accounts(env, ["prospects"]),
}));
