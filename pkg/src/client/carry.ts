import { isReady } from "../core/core.js";
import { packed, plainAccount, plainReply, said, steady } from "../core/edge.js";
import { FieldpostError } from "../core/errors.js";
import { send } from "../core/send.js";
import type { Outcome, Params } from "../core/types.js";
import { within } from "../core/within.js";
import { jwt } from "../relay/host/jwt.js";
import type { RelayAccount } from "../relay/options.js";
import type { ClientOptions, ExportOptions } from "./client.js";
import type { Effect, Failure, Gifts, Progress, Shared, Stepped } from "./effects.js";
import type { Secrets } from "./secrets.js";
import { flowing } from "./stream.js";
import { Parked, pause } from "./waits.js";

/** How a call waits, and who is shown how far it is. */
type Waiting = Omit<ExportOptions, "progress"> & { progress?: (now: Progress) => void };

/** What happened to a call, and the reply that came with it. */
interface Event {
  name: string;
  reply?: unknown;
}

const failed = ({ code, message, issues }: Failure): FieldpostError =>
  new FieldpostError(code, message || said(issues) || code, issues);

/** The head of an answer as the border reads it. */
const headOf = ({ status, headers }: Response): unknown => ({
  status,
  headers: [...headers],
  body: "",
});

/** What came of a request within its time: an event with the reply, or the code of there being none. */
async function answered(
  deadline: number,
  out: AbortController,
  act: () => Promise<Event>,
): Promise<Event> {
  try {
    return await within(deadline, (late) => {
      late.addEventListener("abort", () => out.abort());
      return act();
    });
  } catch (error) {
    return { name: error instanceof FieldpostError ? error.code : "network.failed" };
  }
}

/**
 * Carries calls of one account out. What is done next, and whether, the machine says (`src/client/mod.rs`); here it is done.
 * The state stays here, so that a module that stops takes no call with it.
 */
export function carrier(
  account: RelayAccount,
  secrets: Secrets,
  options: ClientOptions,
  load: () => Promise<void>,
) {
  const plain = plainAccount(account as never);
  const fetching = options.fetch ? { fetch: options.fetch } : {};
  const parked = new Parked();
  let client: Shared = [""];

  /** A call's gifts, one after another; each is made when it is asked for. */
  return async function* carry<Goal extends keyof Gifts>(
    goal: Goal,
    operation: string,
    params: Params = {},
    { sleep = pause, signal, first = NaN, most = NaN, progress }: Waiting = {},
  ): AsyncGenerator<Gifts[Goal], void, void> {
    const gift = (value: Gifts[keyof Gifts]): Gifts[Goal] => value as Gifts[Goal];
    if (!isReady()) await load();
    let rows = [packed(params)];
    let due = 0;
    let call: number[] = [];
    let event: Event | undefined = { name: "begin" };
    let response: Response | undefined;
    let out = new AbortController();
    const added: Outcome[] = [];
    while (event) {
      const { name, reply }: Event = event;
      event = undefined;
      const [told, request, kept] = steady((glue) => {
        const [token, ...shared] = client;
        const numbers = Float64Array.of(
          Date.now(),
          options.timeout ?? NaN,
          first,
          most,
          ...shared,
          ...call,
        );
        return glue.clientStep(
          plain,
          secrets.now,
          [goal, name, token, operation].join("\x01"),
          numbers,
          rows[due] ?? "",
          reply,
        ) as Stepped;
      });
      let effects: Effect[];
      [client, call, ...effects] = told;
      for (const effect of effects) {
        switch (effect[0]) {
          case "keep":
            rows = kept ?? rows;
            break;
          case "go":
            due = effect[1];
            event = { name: "go" };
            break;
          case "park":
            await parked.wait(effect[1]);
            event = { name: "go" };
            break;
          case "sign":
            event = { name: "signed", reply: await jwt(...effect[1]) };
            break;
          case "renew":
            try {
              await secrets.renew(effect[1]);
            } catch (error) {
              // Nothing rests on what is not kept: the next call signs in, and says so again.
              client = [""];
              parked.deny(error as Error);
              throw error;
            }
            break;
          case "tell":
            parked.tell();
            break;
          case "sleep":
            await sleep(effect[1], signal);
            break;
          case "fetch":
          case "head": {
            const whole = effect[0] === "fetch";
            out = new AbortController();
            event = await answered(effect[1], out, async () => {
              response = await send(request as Request, {
                timeout: 0,
                signal: out.signal,
                ...fetching,
              });
              return whole
                ? { name: "reply", reply: await plainReply(response) }
                : { name: "head", reply: headOf(response) };
            });
            break;
          }
          case "read":
            event = await answered(effect[1], out, async () => ({
              name: "reply",
              reply: await plainReply(response as Response),
            }));
            break;
          case "progress":
            progress?.({ state: effect[3], asked: effect[1], wait: effect[2] });
            break;
          case "add":
            added.push(...Array<Outcome[]>(effect[1]).fill(effect[2]).flat());
            break;
          case "batch":
            yield gift({ kind: "batch", results: added });
            break;
          case "give":
          case "records":
          case "files":
            yield gift(effect[1]);
            break;
          case "stream":
            yield gift(
              flowing(
                response?.body ?? (new Response("").body as ReadableStream<Uint8Array>),
                effect[1],
              ),
            );
            break;
          case "deny":
            parked.deny(failed(effect[1]));
            throw failed(effect[1]);
          case "fail":
            throw failed(effect[1]);
        }
      }
    }
  };
}
