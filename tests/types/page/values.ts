// What the compiler knows of the values that a check gives, from the spec.
import { checkEmail, checkLabels, form, type FormSpec, type Report } from "fieldpost";
import { attach } from "fieldpost/form";
import { standard } from "fieldpost/standard";

/** Compiles where both are one type. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <T extends true>(): T | undefined => undefined;

const contact = form({
  fields: {
    email: { kind: "email", required: true },
    phone: { kind: "phone" },
    seats: { kind: "integer", required: true },
    size: { kind: "choice", choices: ["small", "large"], required: true },
    topics: { kind: "choices", choices: ["a", "b"] },
    labels: { kind: "labels", required: true },
    terms: { kind: "consent", required: true },
    news: { kind: "consent" },
    yes: { kind: "boolean" },
    campaign: { kind: "hidden", required: true },
  },
});
const report = contact.check(new FormData());
if (report.ok) {
  same<
    Same<
      typeof report.values,
      {
        email: string;
        phone?: string;
        seats: number | string;
        size: "small" | "large";
        topics?: ("a" | "b")[];
        labels: string[];
        terms: true;
        news: boolean;
        yes?: boolean;
        campaign?: string;
      }
    >
  >();
  // @ts-expect-error there is no such field
  report.values.emial;
  // @ts-expect-error it may be empty, and is absent then
  report.values.phone.length;
} else {
  // @ts-expect-error nothing is sure of a form that is not right
  report.values.email.length;
}

same<Same<(typeof contact)["fields"][number], keyof (typeof report & { ok: true })["values"]>>();
contact.checkField("size", "small").value satisfies "small" | "large" | null;
// @ts-expect-error there is no such field
contact.checkField("sice", "small");
// @ts-expect-error there is no such operation
contact.payload(new FormData(), "relay.lead.submitt");
contact.payload(new FormData(), "relay.lead.submit", { form: "contact" }).payload?.body;
// @ts-expect-error there is no such parameter
contact.payload(new FormData(), "relay.lead.submit", { from: "contact" });

// @ts-expect-error there is no such kind
form({ fields: { email: { kind: "e-mail" } } });

// A spec of which only run time knows.
declare const spec: FormSpec;
const any: Report = form(spec).check({});
any.values.email satisfies string | string[] | boolean | number | null | undefined;
// Any report is one of them.
const wide: Report = report;
wide.ok;

checkEmail("").value satisfies string | null;
checkLabels("a, b").value.length;
attach(document.createElement("form")).state satisfies string;

// A form as a Standard Schema: what comes out is what a check gives.
const schema = standard({
  fields: { email: { kind: "email", required: true }, phone: { kind: "phone" } },
});
type Types = NonNullable<(typeof schema)["~standard"]["types"]>;
same<Same<Types["output"], { email: string; phone?: string }>>();
same<Same<Types["input"], { email: string; phone?: string | null }>>();
