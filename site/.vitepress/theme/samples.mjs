// What the playground begins with: forms with their entries, and what the systems answer to their captures.

/** @type {Record<string, { spec: import("fieldpost").FormSpec, values: Record<string, string> }>} */
export const FORMS = {
  "A contact form": {
    spec: {
      fields: {
        firstName: { kind: "name", label: "First name", required: true, max: 80 },
        lastName: { kind: "name", label: "Last name", required: true, max: 80 },
        email: { kind: "email", label: "E-mail", required: true },
        phone: { kind: "phone", label: "Phone" },
        labels: { kind: "labels", label: "Interests", max: 10 },
        consent: { kind: "consent", label: "Consent", required: true },
      },
    },
    values: {
      firstName: "Ann",
      lastName: "O’Hara",
      email: "ann@gmial.com",
      phone: "212 456 7890 x12",
      labels: "Scheduling board, Customer texts",
      consent: "yes",
    },
  },
  "E-mail or phone": {
    spec: {
      fields: {
        email: { kind: "email", label: "E-mail" },
        phone: { kind: "phone", label: "Phone" },
        note: { kind: "text", label: "Your question", max: 40 },
      },
      anyOf: [["email", "phone"]],
    },
    values: { email: "", phone: "", note: "When do you open?" },
  },
  "An order": {
    spec: {
      fields: {
        email: { kind: "email", label: "E-mail", required: true },
        seats: { kind: "integer", label: "Seats", min: 1, max: 500 },
        size: { kind: "choice", label: "Size", choices: ["small", "large"] },
        start: { kind: "date", label: "Start" },
        site: { kind: "url", label: "Website" },
      },
    },
    values: {
      email: "ann@acme.co",
      seats: "1,200",
      size: "large",
      start: "2026-13-01",
      site: "acme.co",
    },
  },
};

const json = (/** @type {unknown} */ value) => JSON.stringify(value, null, 2);

/** @type {Record<string, { text: string, status: number, body: string }[]>} */
export const REPLIES = {
  "marketo.lead.submitForm": [
    {
      text: "created",
      status: 200,
      body: json({
        requestId: "e42b#14272d07d78",
        success: true,
        result: [{ id: 50, status: "created" }],
      }),
    },
    {
      text: "200, and skipped",
      status: 200,
      body: json({
        requestId: "e42b#14272d07d78",
        success: true,
        result: [
          {
            status: "skipped",
            reasons: [{ code: "1003", message: "Value for field 'email' is invalid" }],
          },
        ],
      }),
    },
    {
      text: "200, and too fast",
      status: 200,
      body: json({
        requestId: "e42b#14272d07d78",
        success: false,
        errors: [{ code: "606", message: "Max rate limit '100' exceeded with in '20' secs" }],
      }),
    },
    {
      text: "a page of maintenance",
      status: 200,
      body: "<html><body>We are back soon.</body></html>",
    },
  ],
  "pardot.prospect.create": [
    {
      text: "created",
      status: 200,
      body: json({
        "@attributes": { stat: "ok", version: 1 },
        prospect: { id: 123, email: "ann@example.com" },
      }),
    },
    {
      text: "200, and failed",
      status: 200,
      body: json({
        "@attributes": { stat: "fail", version: 1, err_code: 65 },
        err: "Invalid prospect email address",
      }),
    },
    {
      text: "the other version",
      status: 400,
      body: json({
        "@attributes": { stat: "fail", version: 1, err_code: 89 },
        err: "Your account must use version 3 of the API",
      }),
    },
  ],
  "pardot.prospect.upsert": [
    {
      text: "stored",
      status: 200,
      body: json({
        "@attributes": { stat: "ok", version: 1 },
        prospect: { id: 123, email: "ann@example.com" },
      }),
    },
    {
      text: "200, and failed",
      status: 200,
      body: json({
        "@attributes": { stat: "fail", version: 1, err_code: 4 },
        err: "Invalid prospect email address",
      }),
    },
  ],
  "prospects.prospect.upsert": [
    {
      text: "created",
      status: 201,
      body: json({
        success: true,
        action: "created",
        prospectId: "p1",
        prospect: { id: "p1", firstName: "Ann", lastName: "O’Hara", phone: "+12124567890" },
      }),
    },
    {
      text: "without the phone",
      status: 200,
      body: json({
        success: true,
        action: "updated",
        prospectId: "p1",
        message: "Phone is not valid",
        prospect: { id: "p1", phone: null },
      }),
    },
    { text: "too many", status: 429, body: json({ error: "Too many requests", retryAfter: 7 }) },
  ],
  "relay.lead.submit": [
    { text: "queued", status: 202, body: json({ v: 1, id: "a1b2", state: "queued", issues: [] }) },
    {
      text: "to be corrected",
      status: 422,
      body: json({
        v: 1,
        id: null,
        state: "refused",
        issues: [
          {
            field: "email",
            code: "email.domain",
            severity: "error",
            message: "Check the part after the @.",
          },
        ],
      }),
    },
    {
      text: "full",
      status: 503,
      body: json({
        v: 1,
        id: null,
        state: "retry",
        issues: [
          { field: "", code: "outbox.full", severity: "error", message: "Please try again later." },
        ],
      }),
    },
  ],
};

const present = (/** @type {Record<string, unknown>} */ entries) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value));

/**
 * An operation's parameters from the clean values of a form.
 * @type {Record<string, (clean: Record<string, unknown>) => Record<string, unknown>>}
 */
export const PARAMS = {
  "marketo.lead.submitForm": ({ email, firstName, lastName, phone }) => ({
    formId: 1029,
    input: [{ leadFormFields: present({ email, firstName, lastName, phone }) }],
  }),
  "pardot.prospect.create": ({ email, firstName, lastName, phone }) =>
    present({ email, first_name: firstName, last_name: lastName, phone }),
  "pardot.prospect.upsert": ({ email, firstName, lastName, phone }) =>
    present({ email, first_name: firstName, last_name: lastName, phone }),
  "prospects.prospect.upsert": ({ email, firstName, lastName, phone, labels }) =>
    present({ firstName, lastName, email, phone, labels }),
  "relay.lead.submit": (clean) => ({ form: "contact", values: present(clean), token: "t" }),
};
