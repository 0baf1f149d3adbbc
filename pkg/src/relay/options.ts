import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";
import type { AlertChannel, RelayOptions, RelaySource, Target } from "./configuration.js";
import { type Finding, judged, sound } from "./findings.js";
import { log } from "./host/log.js";

export type * from "./configuration.js";

let source: RelaySource | undefined;
let resolved: RelayOptions | undefined;

/** The Worker's one relay; its Durable Objects live in the same module and read the same options. */
export function configure(given: RelaySource): void {
  source = given;
  resolved = undefined;
}

/** The options, with the bindings filled in. */
export function options(env: unknown): RelayOptions {
  if (!source) throw new FieldpostError("relay.not_configured", Said.RELAY_NOT_CONFIGURED);
  resolved ??= said(source, env);
  return resolved;
}

/** What is wrong with the options that a relay goes by. */
const found = new WeakMap<RelayOptions, readonly Finding[]>();

/** Options as far as they can be gone by; what is wrong with them is said once. */
function said(source: RelaySource, env: unknown): RelayOptions {
  const { options, found: all } = judged(source, env);
  for (const { place, code, closes, form, account, message } of all)
    log("options.wrong", {
      code,
      place,
      closes,
      ...(form && { form }),
      ...(account && { account }),
      message,
    });
  const relay = sound(options, all);
  found.set(relay, all);
  return relay;
}

/** What is wrong with the options. */
export const findingsOf = (relay: RelayOptions): readonly Finding[] => found.get(relay) ?? [];

/** Why leads wait for an account: all of them, or a form's. */
export const waitsOf = (relay: RelayOptions, account: string): readonly Finding[] =>
  findingsOf(relay).filter(
    (one) => one.account === account && (one.closes === "account" || one.closes === "target"),
  );

/** Throws where no lead can be taken: of any form, or of this one. */
export function mustTake(relay: RelayOptions, form: string): void {
  const stops = findingsOf(relay).filter(
    (one) => one.closes === "relay" || (one.closes === "form" && one.form === form),
  );
  if (stops[0])
    throw new FieldpostError(
      "relay.options",
      stops.map(({ place, message }) => `${place}: ${message}`).join(" "),
    );
}

/** The channels that can be told of something: those that nothing is wrong with. */
export const channelsOf = (relay: RelayOptions): [name: string, channel: AlertChannel][] =>
  Object.entries(Object(relay.alerts?.channels) as Record<string, AlertChannel>).filter(
    ([name]) =>
      !findingsOf(relay).some(
        (one) =>
          one.code !== "options.member" && `${one.place}.`.startsWith(`alerts.channels.${name}.`),
      ),
  );

/** The way of a form to an account, as the owner wrote it. */
export const targetOf = (
  { forms }: RelayOptions,
  form: string,
  account: string,
): Target | undefined => forms[form]?.deliver.find((one) => one.account === account);

/** The accounts that a form goes to. */
export const accountsOf = (relay: RelayOptions, form: string): string[] =>
  Object.keys(relay.accounts).filter((account) => goesTo(relay, account, form, null));

/** Whether a form goes to an account, and with this parameter where one is named. */
export function goesTo(
  relay: RelayOptions,
  account: string,
  form: string,
  param: string | null,
): boolean {
  return (
    Object.hasOwn(relay.accounts, account) &&
    Object.hasOwn(relay.forms, form) &&
    (relay.forms[form]?.deliver ?? []).some(
      (way) =>
        way.account === account &&
        (param === null ||
          Object.hasOwn(way.map, param) ||
          Object.hasOwn(way.constants ?? {}, param)),
    )
  );
}
