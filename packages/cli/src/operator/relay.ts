import { text } from "@clack/prompts";
import { EXIT, Ended } from "../exit.js";
import { HOST, LOCAL } from "../project/local.js";
import { findProject, type Project, shippedOf } from "../project/project.js";
import { answered, askSecret, screen } from "../questions.js";
import type { Terminal } from "../terminal.js";
import { REFUSALS } from "./codes.gen.js";

/** A relay as an operator speaks with it. */
export interface Operator {
  readonly relay: string;
  /** Asks it; whatever it refuses is an end with its own code. With `values` the second key goes along. */
  ask(path: string, init?: { body?: object; values?: boolean }): Promise<Response>;
}

/** Finds the relay and the keys: never in an argument, which other programs of this machine can read. */
export async function operatorOf(given: string | undefined, terminal: Terminal): Promise<Operator> {
  const project = projectHere();
  const relay = relayOf(given, project);
  const isLocal = [HOST, "localhost"].includes(new URL(relay).hostname);
  const keys = new Map<string, string>();
  const key = async (name: string): Promise<string> => {
    const found =
      keys.get(name) ??
      process.env[name] ??
      (isLocal ? project?.vars[name] : undefined) ??
      (await asked(name, terminal));
    keys.set(name, found);
    return found;
  };
  return {
    relay,
    async ask(path, { body, values = false } = {}) {
      const headers = {
        authorization: `Bearer ${await key("OPERATOR_KEY")}`,
        ...(values && { "fieldpost-value-key": await key("VALUE_KEY") }),
        ...(body && { "content-type": "application/json" }),
      };
      const response = await fetch(`${relay}/operator/${path}`, {
        method: body ? "POST" : "GET",
        headers,
        ...(body && { body: JSON.stringify(body) }),
        // Keys go nowhere but to the address that was said.
        redirect: "manual",
      }).catch((cause: Error) => {
        throw new Ended(
          EXIT.failed,
          "relay.away",
          `${relay} cannot be reached (${reasonOf(cause)}): does it run there?`,
          { cause },
        );
      });
      if (response.ok && !isPage(response)) return response;
      throw await refusal(relay, response);
    },
  };
}

/** What the network says of a call that did not arrive. */
function reasonOf(error: Error): string {
  const { code, message } = (error.cause ?? error) as { code?: string; message: string };
  return code ?? message;
}

/** An operator's call is never answered with one: something else than a relay has. */
const isPage = ({ headers }: Response): boolean => !!headers.get("content-type")?.includes("html");

/** Of these the name to mend is the command line's own. */
const KEYS: Readonly<Record<string, string>> = {
  "operator.key": "The relay does not know this operator's key (OPERATOR_KEY).",
  "value.key": "The relay does not know this key for values (VALUE_KEY).",
  not_found: "It has no operator's interface: its options have no operatorKey, or it is no relay.",
};

async function refusal(relay: string, response: Response): Promise<Ended> {
  const to = response.headers.get("location");
  if (to !== null && response.status < 400)
    return new Ended(
      EXIT.failed,
      "relay.moved",
      `${relay} leads on to ${new URL(to, relay).origin}: name that relay, if it is yours.`,
    );
  const said = (await response.json().catch(() => undefined)) as { code?: string } | undefined;
  const code = said?.code;
  if (!code)
    return new Ended(
      EXIT.failed,
      "relay.none",
      `${relay} answers ${response.status}, and not as a relay does: compare the address.`,
    );
  const sentence = KEYS[code] ?? REFUSALS[code];
  return new Ended(EXIT.failed, code, sentence ?? `${relay} answers ${response.status} (${code}).`);
}

async function asked(name: string, terminal: Terminal): Promise<string> {
  if (!terminal.canAsk)
    throw new Ended(EXIT.usage, "key.missing", `Set ${name}: nobody is there to be asked for it.`);
  return askSecret(name);
}

/** An answer that a visitor's value is in: from an option, or asked for. */
export async function askValue(message: string, terminal: Terminal): Promise<string> {
  if (!terminal.canAsk) return "";
  return answered(text({ message, defaultValue: "", output: screen() }));
}

function projectHere(): Project | undefined {
  try {
    return findProject();
  } catch {
    // An operator needs none.
    return undefined;
  }
}

function relayOf(given: string | undefined, project: Project | undefined): string {
  const text =
    given ??
    process.env["FIELDPOST_RELAY"] ??
    (project && (shippedOf(project)?.relay ?? LOCAL.relay));
  if (!text || !URL.canParse(text))
    throw new Ended(
      EXIT.usage,
      "relay.which",
      "Say which relay: --relay https://leads.example.com, or FIELDPOST_RELAY.",
    );
  const url = new URL(text);
  // Keys and values go there.
  if (url.protocol !== "https:" && ![HOST, "localhost"].includes(url.hostname))
    throw new Ended(EXIT.usage, "relay.https", "Keys go to a relay over https alone.");
  return url.origin;
}
