import { OWN } from "../core/wire.gen.js";
import { envelope, visitor } from "./lead.js";
import { tell } from "./telling.js";

/** What `fieldpost:submit` carries: names, never values. */
export interface SubmitDetail {
  /** The fields that are sent. */
  fields: readonly string[];
  /** Whether every consent of the form is given; without it nothing but the fields may travel. */
  consented: boolean;
  /**
   * Lets `_fp_` and a name travel with the lead.
   *
   * @param name - The name that goes with the lead.
   * @param value - What goes there.
   * @example
   * addEventListener("fieldpost:submit", ({ detail }) => detail.set("campaign", "spring"));
   */
  set(name: string, value: string): void;
  /**
   * Holds the lead back until the promise settles.
   *
   * @param promise - What has to be done first.
   * @example
   * detail.wait(token().then((value) => detail.set("token", value)));
   */
  wait(promise: Promise<unknown>): void;
}

/** Puts beside the fields of a lead what travels with them. */
type Enclose = (body: URLSearchParams, key: string, token: string) => void;

/** Tells the page of a lead that is about to go: what it waits for, and what travels with it; nothing where the page stops it. */
export function announce(
  form: HTMLFormElement,
  values: FormData,
  consented: boolean,
): [waits: readonly Promise<unknown>[], enclose: Enclose] | false {
  const more: Record<string, string> = consented ? visitor() : {};
  const waits: Promise<unknown>[] = [];
  const detail: SubmitDetail = {
    fields: [...new Set(values.keys())],
    consented,
    set: (name, value) => (more[OWN + name] = value),
    wait: (promise) => waits.push(promise),
  };
  return (
    tell(form, "submit", detail, true) && [
      waits,
      (body, key, token) => {
        // What the page itself and extensions put there, below what is known for certain.
        for (const [name, value] of values)
          if (name.startsWith(OWN) && typeof value === "string") body.set(name, value);
        for (const [name, value] of Object.entries({ ...more, ...envelope(key, token) }))
          body.set(name, value);
      },
    ]
  );
}
