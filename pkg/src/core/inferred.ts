import type { Cleaned } from "./border.gen.js";
import type { OperationName, Operations } from "./operations.gen.js";
import type { Outcome } from "./outcome.gen.js";
import type { Clean, FieldSpec, FormSpec, Params } from "./spec.js";

/**
 * What the compiler infers: of an operation's name its parameters and outcome, of a form's spec the values that a check gives.
 */

/** A name as it is given: one of the table, or a `string` of which only run time knows. A misspelt one is neither. */
export type Named<Name extends string> = Name extends OperationName
  ? Name
  : string extends Name
    ? Name
    : OperationName;

/** The parameters of an operation. */
export type ParamsOf<Name extends string> = Name extends OperationName
  ? Operations[Name]["params"]
  : Params;

/** What may become of each operation's call. */
type Outcomes = {
  [Name in OperationName]: Extract<
    Outcome,
    { kind: Operations[Name]["reply"] | "refused" | "retry" | "unknown" }
  >;
};

/** What may become of a call of an operation. */
export type OutcomeOf<Name extends string> = Name extends OperationName ? Outcomes[Name] : Outcome;

/** The operations that find records, and so have pages of them. */
export type Finds = {
  [Name in OperationName]: "found" extends Operations[Name]["reply"] ? Name : never;
}[OperationName];

/** The same as {@link Named}, of those that find records. */
export type NamedFinding<Name extends string> = Name extends Finds
  ? Name
  : string extends Name
    ? Name
    : Finds;

/** A call's parameters, which may be left out where none must be given. */
export type Given<Name extends string> =
  Record<never, never> extends ParamsOf<Name>
    ? [params?: ParamsOf<Name>]
    : [params: ParamsOf<Name>];

/** The names of a form's fields. */
export type FieldName<Spec extends FormSpec> = keyof Spec["fields"] & string;

/** The clean value of a field. */
export type ValueOf<Field extends FieldSpec> = Field extends {
  kind: "choice";
  choices: readonly (infer Choice extends string)[];
}
  ? Choice
  : Field extends { kind: "choices"; choices: readonly (infer Choice extends string)[] }
    ? Choice[]
    : Field extends { kind: "consent"; required: true }
      ? true
      : Cleaned[Field["kind"]];

/** Whether a field's value is there wherever the form is right: of kind `hidden` nothing stops a lead, and a consent is yes or no. */
type Sure<Field extends FieldSpec> = Field["kind"] extends "consent"
  ? true
  : Field extends { required: true }
    ? "hidden" extends Field["kind"]
      ? false
      : true
    : false;

/** What may be typed into a field of each kind. */
type Typed<Field extends FieldSpec> = Field["kind"] extends "labels" | "choices"
  ? string | readonly string[]
  : Field["kind"] extends "boolean" | "consent"
    ? boolean | string
    : Field["kind"] extends "integer" | "number"
      ? number | string
      : string;

/** What a form's fields hold before they are checked; for libraries that ask for the type of what goes in. */
export type Entered<Spec extends FormSpec> = string extends keyof Spec["fields"]
  ? Record<string, unknown>
  : Flat<
      {
        [Name in keyof Spec["fields"] as Spec["fields"][Name] extends { required: true }
          ? Name
          : never]: Typed<Spec["fields"][Name]>;
      } & {
        [Name in keyof Spec["fields"] as Spec["fields"][Name] extends { required: true }
          ? never
          : Name]?: Typed<Spec["fields"][Name]> | null;
      }
    >;

type Flat<T> = { -readonly [Name in keyof T]: T[Name] };

/** The clean values of a form that is right. */
export type Checked<Spec extends FormSpec> = string extends keyof Spec["fields"]
  ? Record<string, Clean>
  : Flat<
      {
        [Name in keyof Spec["fields"] as Sure<Spec["fields"][Name]> extends true
          ? Name
          : never]: ValueOf<Spec["fields"][Name]>;
      } & {
        [Name in keyof Spec["fields"] as Sure<Spec["fields"][Name]> extends true
          ? never
          : Name]?: ValueOf<Spec["fields"][Name]>;
      }
    >;
