// Fieldpost, in the build that FIELDPOST_ENTRY names (a file URL).
const { checkEmail, checkPhone, form, load } = await import(process.env.FIELDPOST_ENTRY);
await load();

const contact = form({
  fields: {
    firstName: { kind: "name", required: true, max: 80 },
    lastName: { kind: "name", required: true, max: 80 },
    email: { kind: "email", required: true },
    phone: { kind: "phone" },
    company: { kind: "text", max: 120 },
    labels: { kind: "labels", max: 10 },
    notes: { kind: "text", max: 2000 },
  },
});

export const lead = (values) => contact.payload(values, "prospects.prospect.upsert").payload?.body;

export const leadOfJson = lead;

export function phone(text) {
  const { value, ext } = checkPhone(text);
  return value && ext ? `${value} ext. ${ext}` : value;
}

export const email = (text) => checkEmail(text).value;
