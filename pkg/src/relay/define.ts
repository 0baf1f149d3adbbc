// The same options, so typed that a misspelt kind, parameter, account or field does not compile.
import type { System } from "../core/border.gen.js";
import type { FieldSpec } from "../core/types.js";
import type { Captures, Members } from "./captures.gen.js";
import type { RelayAccount, RelayFormOptions, RelayOptions, Target } from "./configuration.js";

/** The systems that take leads. */
export type Capturing = keyof Captures & System;

/** The forms' fields and the accounts' systems, by name: what the other types are made of. */
export type Fields = Record<string, Record<string, unknown>>;
export type Systems = Record<string, Capturing>;

type Name<T> = keyof T & string;

/** From here nothing is inferred: `NoInfer`, which TypeScript has from 5.4 on. */
type Settled<T> = [T][T extends unknown ? 0 : never];

/** Where a parameter's value comes from: a field of the form, whether its box is ticked, or what came with the visitor. */
export type Source<F> = Name<F> | `!${Name<F>}` | `@${string}`;

/** Constants are left out where none is needed. */
type Constants<C> = Record<never, never> extends C ? { constants?: C } : { constants: C };

/** A form's way into one of the accounts. */
export type TypedTarget<F, S extends Systems> = {
  [A in Name<S>]: Omit<Target, "account" | "map" | "constants" | "match"> & {
    account: A;
    map: { readonly [P in keyof Captures[S[A]]["map"]]?: Source<F> };
  } & Constants<Captures[S[A]]["constants"]> &
    (S[A] extends "prospects" ? { match?: "phone" } : { match?: never });
}[Name<S>];

/** The options of a relay whose forms have these fields and whose accounts are of these systems. */
export interface TypedOptions<F extends Fields, S extends Systems>
  extends Omit<RelayOptions, "forms" | "accounts"> {
  /** The accounts by their names, each of one system. */
  accounts: { readonly [A in keyof S]: Omit<RelayAccount, "system"> & { readonly system: S[A] } };
  /** The forms by their names, with fields of their own and the accounts that their leads go to. */
  forms: {
    readonly [N in keyof F]: Omit<RelayFormOptions, "fields" | "deliver"> & {
      readonly fields: { readonly [name in keyof F[N]]: FieldSpec };
      readonly deliver: readonly TypedTarget<Settled<F[N]>, Settled<S>>[];
    };
  };
}

/** What TypeScript shows where a name is not one of the options: it does not look for such names in what a function gives. */
type Nothing = "There is no such option here, so it does nothing.";
type Strict<T, Known> = { readonly [K in Exclude<keyof T, Known>]: Nothing };

/** Names at each level of the options `O` that are none. */
export type Strictly<O> = Strict<O, Members["relay"]> &
  Inner<O, "alerts"> &
  Inner<Exclude<O, { reconcile: false }>, "reconcile"> & {
    readonly [K in keyof O & "alerts"]: {
      readonly [C in keyof O[K] & "channels"]: {
        readonly [N in keyof O[K][C]]: Strict<O[K][C][N], Members["channel"]>;
      };
    };
  } & {
    readonly [K in keyof O & "accounts"]: {
      readonly [A in keyof O[K]]: Strict<O[K][A], Members["account"]> &
        Inner<O[K][A], "credentials"> &
        Inner<O[K][A], "limits">;
    };
  } & {
    readonly [K in keyof O & "forms"]: {
      readonly [N in keyof O[K]]: StrictForm<O[K][N], O extends { accounts: infer A } ? A : never>;
    };
  };

type Inner<T, Name extends keyof Members> = {
  readonly [K in keyof T & Name]: Strict<T[K], Members[Name]>;
};

type StrictForm<T, A> = Strict<T, Members["form"]> &
  Inner<T, "turnstile"> & {
    readonly [K in keyof T & "fields"]: {
      readonly [name in keyof T[K]]: Strict<T[K][name], Members["field"]>;
    };
  } & {
    readonly [K in keyof T & "deliver"]: StrictTargets<T[K], A>;
  };

type StrictTargets<D, A> = { readonly [at in keyof D]: StrictTarget<D[at], A> };

type StrictTarget<T, A> = Strict<T, Members["target"]> & {
  readonly [K in keyof T & ("map" | "constants")]: Strict<T[K], keyof CaptureOf<T, A>[K]>;
};

/** What the system of a target's account takes. */
type CaptureOf<T, A> = T extends { account: infer N extends keyof A }
  ? A[N] extends { system: infer S extends Capturing }
    ? Captures[S]
    : never
  : never;

/** What makes options of a Worker's bindings. A function alone: what is wrong in it is shown where it stands. */
export type TypedSource<Env, O, F extends Fields, S extends Systems> = (
  env: Env,
) => O & TypedOptions<F, S> & Strictly<O>;
