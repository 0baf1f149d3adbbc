import { edge, type EdgeGlue, plainAccount, plainReply, type Token } from "../../core/edge.js";
import { FieldpostError } from "../../core/errors.js";
import { SENTENCES } from "../../core/sentences.gen.js";
import type { Issue, Outcome, System } from "../../core/types.js";
import { mapping } from "../lead/fills.js";
import type { RelayAccount, RelayFormOptions, Target } from "../options.js";
import type { Ask } from "./sign-in.js";

/** What a check of an account found. */
export interface AccountCheck {
  /** Which CRM. */
  system: System;
  /** How it signs in. */
  signIn: "key" | "client_credentials" | "refresh_token" | "jwt";
  /** Nothing stops a lead; there may be warnings. */
  ok: boolean;
  /** What is wrong and where to mend it. `field` is the member of the account or its credentials; no value, no secret. */
  issues: Issue[];
}

/** What a check of a form's way to an account found; `field` of an issue is the parameter. */
export interface MappingCheck {
  /** Nothing stops a lead; there may be warnings. */
  ok: boolean;
  /** What is wrong, and warnings. */
  issues: Issue[];
}

/** An account's check with those of the forms that go to it, as its limiter makes them. */
export interface Checked extends AccountCheck {
  forms: (MappingCheck & { form: string })[];
}

/** A form with where its leads go, as the relay's options have it, or with one way alone. */
export type MappedForm = Pick<RelayFormOptions, "fields"> &
  (Pick<RelayFormOptions, "deliver"> | Pick<Target, "map" | "constants" | "join">);

/** Gets a token, or says what became of that. */
export type SignIn = () => Promise<Token | Outcome>;

const finding = (code: string, field: string, limit: string): Issue => ({
  field,
  code,
  severity: "error",
  message: (SENTENCES[code] ?? "").replace("{}", () => limit),
  limit,
});

const isOk = (issues: readonly Issue[]): boolean =>
  issues.every(({ severity }) => severity !== "error");

/** Asks what a check wants to know, one question after another, until it has found what there is. */
async function found(
  ask: Ask,
  step: (glue: EdgeGlue, heard: unknown[]) => Request | Issue[],
): Promise<Issue[]> {
  const heard: unknown[] = [];
  for (;;) {
    const next = edge((glue) => step(glue, heard));
    if (Array.isArray(next)) return next;
    try {
      heard.push(await plainReply(await ask(next)));
    } catch (error) {
      heard.push(error instanceof FieldpostError ? error.code : "network.failed");
    }
  }
}

/** The token of a sign-in, or what it lacks. */
async function token(signIn: SignIn): Promise<Token | Issue[]> {
  try {
    const got = await signIn();
    if ("token" in got) return got;
    const { issues, code } = got as { issues?: Issue[]; code?: string };
    return issues ?? [{ ...finding("check.later", "", code ?? ""), severity: "warning" }];
  } catch (error) {
    if (!(error instanceof FieldpostError)) throw error;
    const { issues, code } = error;
    const [first] = issues;
    return first ? issues : [finding("check.unreached", "loginUrl", code)];
  }
}

/** An account's checks: each signs in by itself, or goes on with the token that the one before has got. */
export class Checks {
  private got: Promise<Token | Issue[]> | undefined;

  constructor(
    readonly account: RelayAccount,
    readonly signIn: SignIn,
    readonly ask: Ask,
  ) {}

  /** Whether the account lets anybody in, and what its token may do. */
  async checkAccount(): Promise<AccountCheck> {
    const { system } = this.account;
    const credentials = (this.account as Partial<RelayAccount>).credentials ?? {};
    const issues = await this.found(undefined, undefined);
    const signIn = edge((glue) => glue.grantOf(system, credentials)) as AccountCheck["signIn"];
    return { system, signIn, ok: isOk(issues), issues };
  }

  /** Whether what a form sends is what the system has fields for. */
  async checkMapping(fields: RelayFormOptions["fields"], way: WayOf): Promise<MappingCheck> {
    const issues = await this.found(mapping(way), { fields });
    return { ok: isOk(issues), issues };
  }

  private async found(way: unknown, spec: unknown): Promise<Issue[]> {
    this.got = this.got ?? token(this.signIn);
    const got = await this.got;
    if (Array.isArray(got)) return got;
    const plain = plainAccount({ ...this.account, token: got.token } as never);
    return found(this.ask, (glue, heard) => glue.checkStep(plain, way ?? got.scope, spec, heard));
  }
}

/** What a way has that a check looks at. */
export type WayOf = Pick<Target, "map" | "constants" | "join">;

/** The way of a form to an account; where it has one alone, that one. Throws `params.invalid` where it has no such way. */
export function wayOf(form: MappedForm, account?: string): WayOf {
  if (!("deliver" in form)) return form;
  const ways = form.deliver.filter((target) => account === undefined || target.account === account);
  const [way, another] = ways;
  if (way === undefined || another !== undefined)
    throw new FieldpostError("params.invalid", "Say to which of the form's accounts.");
  return way;
}
