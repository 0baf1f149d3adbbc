import type { Given, NamedFinding } from "../core/inferred.js";
import type { Named, OutcomeOf, Params } from "../core/types.js";
import {
  type AccountCheck,
  type MappedForm,
  type MappingCheck,
  wayOf,
} from "../relay/checks/check.js";
import type { RelayAccount } from "../relay/options.js";
import { carrier } from "./carry.js";
import { checker } from "./check.js";
import type { Progress } from "./effects.js";
import { Secrets } from "./secrets.js";

export type { AccountCheck, MappedForm, MappingCheck } from "../relay/checks/check.js";

/** How calls are sent. */
export interface ClientOptions {
  /** Sends in the place of the host's own `fetch`. */
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
  /** Milliseconds until a call is given up; by default five seconds more than the system itself takes. */
  timeout?: number;
  /**
   * Keeps the refresh token that takes the place of the account's, where the app has its refresh tokens rotate: the old one is
   * dead then. It is waited for before anything rests on the new one; what it throws, the call throws.
   */
  onRefreshToken?: (refreshToken: string) => void | Promise<void>;
}

/** The states of an export; the last three are final. */
export type ExportState = "Waiting" | "Processing" | "Complete" | "Failed" | "Canceled";

export interface ExportProgress extends Progress {
  id: string;
  state: ExportState;
}

export interface ExportOptions {
  /** Called with every answer. */
  progress?: (now: ExportProgress) => void;
  signal?: AbortSignal;
  /** Milliseconds before the first question; default one minute. */
  first?: number;
  /** Milliseconds between two questions at most; default ten minutes. */
  most?: number;
  /** Waits; for tests and for hosts with timers of their own. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** An export that is complete. */
export interface ExportDone {
  id: string;
  /** Where the files are, in no order. */
  refs: string[];
}

/** The operations of one account: `client(account)` makes it. */
export interface Client {
  /**
   * Calls an operation and reads its reply. More records than one call takes are sent one part after another, and the
   * outcomes stand in the caller's order.
   *
   * @param operation - The operation's name; a misspelt one does not compile.
   * @param params - Its parameters, with the vendor's own names and nesting.
   * @returns What became of it; whatever the system or the network says is an outcome.
   * @throws {FieldpostError} `params.invalid` or `account.invalid`, with `issues`.
   * @example
   * const outcome = await pardot.call("pardot.prospect.read", { id: 12 });
   * if (outcome.kind === "found") outcome.records;
   */
  call<Name extends string>(
    operation: Named<Name>,
    ...params: Given<Name>
  ): Promise<OutcomeOf<Name>>;
  /**
   * The pages of an operation that finds records, one outcome after another; the last is the one that ends them.
   *
   * @param operation - The name of one that finds.
   * @param params - Its parameters.
   * @returns A page each time it is asked.
   * @throws {FieldpostError} `params.invalid` or `account.invalid`, with `issues`.
   * @example
   * for await (const page of marketo.pages("marketo.lead.byList", { listId: 7 })) page.kind;
   */
  pages<Name extends string>(
    operation: NamedFinding<Name>,
    ...params: Given<Name>
  ): AsyncGenerator<OutcomeOf<Name>, void, void>;
  /**
   * The records of all pages.
   *
   * @param operation - The name of one that finds.
   * @param params - Its parameters.
   * @returns A record each time it is asked.
   * @throws {FieldpostError} The outcome's code where a page is not found; `params.invalid` or `account.invalid`.
   * @example
   * for await (const lead of marketo.records("marketo.lead.byList", { listId: 7 })) lead.email;
   */
  records<Name extends string>(
    operation: NamedFinding<Name>,
    ...params: Given<Name>
  ): AsyncGenerator<Record<string, unknown>, void, void>;
  /**
   * Waits politely until an export is complete: a minute first, then half as long again each time, because each question
   * counts against the account's calls.
   *
   * @param id - What `pardot.export.create` has answered.
   * @param options - Who hears of the progress, and how long it waits.
   * @returns The addresses of its files.
   * @throws {FieldpostError} `pardot.export_state` where it has failed or was cancelled.
   * @example
   * const { refs } = await pardot.waitForExport(id, { progress: ({ state }) => console.log(state) });
   */
  waitForExport(id: string, options?: ExportOptions): Promise<ExportDone>;
  /**
   * Downloads a file of an export.
   *
   * @param file - Its address in `refs`, or the export's id and the file's number.
   * @returns A stream of CSV.
   * @throws {FieldpostError} The outcome's code where there is no such file.
   * @example
   * for await (const part of await pardot.download(refs[0])) write(part);
   */
  download(
    file: string | { id: string; file: string | number },
  ): Promise<ReadableStream<Uint8Array>>;
  /**
   * Signs in anew, reads what the token may do, and says what is wrong and where to mend it: before the first lead, or in a
   * deployment. It changes nothing, and no answer has a secret.
   *
   * @returns What is wrong, and warnings.
   * @example
   * const { ok, issues } = await client(account).checkAccount();
   */
  checkAccount(): Promise<AccountCheck>;
  /**
   * Compares the way of a form to this account with what the system has: names, kinds, lengths, what is required, and of
   * Marketo the form that is filled. `form` is as the relay's options have it, with the `account` there where it goes to
   * several, or `{ fields, map, constants }`.
   *
   * @param form - The form as the relay's options have it.
   * @param account - The account's name there, where it goes to several.
   * @returns What is wrong, and warnings.
   * @example
   * const { issues } = await client(account).checkMapping(forms.contact, "marketo");
   */
  checkMapping(form: MappedForm, account?: string): Promise<MappingCheck>;
}

/** The first thing that a call gives; it gives one or fails. */
const first = async <T>(gifts: AsyncGenerator<T, void, void>): Promise<T> =>
  (await gifts.next()).value as T;

/** An account that gets its own token, keeps it, and renews it once when the system no longer takes it. */
export function makeClient(
  account: RelayAccount,
  options: ClientOptions,
  load: () => Promise<void>,
): Client {
  // A script may leave out what the types ask for; the machine says what is missing.
  const secrets = new Secrets(
    (account as Partial<RelayAccount>).credentials ?? {},
    options.onRefreshToken,
  );
  const carry = carrier(account, secrets, options, load);
  const checks = checker(account, secrets, options, load);
  return {
    checkAccount: async () => (await checks()).checkAccount(),
    checkMapping: async (form, name) =>
      (await checks()).checkMapping(form.fields, wayOf(form, name)),
    call: <Name extends string>(operation: string, params?: Params) =>
      first(carry("outcome", operation, params)) as Promise<OutcomeOf<Name>>,
    pages: <Name extends string>(operation: string, params?: Params) =>
      carry("pages", operation, params) as AsyncGenerator<OutcomeOf<Name>, void, void>,
    async *records(operation: string, params?: Params) {
      for await (const page of carry("records", operation, params)) yield* page;
    },
    async waitForExport(id, { progress, ...waiting } = {}) {
      const tell = (now: Progress): void =>
        progress?.({ id, ...(now as Progress & { state: ExportState }) });
      return {
        id,
        refs: await first(
          carry("job", "pardot.export.read", { id }, { ...waiting, progress: tell }),
        ),
      };
    },
    // The address' own host is not asked: the token goes to the account's host alone.
    download: (file) =>
      first(
        carry(
          "file",
          "pardot.export.download",
          typeof file === "string" ? { ref: file } : { id: file.id, file: file.file },
        ),
      ),
  };
}
