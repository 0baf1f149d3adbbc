import type { AccountCheck, Checked } from "../checks/check.js";
import { MEANS } from "../codes.gen.js";
import { consult, patience } from "../host/consult.js";
import { json as jsonAnswer, respond } from "../http/answer.js";
import type { RelayEnv, RelayOptions } from "../options.js";

/** A sign-in, a read, and a few reads for each form. */
const PATIENCE = 75_000;

/**
 * Signs in to each account, reads what its token may do, and compares each form's mapping with what the system has; with
 * `?account=` or `?form=` only those. No answer has a value or a secret.
 */
export async function check(
  params: URLSearchParams,
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Response> {
  const [account, form] = [params.get("account"), params.get("form")];
  const forms = named(relay.forms, form);
  const goes = (to: string): string[] =>
    forms.filter((name) =>
      (relay.forms[name]?.deliver ?? []).some((target) => target.account === to),
    );
  const names = named(relay.accounts, account).filter(
    (name) => form === null || goes(name)[0] !== undefined,
  );
  if (names[0] === undefined && (account !== null || form !== null))
    return respond(jsonAnswer(400, { code: "check.which" }));
  const all = await Promise.all(names.map((name) => one(name, goes(name), env, relay)));
  const accounts = all.map(({ forms: _, ...rest }) => rest);
  const ways = all.flatMap(({ account, forms }) => forms.map((way) => ({ account, ...way })));
  return respond(
    jsonAnswer(200, { ok: [...accounts, ...ways].every(({ ok }) => ok), accounts, forms: ways }),
  );
}

/** The one that is asked for, where there is one; all where none is. */
const named = (all: object, asked: string | null): string[] =>
  asked === null ? Object.keys(all) : [asked].filter((name) => Object.hasOwn(all, name));

async function one(
  account: string,
  forms: string[],
  env: RelayEnv,
  relay: RelayOptions,
): Promise<Checked & { account: string }> {
  try {
    const gate = env.GATE.get(env.GATE.idFromName(account));
    const deadline = patience(relay.timeScale, PATIENCE);
    return {
      account,
      ...(await consult<Checked>(gate, "https://gate/check", deadline, { account, forms })),
    };
  } catch {
    const code = "gate.failed";
    const issue = { field: "", code, severity: "error", message: MEANS[code] ?? "" } as const;
    const { system } = relay.accounts[account] as { system: AccountCheck["system"] };
    return { account, system, signIn: "key", ok: false, issues: [issue], forms: [] };
  }
}
