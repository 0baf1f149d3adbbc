import type { SubmitDetail } from "../form/attach.js";
import { unhidden } from "../form/controls.js";

/** What Cloudflare's script puts on the window. */
interface TurnstileApi {
  render(container: HTMLElement, options: Record<string, unknown>): string | undefined;
  reset(widget: string): void;
  remove(widget: string): void;
}

/** How Turnstile asks. */
export interface TurnstileOptions {
  /** The site's public key. */
  siteKey: string;
  /** Where the widget goes; default an element with `data-fieldpost-turnstile`, else before the button. */
  container?: HTMLElement;
  /** What the relay expects it to be for. */
  action?: string;
  /** How it looks. */
  theme?: "auto" | "light" | "dark";
  /** How long a submit waits for a token before it goes out without one, in ms; default 10,000. */
  patience?: number;
}

/** How often it is looked whether Cloudflare's script has come, in ms. */
const TURN = 200;

/**
 * Puts Cloudflare Turnstile into a form. The owner's page loads its script
 * (`https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit`), so that the page's policy stays the owner's.
 *
 * A token counts once and for 300 s: after each attempt and each end of a token there is a new one. A lead whose token
 * does not come goes out without: the relay takes that for a sign, never for a reason to drop it. A submit without
 * `attach` carries the token, too, as `_fp_turnstile`.
 *
 * @param element - The form.
 * @param options - The site key, and how it looks.
 * @returns What takes it back.
 * @example
 * turnstile(document.forms[0], { siteKey });
 */
export function turnstile(element: HTMLFormElement, options: TurnstileOptions): () => void {
  const form = unhidden(element);
  const life = new AbortController();
  let widget: string | undefined;
  let token = "";
  let arrived: (() => void)[] = [];
  const api = (): TurnstileApi | undefined => (window as { turnstile?: TurnstileApi }).turnstile;

  let made: HTMLElement | undefined;
  const place = (): HTMLElement => {
    const found =
      options.container ?? form.querySelector<HTMLElement>("[data-fieldpost-turnstile]");
    if (found) return found;
    made = document.createElement("div");
    const button = form.querySelector("[type=submit], button:not([type])");
    if (button) button.before(made);
    else form.append(made);
    return made;
  };

  const settle = (value: string): void => {
    token = value;
    if (!value) return;
    for (const tell of arrived) tell();
    arrived = [];
  };

  const renew = (): void => {
    token = "";
    if (widget !== undefined) api()?.reset(widget);
  };

  const render = (): void => {
    if (life.signal.aborted) return;
    const there = api();
    if (!there) {
      setTimeout(render, TURN);
      return;
    }
    widget = there.render(place(), {
      sitekey: options.siteKey,
      theme: options.theme ?? "auto",
      appearance: "interaction-only",
      ...(options.action && { action: options.action }),
      "response-field-name": "_fp_turnstile",
      "refresh-expired": "auto",
      callback: settle,
      "expired-callback": () => settle(""),
      "timeout-callback": renew,
      // Cloudflare tries again by itself; a lead does not wait for ever.
      "error-callback": () => settle(""),
    });
  };

  form.addEventListener(
    "fieldpost:submit",
    (event) => {
      const { set, wait } = (event as CustomEvent<SubmitDetail>).detail;
      if (token) {
        set("turnstile", token);
        return;
      }
      const came = new Promise<void>((resolve) => {
        arrived.push(resolve);
        setTimeout(resolve, options.patience ?? 10_000);
      });
      wait(came.then(() => token && set("turnstile", token)));
    },
    { signal: life.signal },
  );
  // Whatever became of the attempt, its token is spent.
  for (const type of ["done", "failed", "saved", "refused"])
    form.addEventListener(`fieldpost:${type}`, renew, { signal: life.signal });
  render();
  return () => {
    life.abort();
    if (widget !== undefined) api()?.remove(widget);
    made?.remove();
  };
}
