import type { FieldSpec } from "../../core/types.js";
import type { Finding } from "../findings.js";
import { findingsOf, type RelayOptions } from "../options.js";

/** A form as its owner has written it. */
interface FormShown {
  name: string;
  title: string;
  fields: Record<string, FieldSpec>;
  origins: readonly string[];
  deliver: { account: string; map: Record<string, string>; constants: string[] }[];
}

/** `GET /operator/setup`: forms with their rules and where they go, accounts with their systems; never a secret. */
export const setup = (
  relay: RelayOptions,
): {
  options: readonly Finding[];
  forms: FormShown[];
  accounts: { name: string; system: string; host: string; record: string | null }[];
} => ({
  options: findingsOf(relay),
  forms: Object.entries(relay.forms).map(([name, { title, fields, origins, deliver }]) => ({
    name,
    title: title ?? name,
    fields,
    origins,
    deliver: deliver.map(({ account, map, constants = {} }) => ({
      account,
      map,
      constants: Object.keys(constants),
    })),
  })),
  accounts: Object.entries(relay.accounts).map(([name, { system, baseUrl, record }]) => ({
    name,
    system,
    record: record ?? null,
    host: URL.canParse(baseUrl) ? new URL(baseUrl).host : "",
  })),
});
