// Before all others, which ask for these when they are loaded.
import "./lacking.js";
import { form } from "../core/core.js";
import type { FormSpec, RelayAnswer } from "../core/types.js";
import { OWN, WIRE_VERSION } from "../core/wire.gen.js";
import { load } from "../entry/page.js";

/** A relay for tests of a page: it takes what a page sends, checks it by the same rules, and keeps it for the test to see. */
export interface TestRelay {
  /** The leads that it has taken, in their order: what the visitor entered, by name. */
  readonly leads: URLSearchParams[];
  /**
   * What it answers from now on; nothing for its own verdict.
   *
   * @param status - The HTTP status.
   * @param answer - What stands in the answer.
   * @example
   * relay.say(503, { state: "retry" });
   */
  say(status: number, answer?: Partial<RelayAnswer>): void;
  /**
   * Whether its address cannot be reached from now on.
   *
   * @param is - Whether.
   * @example
   * relay.offline(true);
   */
  offline(is: boolean): void;
  /**
   * Gives `fetch` back to the host.
   *
   * @example
   * afterEach(() => relay.remove());
   */
  remove(): void;
}

/**
 * Puts a relay in the place of `fetch` for the addresses `…/leads/{form}`; all others go where they went. It answers what the
 * real one does: the form's rules, 202 for a lead, 422 with issues for values that do not fit. It delivers nothing.
 *
 * @param spec - The rules of the form.
 * @returns The relay, with what it has taken.
 * @throws {FieldpostError} `spec.invalid` where the spec does not fit, when it is asked.
 * @example
 * const relay = testRelay({ fields: { email: { kind: "email", required: true } } });
 * // … fill and submit the form …
 * expect(relay.leads[0].get("email")).toBe("ann@acme.co");
 * relay.remove();
 */
export function testRelay(spec: FormSpec): TestRelay {
  const host = globalThis.fetch;
  const leads: URLSearchParams[] = [];
  let said: [number, Partial<RelayAnswer>] | undefined;
  let isOffline = false;

  const answer = async (request: Request): Promise<[number, object]> => {
    if (request.method !== "POST")
      return [
        200,
        { v: +WIRE_VERSION, spec, token: "test", expires: Date.now() + 3_600_000, sealKey: null },
      ];
    const entries = [...new URLSearchParams(await request.text())].filter(
      ([name]) => !name.startsWith(OWN),
    );
    const lead = new URLSearchParams(entries);
    if (said) {
      if (said[0] < 300) leads.push(lead);
      return [said[0], { v: +WIRE_VERSION, id: null, state: "unknown", issues: [], ...said[1] }];
    }
    await load({ spec });
    const { ok, issues } = form(spec).check(lead);
    if (!ok) return [422, { v: +WIRE_VERSION, id: null, state: "refused", issues }];
    leads.push(lead);
    return [202, { v: +WIRE_VERSION, id: `${leads.length}`, state: "queued", issues: [] }];
  };

  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    // Its signal may be of another make than the host's requests: what is not sent cannot be called back.
    const request =
      input instanceof Request && !init ? input : new Request(input, { ...init, signal: null });
    if (!/\/leads\/[^/]+$/.test(new URL(request.url).pathname)) return host(input, init);
    if (isOffline) throw new TypeError("fetch failed");
    const [status, body] = await answer(request);
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json" },
    });
  };
  globalThis.fetch = fetch as typeof globalThis.fetch;
  return {
    leads,
    say: (status, answer = {}) => {
      said = [status, answer];
    },
    offline: (is) => {
      isOffline = is;
    },
    remove() {
      if (globalThis.fetch === fetch) globalThis.fetch = host;
    },
  };
}
