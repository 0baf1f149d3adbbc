import { password, text } from "@clack/prompts";
import { isCancel } from "@clack/prompts";
import { EXIT, Ended } from "../exit.js";
import { HOST, LOCAL } from "../project/local.js";
import { findProject, type Project, shippedOf } from "../project/project.js";
import type { Terminal } from "../terminal.js";

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
      }).catch((cause: Error) => {
        throw new Ended(EXIT.failed, "relay.away", `${relay} cannot be reached.`, { cause });
      });
      if (response.ok) return response;
      const { code = String(response.status) } = (await response.json().catch(() => ({}))) as {
        code?: string;
      };
      throw new Ended(
        EXIT.failed,
        code,
        REFUSALS[code] ?? `${relay} answers ${response.status} (${code}).`,
      );
    },
  };
}

const REFUSALS: Readonly<Record<string, string>> = {
  "operator.key": "The relay does not know this operator's key (OPERATOR_KEY).",
  "value.key": "The relay does not know this key for values (VALUE_KEY).",
};

async function asked(name: string, terminal: Terminal): Promise<string> {
  if (!terminal.canAsk)
    throw new Ended(EXIT.usage, "key.missing", `Set ${name}: nobody is there to be asked for it.`);
  const typed = await password({ message: name, output: process.stderr });
  if (isCancel(typed)) throw new Ended(EXIT.left, "left", "left by Ctrl-C");
  return typed;
}

/** An answer that a visitor's value is in: from an option, or asked for. */
export async function askValue(message: string, terminal: Terminal): Promise<string> {
  if (!terminal.canAsk) return "";
  const typed = await text({ message, defaultValue: "", output: process.stderr });
  if (isCancel(typed)) throw new Ended(EXIT.left, "left", "left by Ctrl-C");
  return typed;
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
