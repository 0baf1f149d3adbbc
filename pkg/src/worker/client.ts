import { isReady } from "../core.js";
import { checkParams, edge, plainAccount, plainReply, read, request, type Traits } from "../edge.js";
import { FieldpostError } from "../errors.js";
import { send } from "../send.js";
import { within } from "../within.js";
import type { OperationName, Operations, Outcome, Params } from "../types.js";
import { type ExportDone, type ExportOptions, fileOf, moment, pause, waitForExport } from "./export.js";
import type { RelayAccount } from "./options.js";
import { count, each, listOf, parts, rebased } from "./split.js";

export interface ClientOptions {
  fetch?: (request: Request, init?: RequestInit) => Promise<Response>;
  /** Milliseconds until a call is given up; by default five seconds more than the system itself takes. */
  timeout?: number;
}

export interface Client {
  /**
   * Calls an operation and reads its reply. More records than one call takes are sent one part after another, and the
   * outcomes stand in the caller's order. Throws `params.invalid` and `account.invalid`; everything else is an outcome.
   */
  call<Name extends OperationName>(operation: Name, params?: Operations[Name]["params"]): Promise<Outcome>;
  call(operation: string, params?: Params): Promise<Outcome>;
  /** The pages of an operation that has some, one outcome after another; the last is the one that ends them. */
  pages(operation: string, params?: Params): AsyncGenerator<Outcome, void, void>;
  /** The records of all pages. Throws with the outcome's code where a page is not found. */
  records(operation: string, params?: Params): AsyncGenerator<Record<string, unknown>, void, void>;
  /** Waits politely until an export is complete. */
  waitForExport(id: string, options?: ExportOptions): Promise<ExportDone>;
  /** A file of an export as a stream of CSV, by its address in `refs` or by number. */
  download(file: string | { id: string; file: string | number }): Promise<ReadableStream<Uint8Array>>;
}

/** Marketo hands out a token in its last second; it is asked again this often, a second apart. */
const TOKEN_TRIES = 4;
const TOKEN_DEADLINE = 35_000;

/** A file may take long; but after so many milliseconds without a byte it ends with `network.timeout`. */
function flowing(body: ReadableStream<Uint8Array>, stall: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const cancel = (reason: unknown): Promise<void> => reader.cancel(reason);
  return new ReadableStream({
    async pull(to) {
      try {
        const { done, value } = await within(stall, () => reader.read());
        if (done) to.close();
        else to.enqueue(value);
      } catch (error) {
        void cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel,
  });
}

/** An account that gets its own token, keeps it, and renews it once when the system no longer takes it. */
export function makeClient(account: RelayAccount, options: ClientOptions, load: () => Promise<void>): Client {
  let token: Promise<string> | undefined;
  let ends = Number.POSITIVE_INFINITY;
  let version = account.version;
  const plain = plainAccount(account as never);
  const fetching = options.fetch ? { fetch: options.fetch } : {};

  async function newToken(): Promise<string> {
    edge((glue) => glue.checkAccount(plain));
    for (let tries = 1; ; tries++) {
      const asked = edge((glue) => glue.tokenRequest(plain, account.credentials ?? {}));
      if (!asked) return account.credentials?.key ?? "";
      const reply = await within(options.timeout ?? TOKEN_DEADLINE, async (signal) => plainReply(await send(asked, { timeout: 0, signal, ...fetching })));
      const said = edge((glue) => glue.readToken(reply, account.system, account.credentials?.refreshToken !== undefined));
      if ("token" in said) {
        ends = Date.now() + said.usable;
        return said.token;
      }
      if (said.kind === "refused") throw new FieldpostError("auth.refused", "There is no token for this account.", said.issues);
      if (said.kind !== "retry" || tries === TOKEN_TRIES) throw new FieldpostError("auth.busy", "There is no token for this account.");
      await pause(Math.min(said.after ?? 1_000, 5_000));
    }
  }

  /** The one token of all calls that run; only the first of them asks for it. */
  function currentToken(): Promise<string> {
    if (Date.now() >= ends) token = undefined;
    if (!token) {
      ends = Number.POSITIVE_INFINITY;
      const asked = newToken();
      token = asked;
      asked.catch(() => {
        if (token === asked) token = undefined;
      });
    }
    return token;
  }

  async function built(operation: string, params: Params, used: Promise<string>): Promise<Request> {
    const { credentials: _, allowHost, ...rest } = account;
    const to = { ...rest, ...(version && { version }), token: await used, ...(allowHost && { allowHost }) };
    return request(operation, params, to as never);
  }

  const known = (operation: string): Traits => edge((glue) => glue.edgeTraits(operation));
  const patience = (traits: Traits): number => options.timeout ?? traits.timeout + 5_000;

  /** Sends, and again with a new token or in the other version where the system says so, each once. */
  async function sent<T>(
    operation: string,
    params: Params,
    traits: Traits,
    judge: (reply: Response) => Promise<{ outcome: Outcome | null; kept: T }>,
  ): Promise<{ outcome: Outcome | null; kept: T | undefined }> {
    let renewed = false;
    let switched = false;
    for (;;) {
      const used = currentToken();
      const call = await built(operation, params, used);
      let outcome: Outcome | null;
      let kept: T | undefined;
      const spoken = version;
      try {
        ({ outcome, kept } = await within(patience(traits), async (signal) => judge(await send(call, { timeout: 0, signal, ...fetching }))));
      } catch (error) {
        if (!(error instanceof FieldpostError) || error.code.startsWith("network.")) {
          const code = error instanceof FieldpostError ? error.code : "network.failed";
          // A read may be repeated; of a write nobody can tell.
          outcome = traits.write ? { kind: "unknown", why: code } : { kind: "retry", code, reason: "busy" };
          return { outcome, kept: undefined };
        }
        throw error;
      }
      const reason = outcome?.kind === "retry" ? outcome.reason : undefined;
      if (reason === "token" && !renewed) {
        renewed = true;
        // Another call may have renewed it already.
        if (token === used) token = undefined;
      } else if (reason === "version" && !switched) {
        switched = true;
        // Another call may have switched it already.
        if (version === spoken) version = (outcome as { code: string }).code === "pardot.88" ? 4 : 3;
      } else {
        return { outcome, kept };
      }
    }
  }

  async function once(operation: string, params: Params, traits: Traits): Promise<Outcome> {
    const judge = async (reply: Response): Promise<{ outcome: Outcome; kept: null }> => ({
      outcome: await read(operation, reply, params, version),
      kept: null,
    });
    return (await sent(operation, params, traits, judge)).outcome as Outcome;
  }

  /** An export's open range is measured to now. */
  const timed = (operation: string, params: Params): Params =>
    operation === "pardot.export.create" && params["now"] === undefined ? { ...params, now: moment(Date.now()) } : params;

  /** Everything is checked before the first part is sent. */
  function refuse(operation: string, all: Params[], traits: Traits): void {
    let offset = 0;
    const issues = all.flatMap((part) => {
      const name = listOf(part, traits.batch) ?? "";
      const found = checkParams(operation, part, version).filter((issue) => issue.severity === "error");
      const moved = found.map((issue) => rebased(issue, name, offset));
      offset += count(part, traits.batch);
      return moved;
    });
    if (!issues.length) return;
    throw new FieldpostError("params.invalid", issues.map((issue) => `${issue.field}: ${issue.message}`).join(" "), issues);
  }

  async function call(operation: string, given: Params = {}): Promise<Outcome> {
    if (!isReady()) await load();
    const traits = known(operation);
    const params = timed(operation, given);
    const all = parts(params, traits.batch);
    refuse(operation, all, traits);
    let whole: Outcome;
    if (all.length === 1) {
      whole = await once(operation, params, traits);
    } else {
      const results: Outcome[] = [];
      for (const part of all) results.push(...each(await once(operation, part, traits), count(part, traits.batch)));
      whole = { kind: "batch", results };
    }
    if (whole.kind === "stored") {
      whole.warnings.push(...checkParams(operation, params, version).filter((issue) => issue.severity === "warning"));
    }
    return whole;
  }

  async function* pages(operation: string, params: Params = {}): AsyncGenerator<Outcome, void, void> {
    if (!isReady()) await load();
    const { paging, page } = known(operation);
    let next = params;
    let seen = Number(params["offset"] ?? 0);
    for (;;) {
      const outcome = await call(operation, next);
      yield outcome;
      if (outcome.kind !== "found" || !paging) return;
      if (paging === "offset") {
        const asked = Number(params["limit"] ?? page);
        seen += outcome.records.length;
        // `output=mobile` has no pages: everything came at once.
        const over = outcome.records.length < asked || outcome.records.length > page || seen >= (outcome.total ?? Number.POSITIVE_INFINITY);
        if (over) return;
        next = { ...params, offset: seen };
      } else {
        // A token without a word of more goes on until a page is empty.
        if (!outcome.next || !outcome.records.length) return;
        next = { ...params, [paging]: outcome.next };
      }
    }
  }

  async function* records(operation: string, params?: Params): AsyncGenerator<Record<string, unknown>, void, void> {
    for await (const outcome of pages(operation, params)) {
      if (outcome.kind !== "found") {
        const issues = outcome.kind === "refused" ? outcome.issues : [];
        const code = issues[0]?.code ?? (outcome.kind === "retry" ? outcome.code : "reply.unreadable");
        throw new FieldpostError(code, "A page could not be read.", issues);
      }
      yield* outcome.records;
    }
  }

  async function download(file: string | { id: string; file: string | number }): Promise<ReadableStream<Uint8Array>> {
    if (!isReady()) await load();
    const operation = "pardot.export.download";
    const named = typeof file === "string" ? fileOf(file) : file;
    if (!named) throw new FieldpostError("params.invalid", "This is not the address of an export's file.");
    // The address' own host is not asked: the token goes to the account's host alone.
    const params = { id: named.id, file: named.file };
    const judge = async (reply: Response): Promise<{ outcome: Outcome | null; kept: Response }> => {
      const isFile = reply.ok && /csv|octet-stream|text\/plain/.test(reply.headers.get("content-type") ?? "");
      return { outcome: isFile ? null : await read(operation, reply, params, version), kept: reply };
    };
    const { outcome, kept } = await sent(operation, params, known(operation), judge);
    if (outcome || !kept?.body) {
      const issues = outcome?.kind === "refused" ? outcome.issues : [];
      const code = issues[0]?.code ?? (outcome?.kind === "retry" ? outcome.code : "reply.unreadable");
      throw new FieldpostError(code, "The file could not be downloaded.", issues);
    }
    return flowing(kept.body, patience(known(operation)));
  }

  return { call, pages, records, download, waitForExport: (id, wait) => waitForExport(call, id, wait) };
}
