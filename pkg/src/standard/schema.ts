import { form } from "../core/core.js";
import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";
import type { LoadOptions } from "../core/source.js";
import type { Checked, Entered, Form, FormSpec, Values } from "../core/types.js";

/** What stops the lead: Standard Schema's words, with the code beside them. */
export interface StandardIssue {
  /** English, for people; free to change. */
  readonly message: string;
  /** The field's name; nothing where it is about the whole. */
  readonly path?: readonly string[];
  /** Stable, like `email.at`. */
  readonly code: string;
}

/** What a validation gives: a value, or what is wrong. */
export type StandardResult<Output> =
  | {
      /** The clean values. */
      readonly value: Output;
      /** Nothing is wrong. */
      readonly issues?: undefined;
    }
  | {
      /** What stops the lead. */
      readonly issues: readonly StandardIssue[];
    };

/** Standard Schema, version 1: what form libraries, routers and validators take. */
export interface StandardSchema<Input, Output> {
  /** The standard's one member. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "fieldpost";
    readonly types?: { readonly input: Input; readonly output: Output };
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
  };
}

/** Makes the schema of a spec, with the module of the build that this is a part of. */
export const schemas =
  (load: (options: LoadOptions) => Promise<void>) =>
  <const Spec extends FormSpec>(spec: Spec): StandardSchema<Entered<Spec>, Checked<Spec>> => {
    let made: Form | undefined;
    const judge = (value: unknown): StandardResult<Checked<Spec>> => {
      made ??= form(spec as FormSpec);
      // Text would be read as JSON.
      if (typeof value !== "object" || value === null)
        return { issues: [{ message: Said.VALUE_KIND, code: "value.kind" }] };
      const { ok, values, issues } = made.check(value as Values);
      if (ok) return { value: values as Checked<Spec> };
      return {
        issues: issues
          .filter(({ severity }) => severity === "error")
          .map(({ field, message, code }) => ({
            message,
            code,
            ...(field && { path: [field] }),
          })),
      };
    };
    return {
      "~standard": {
        version: 1,
        vendor: "fieldpost",
        validate(value) {
          try {
            return judge(value);
          } catch (error) {
            // The module, or on a page the rule of one of the spec's kinds, is still to come.
            if (!(error instanceof FieldpostError) || error.code !== "wasm.not_ready") throw error;
            return load({ spec }).then(() => judge(value));
          }
        },
      },
    };
  };
