// Fieldpost, in the build that FIELDPOST_ENTRY names (a file URL); FIELDPOST_BUILD names what else a page imports.
const { checkEmail, checkPhone, form, load, payload } = await import(process.env.FIELDPOST_ENTRY);
if (process.env.FIELDPOST_BUILD) await import(process.env.FIELDPOST_BUILD);
await load();

// In the order of the operation's parameters, so that the bodies are the same letter for letter.
const contact = form({
  fields: {
    firstName: { kind: "name", required: true, max: 80 },
    lastName: { kind: "name", required: true, max: 80 },
    email: { kind: "email", required: true },
    phone: { kind: "phone" },
    labels: { kind: "labels", max: 10 },
    notes: { kind: "text", max: 2000 },
    company: { kind: "text", max: 120 },
  },
});

export const relayLead = (typed) =>
  contact.payload(typed, "relay.lead.submit", { form: "contact" }).payload?.body;

export function relayLeadInTwo(typed) {
  const { ok, values } = contact.check(typed);
  return ok ? payload("relay.lead.submit", { form: "contact", values }).body : undefined;
}

export const lead = (values) => contact.payload(values, "prospects.prospect.upsert").payload?.body;

export const leadOfJson = lead;

export function phone(text) {
  const { value, ext } = checkPhone(text);
  return value && ext ? `${value} ext. ${ext}` : value;
}

export const email = (text) => checkEmail(text).value;
