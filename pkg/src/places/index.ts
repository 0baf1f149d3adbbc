import { COUNTRIES, STATES } from "./tables.js";

/** A state, province or territory: `country` is `US`, `CA` or `MX`, `code` the postal one (Mexico: ISO 3166-2). */
export interface State {
  /** The code of its country. */
  country: string;
  /** Two letters. */
  code: string;
  /** The English name. */
  name: string;
}

/** A country. */
export interface Country {
  /** Two letters of ISO 3166-1. */
  code: string;
  /** The English name. */
  name: string;
}

/** Longer texts are no place's name. */
const MAX_NAME = 100;

/** A row with the spellings that find it. */
type Entry<T> = readonly [place: T, keys: readonly string[]];

let countryRows: readonly Entry<Country>[] | undefined;
let stateRows: readonly Entry<State>[] | undefined;
let countryKeys: ReadonlyMap<string, Country> | undefined;
let stateKeys: ReadonlyMap<string, State> | undefined;

/** Every spelling and code; none stands for two places of one list. */
const index = <T>(rows: readonly Entry<T>[]): Map<string, T> =>
  new Map(rows.flatMap(([place, keys]) => keys.map((key) => [key, place] as const)));

const countryEntries = (): readonly Entry<Country>[] =>
  (countryRows ??= COUNTRIES.split("\n").map((line) => {
    const [code, names] = [line.slice(0, 2), line.slice(3).split("|")];
    return [{ code, name: names[0] as string }, [code, ...names].map(key)];
  }));

const stateEntries = (): readonly Entry<State>[] =>
  (stateRows ??= STATES.split("\n").map((line) => {
    const [country = "", code = "", ...rest] = line.split(" ");
    const names = rest.join(" ").split("|");
    return [{ country, code, name: names[0] as string }, [code, ...names].map(key)];
  }));

/**
 * The two letters of a country (ISO 3166-1), by them or by a name in English, in any spelling that people use: `USA`,
 * `u.s.`, `the United States of America`.
 *
 * @param text - What was typed: a name or a code.
 * @returns Its two letters; nothing where it is none.
 * @example
 * country("the United States"); // "US"
 */
export function country(text: string): string | undefined {
  return (countryKeys ??= index(countryEntries())).get(key(text))?.code;
}

/**
 * The English name of a country's two letters.
 *
 * @param code - Two letters.
 * @returns Its English name; nothing where there is none.
 * @example
 * countryName("CA"); // "Canada"
 */
export const countryName = (code: string): string | undefined =>
  countryEntries().find(([country]) => country.code === code.toUpperCase())?.[0].name;

/**
 * A state, province or territory by its code or name, of that country (its code) or of any of the three.
 *
 * @param text - What was typed: a name or a code.
 * @param country - Where it is looked for.
 * @returns The state or province; nothing where it is none.
 * @example
 * state("Quebec", "CA")?.code; // "QC"
 */
export function state(text: string, country?: string): State | undefined {
  const found = (stateKeys ??= index(stateEntries())).get(key(text));
  return found && (country === undefined || found.country === country.toUpperCase())
    ? { ...found }
    : undefined;
}

/**
 * Every country by its code, for a list of options.
 *
 * @returns All of them.
 * @example
 * countries().map(({ name }) => name);
 */
export const countries = (): Country[] => countryEntries().map(([country]) => ({ ...country }));

/**
 * Every state, province and territory, of one country or of all three.
 *
 * @param country - Whose.
 * @returns All of them.
 * @example
 * states("US").length;
 */
export const states = (country?: string): State[] =>
  stateEntries()
    .filter(([state]) => country === undefined || state.country === country.toUpperCase())
    .map(([state]) => ({ ...state }));

const WORDS: Readonly<Record<string, string>> = { the: "", and: "", saint: "st" };

/** Letters of the Latin-1 block with an accent, and those without it. */
const ACCENTS: readonly (readonly [RegExp, string])[] = [
  [/[\u0300-\u036f'\u2018\u2019\u02bb]/g, ""],
  [/[\u00e0-\u00e5]/g, "a"],
  [/\u00e7/g, "c"],
  [/[\u00e8-\u00eb]/g, "e"],
  [/[\u00ec-\u00ef]/g, "i"],
  [/\u00f1/g, "n"],
  [/[\u00f2-\u00f6]/g, "o"],
  [/[\u00f9-\u00fc]/g, "u"],
  [/[\u00fd\u00ff]/g, "y"],
];

/**
 * What is left of a name when spelling no longer matters: small letters without accents, signs and blanks, without `the`
 * and `and`, and `st` for `saint`.
 */
function key(text: unknown): string {
  if (typeof text !== "string" || text.length > MAX_NAME) return "";
  let plain = text.toLowerCase();
  for (const [letters, letter] of ACCENTS) plain = plain.replace(letters, letter);
  return plain
    .split(/[^a-z]/)
    .map((word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : word))
    .join("");
}
