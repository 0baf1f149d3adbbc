// What is wrong with an owner's options. Rust judges them (`src/options.rs`); here stands what only the host can tell, and what
// of the options a relay goes by until they are mended.
import type { Code } from "../core/codes.gen.js";
import { edge, ROW, WORD } from "../core/edge.js";
import { OPTIONS } from "./codes.gen.js";
import type { RelayFormOptions, RelayOptions, RelaySource } from "./configuration.js";
import { asBrowsersSay } from "./host/spelling.js";
import { isSpoken } from "./pages/language.js";

/** Something that is wrong with the options of a relay. */
export interface Finding {
  /** The name to mend, like `forms.contact.deliver[0].map.lastName`. */
  place: string;
  /** What kind of mistake it is. */
  code: Code;
  /** What is wrong there and what fits, as a sentence; never a value of the options. */
  message: string;
  /** What was probably meant. */
  suggestion?: string;
  /** The Worker's binding that stands in this place, where it is not set. */
  binding?: string;
  /**
   * What is closed until it is mended. `relay`, `form`: no lead is taken. `account`, `way` (there is no such account) and
   * `target` (this form's way into the account): leads are taken, and wait. `nothing`: it is only said.
   */
  closes: "relay" | "form" | "account" | "way" | "target" | "nothing";
  /** The form that it is about; empty for none. */
  form: string;
  /** The account that it is about; empty for none. */
  account: string;
  /** The parameter whose leads alone wait, or with `!` before it those that do not fill it; empty for none. */
  param: string;
}

/** What a source says for these bindings, and everything that is wrong with it. The module has to be loaded. */
export function judged(
  source: RelaySource,
  env: unknown,
): { options: RelayOptions; found: Finding[] } {
  const options = typeof source === "function" ? source(env as never) : source;
  // In a list even what is no value at all has a text.
  const text = JSON.stringify([options], (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  ).slice(1, -1);
  const rows = edge((glue) => glue.checkOptions(text, unfit(options).join("\n")));
  const found = rows.split(ROW).filter(Boolean).map(finding);
  const unset = found[0] ? unsetBindings(source, env) : [];
  for (const one of found) {
    const [, binding] = unset.find(([place]) => place.startsWith(one.place)) ?? [];
    if (binding === undefined) continue;
    one.binding = binding;
    one.message += ` It is read from ${binding}, which is not set.`;
  }
  return { options, found };
}

/** Stands in the place of a binding that is not set, while it is found out where the options have it. */
const MARK = /\u{1}([^\u{2}]*)\u{2}/u;

/** No option is deeper. */
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8];

/** The places of the options that are made of a binding that is not set, and its name. */
function unsetBindings(source: RelaySource, env: unknown): [place: string, name: string][] {
  if (typeof source !== "function") return [];
  const marked = new Proxy(Object(env) as Record<string | symbol, unknown>, {
    get: (of, name) => {
      const value = of[name];
      const isSet = typeof name === "symbol" || (value !== undefined && value !== "");
      return isSet ? value : `\u{1}${name}\u{2}`;
    },
  });
  const found: [string, string][] = [];
  const walk = (value: unknown, place: string, [level, ...deeper]: readonly number[]): void => {
    if (typeof value === "string") {
      const name = MARK.exec(value)?.[1];
      if (name !== undefined) found.push([place, name]);
    } else if (level !== undefined && typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value))
        walk(inner, Array.isArray(value) ? `${place}[${name}]` : below(place, name), deeper);
    }
  };
  try {
    walk(source(marked as never), "", LEVELS);
  } catch {
    // Options that cannot be made of such texts: nobody can tell.
  }
  return found;
}

const below = (place: string, name: string): string => (place === "" ? name : `${place}.${name}`);

/** A row of what is said, as `src/wasm/edge.rs` writes it. Codes of checks that others have, too, bring their own sentence. */
function finding(row: string): Finding {
  const [
    closes = "",
    place = "",
    code = "",
    message = "",
    limit = "",
    suggestion = "",
    form = "",
    account = "",
    param = "",
  ] = row.split(WORD);
  const own = (OPTIONS as Readonly<Record<string, string>>)[code] ?? message;
  const said = own.replace("{}", () => limit);
  return {
    place,
    code: code as Code,
    message: suggestion === "" ? said : `${said} Is ${suggestion} meant?`,
    ...(suggestion && { suggestion }),
    closes: closes as Finding["closes"],
    form,
    account,
    param,
  };
}

const entries = (value: unknown): [name: string, value: Record<string, unknown>][] =>
  Object.entries(Object(value) as object).map(([name, one]) => [name, Object(one)]);

/** The places where something is no address, no language that the relay speaks, or no time zone. */
function unfit(options: unknown): string[] {
  const { forms, accounts } = Object(options) as Partial<Record<string, unknown>>;
  const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
  return [
    ...entries(forms).flatMap(([name, { thanks, contact, language, messages }]) => [
      ...(isAddress(thanks) ? [] : [`forms.${name}.thanks`]),
      ...(isGiven(contact) && !isContact(contact) ? [`forms.${name}.contact`] : []),
      ...(isGiven(language) && !isLanguage(language, messages) ? [`forms.${name}.language`] : []),
    ]),
    ...entries(accounts).flatMap(([name, { timeZone }]) =>
      isGiven(timeZone) && !isZone(timeZone) ? [`accounts.${name}.timeZone`] : [],
    ),
  ];
}

const isAddress = (text: unknown): boolean =>
  typeof text === "string" && text !== "" && URL.canParse(text, "https://relay.invalid");

const isContact = (text: unknown): boolean =>
  typeof text === "string" && /^(https|mailto|tel):/.test(text) && URL.canParse(text);

const isLanguage = (tag: unknown, messages: unknown): boolean =>
  typeof tag === "string" &&
  holds(() => Intl.getCanonicalLocales(tag)) &&
  (Boolean(messages) || isSpoken(tag));

const isZone = (zone: unknown): boolean =>
  typeof zone === "string" && holds(() => new Intl.DateTimeFormat("en-US", { timeZone: zone }));

function holds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

/** Options that a relay can go by, whatever was found: what is of another shape is as if it were not there. */
export function sound(given: RelayOptions, found: readonly Finding[]): RelayOptions {
  const { forms, accounts, shards, ...rest } = Object(given) as RelayOptions;
  const ways = { ...(Object(accounts) as RelayOptions["accounts"]) };
  for (const { account } of found.filter(({ closes }) => closes === "way")) delete ways[account];
  const isWrong = found.some(({ place }) => place === "shards");
  return {
    ...rest,
    ...(shards !== undefined && !isWrong && { shards }),
    accounts: ways,
    forms: Object.fromEntries(
      Object.entries(Object(forms) as RelayOptions["forms"]).map(([name, form]) => [
        name,
        soundForm(Object(form) as RelayFormOptions),
      ]),
    ),
  };
}

const list = <T>(value: readonly T[] | undefined): T[] => (Array.isArray(value) ? value : []);

const soundForm = (form: RelayFormOptions): RelayFormOptions => ({
  ...form,
  fields: Object(form.fields) as RelayFormOptions["fields"],
  origins: list(form.origins).map(String).map(asBrowsersSay),
  deliver: list(form.deliver).map((target) => ({
    ...target,
    map: Object((target as typeof target | null)?.map) as typeof target.map,
  })),
});
