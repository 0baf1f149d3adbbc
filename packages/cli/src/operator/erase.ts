import { EXIT, Ended } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { askValue, operatorOf } from "./relay.js";

export interface EraseOptions {
  relay?: string;
  email?: string;
  phone?: string;
}

/** `fieldpost erase`: takes a person out of outboxes, review and dead letters. */
export async function erase(options: EraseOptions, terminal: Terminal): Promise<void> {
  const isSaid = options.email !== undefined || options.phone !== undefined;
  const email = isSaid ? options.email : await askValue("Their e-mail (empty for none)", terminal);
  const phone = isSaid ? options.phone : await askValue("Their phone (empty for none)", terminal);
  if (!email && !phone)
    throw new Ended(EXIT.usage, "erase.which", "Say whom: --email, --phone, or both.");
  const operator = await operatorOf(options.relay, terminal);
  const answer = operator.ask("erase", {
    body: { ...(email && { email }), ...(phone && { phone }) },
    values: true,
  });
  const told = (await (await terminal.progress("erasing", answer)).json()) as {
    erased?: number;
    out?: number;
  };
  const { erased = 0, out = 0 } = told;
  terminal.result(
    told,
    `${erased} erased${out ? `; ${out} had left for a system already: erase them there, too` : ""}`,
  );
}
