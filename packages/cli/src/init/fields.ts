import type { SystemName } from "./systems.js";

/** A field that `init` knows: how it is asked, checked, and what each system calls it. */
export interface KnownField {
  label: string;
  kind: "name" | "email" | "phone" | "text" | "url" | "postal" | "country" | "state";
  max?: number;
  /** Attributes of its control. */
  control: string;
  /** Several lines. */
  long?: true;
  /** What each system calls it; a system that is not named has no place for it. */
  to: Readonly<Partial<Record<SystemName, string>>>;
}

/** The same name everywhere. */
const alike = (name: string): Record<SystemName, string> => ({
  marketo: name,
  pardot: name,
  prospects: name,
});

export const FIELDS: Readonly<Record<string, KnownField>> = {
  firstName: {
    label: "First name",
    kind: "name",
    max: 80,
    control: 'autocomplete="given-name"',
    to: { ...alike("firstName"), pardot: "first_name" },
  },
  lastName: {
    label: "Last name",
    kind: "name",
    max: 80,
    control: 'autocomplete="family-name"',
    to: { ...alike("lastName"), pardot: "last_name" },
  },
  email: {
    label: "E-mail",
    kind: "email",
    control: 'type="email" autocomplete="email"',
    to: alike("email"),
  },
  phone: {
    label: "Phone",
    kind: "phone",
    control: 'type="tel" autocomplete="tel"',
    to: alike("phone"),
  },
  company: {
    label: "Company",
    kind: "text",
    max: 120,
    control: 'autocomplete="organization"',
    to: alike("company"),
  },
  title: {
    label: "Job title",
    kind: "text",
    max: 120,
    control: 'autocomplete="organization-title"',
    to: { ...alike("title"), pardot: "job_title" },
  },
  city: {
    label: "City",
    kind: "text",
    max: 80,
    control: 'autocomplete="address-level2"',
    to: alike("city"),
  },
  state: {
    label: "State",
    kind: "state",
    control: 'autocomplete="address-level1"',
    to: alike("state"),
  },
  postalCode: {
    label: "ZIP code",
    kind: "postal",
    control: 'autocomplete="postal-code"',
    to: { ...alike("postalCode"), pardot: "zip" },
  },
  country: {
    label: "Country",
    kind: "country",
    control: 'autocomplete="country-name"',
    to: { marketo: "country", pardot: "country" },
  },
  website: {
    label: "Website",
    kind: "url",
    control: 'type="url" autocomplete="url"',
    to: { marketo: "website", pardot: "website" },
  },
  message: {
    label: "What can we do for you?",
    kind: "text",
    max: 2_000,
    control: 'autocomplete="off"',
    long: true,
    to: { marketo: "message", pardot: "comments", prospects: "notes" },
  },
};

export const COMMON = ["firstName", "lastName", "email", "phone", "company"];

/** Every form asks it; what the visitor reads is what the relay keeps as the proof. */
export const CONSENT = {
  name: "consent",
  label: "You may contact me about this request.",
  purpose: "contact",
};

/** A field that people do not see. Its name is like nothing in an address book. */
export const TRAP = "fp_ref2";
