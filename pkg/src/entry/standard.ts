import { schemas } from "../standard/schema.js";
import { load } from "./page.js";

export type { StandardIssue, StandardResult, StandardSchema } from "../standard/schema.js";

/**
 * Makes a Standard Schema (version 1) of a form's spec: what React Hook Form, TanStack Form, Hono, tRPC and others take. Its
 * first validation waits for `load`, which it calls by itself; once the module is there, it answers at once.
 *
 * @param spec - The form's fields by name, as `form` takes them.
 * @returns The schema: whatever `form(spec).check` takes goes in, the clean values come out.
 * @throws {FieldpostError} `spec.invalid`, at its first validation.
 * @example
 * const contact = standard({ fields: { email: { kind: "email", required: true } } });
 * useForm({ resolver: standardSchemaResolver(contact) });
 */
export const standard = schemas(load);
