import { form as makeForm, load } from "../entry/page.js";
import type { Form, Issue, Outcome, RelayForm, Report } from "../types.js";
import { newKey, ownFields, relayForm, sendLead } from "./lead.js";
import { controlsOf, messages, type Control } from "./messages.js";
import { fill, sentence, texts, type Texts } from "./texts.js";

export type State = "idle" | "checking" | "busy" | "done" | "failed";

export interface AttachOptions {
  /** Other words for what attach says, and for issues by their code. */
  messages?: Readonly<Record<string, string>>;
  /** A check of your own at submit, after ours; an issue of severity `error` stops the lead. */
  check?: (values: FormData) => readonly Issue[] | Promise<readonly Issue[]>;
}

export interface Attachment {
  readonly form: HTMLFormElement;
  readonly state: State;
  /** Starts getting ready now instead of at the first touch; false while the browser submits by itself. */
  ready(): Promise<boolean>;
  /** Gives the form back to the browser; a lead under way still goes out. */
  detach(): void;
}

/** A token that ends this soon is renewed before the lead goes out. */
const TOKEN_MARGIN = 30_000;

const attachments = new WeakMap<HTMLFormElement, Attachment>();

/**
 * Enhances the owner's own form: checks while it is filled, sends without leaving the page, tells the truth about it.
 * Until the rules, the token and the wasm are there, and whenever one of them fails, the browser submits natively.
 */
export function attach(form: HTMLFormElement, options: AttachOptions = {}): Attachment {
  const known = attachments.get(form);
  if (known) return known;

  const words: Texts = { ...texts, ...options.messages };
  const board = messages(form, words);
  const life = new AbortController();
  const { noValidate } = form;
  // A field joined by `form=` lies outside the form, so its events pass only the root of the tree.
  const root = form.getRootNode() as Document | ShadowRoot;

  let state: State = "idle";
  let relay: RelayForm | undefined;
  let rules: Form | undefined;
  let pending: Promise<void> | undefined;
  let failures = 0;
  /** The browser has taken a submit, so a late enhancement must not send it a second time. */
  let left = false;
  /** Fields that were changed and not looked at yet. */
  const due = new Set<string>();
  let pressed = false;
  /** What the key stands for; other values are another lead and get another key. */
  let key = "";
  let keyed = "";

  // Not `form.action`: a field of that name would hide it.
  const action = (): string => form.getAttribute("action") ?? "";

  const enter = (next: State): void => {
    state = next;
    form.dataset.fieldpostState = next;
    if (next === "busy") form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
  };

  const emit = (name: string, detail: object = {}, cancelable = false): boolean =>
    form.dispatchEvent(new CustomEvent(`fieldpost:${name}`, { detail, cancelable, bubbles: true }));

  const prepare = (): Promise<void> =>
    (pending ??= Promise.all([relayForm(action()), load()])
      .then(([answer]) => {
        const made = makeForm(answer.spec);
        if (left || life.signal.aborted) return;
        relay = answer;
        rules = made;
        form.noValidate = true;
        enter("idle");
        emit("ready");
        look();
      })
      .catch(() => {
        // Not ready is a state of its own. The next touch tries again, but a dead relay is not asked for ever.
        if (++failures < 3) pending = undefined;
      }));

  /** Our rules for the fields they know, the browser's (`pattern`, `setCustomValidity` …) for all. */
  const check = (values: FormData): Report => {
    const report = (rules as Form).check(values);
    // A field that the relay does not know is the owner's to settle: a trap for robots is one, and stays unseen.
    const issues = (report.issues = report.issues.filter(({ code }) => code !== "field.unknown"));
    for (const { name, willValidate, validity, validationMessage } of [...form.elements] as Control[]) {
      if (!name || !willValidate || validity.valid || issues.some((issue) => issue.field === name && stops(issue))) continue;
      // On what an e-mail or a URL is, the browser has no say where we have a rule.
      if (validity.typeMismatch && relay?.spec.fields[name]) continue;
      issues.push({ field: name, code: "browser.invalid", severity: "error", message: validationMessage });
    }
    return report;
  };

  const label = (name: string): string =>
    relay?.spec.fields[name]?.label ?? (controlsOf(form, name)[0]?.labels?.[0]?.textContent?.trim() || name);

  /** Shows the issues of the named fields, and sums up. */
  const show = (names: Iterable<string>, issues: readonly Issue[]): void => {
    const rest: Issue[] = [];
    for (const name of names) {
      const own = issues.filter((issue) => issue.field === name);
      if (!board.show(name, own)) rest.push(...own.filter(stops));
    }
    const fields = board.shown().map(label).join(", ");
    board.say([fields && fill(words.check, fields), ...rest.map((issue) => sentence(words, issue))].filter(Boolean).join(" "));
    // No message and no suggestion: both may end up in an analytics tool.
    if (issues[0]) emit("issues", { issues: issues.map(({ field, code, severity }) => ({ field, code, severity })) });
  };

  /** Looks at the changed fields, unless a pointer is down: a message would move the button away from under it. */
  const look = (): void => {
    if (!rules || pressed || !due.size) return;
    const { issues } = check(new FormData(form));
    show(due, issues.filter((issue) => due.has(issue.field)));
    due.clear();
  };

  /** Shows all issues; true, and the focus on the first wrong field, when they stop the lead. */
  const stopped = (issues: readonly Issue[]): boolean => {
    due.clear();
    board.clear();
    show(new Set(issues.map((issue) => issue.field)), issues);
    const wrong = issues.filter(stops).map((issue) => issue.field);
    if (wrong[0] == null) return false;
    ([...form.elements] as Control[]).find((control) => control.willValidate && wrong.includes(control.name))?.focus();
    return true;
  };

  const submit = async (event: SubmitEvent): Promise<void> => {
    if (event.defaultPrevented) return;
    if (!rules || !relay || event.submitter?.hasAttribute("formaction")) {
      left = true;
      return;
    }
    event.preventDefault();
    if (state === "checking" || state === "busy") return;

    enter("checking");
    let outcome: Outcome | undefined;
    let sent = false;
    try {
      const values = new FormData(form, event.submitter);
      const report = check(values);
      const own = (await options.check?.(values)) ?? [];
      if (stopped([...report.issues, ...own]) || !emit("submit", { fields: [...new Set(values.keys())] }, true)) {
        enter("idle");
        return;
      }
      enter("busy");
      board.say(words.busy);
      // An expired token is worse than none; without one the relay decides by other signs.
      if (relay.expires < Date.now() + TOKEN_MARGIN) {
        const last = relay;
        relay = await relayForm(action()).catch(() => ({ ...last, token: "" }));
      }
      const body = `${ownFields(values)}`;
      if (body !== keyed) key = newKey();
      keyed = body;
      sent = true;
      outcome = await sendLead({ action: action(), values, token: relay.token, key, consented: consented(relay, report) });
    } catch {
      if (!sent) {
        // Something of ours or the owner's broke before anything was sent: the browser does it, now and from here on.
        rules = undefined;
        enter("idle");
        HTMLFormElement.prototype.submit.call(form);
        return;
      }
    }
    finish(outcome?.kind ?? "unknown", outcome?.kind === "refused" ? outcome.issues : []);
  };

  const finish = (kind: Outcome["kind"], issues: readonly Issue[]): void => {
    // A lead that outlived the attachment has nobody to tell.
    if (life.signal.aborted) return;
    if (kind === "stored" || kind === "queued") {
      done(kind);
      return;
    }
    if (kind === "refused") keyed = "";
    // Before anything is said: screen readers pass over what speaks inside a busy form.
    enter(issues.some(stops) ? "idle" : "failed");
    if (stopped(issues)) return;
    board.say(words[kind] ?? words.unknown);
    emit("failed", { state: kind });
  };

  const done = (kind: "stored" | "queued"): void => {
    keyed = "";
    // The token is spent.
    if (relay) relay.expires = 0;
    form.reset();
    enter("done");
    const selector = "[data-fieldpost-done]";
    const thanks = form.querySelector<HTMLElement>(selector) ?? root.querySelector<HTMLElement>(selector);
    if (thanks) {
      for (const part of thanks.querySelectorAll<HTMLElement>("[data-fieldpost-when]")) {
        part.hidden = part.dataset.fieldpostWhen !== kind;
      }
      form.hidden = !form.contains(thanks);
      thanks.hidden = false;
      thanks.tabIndex = -1;
      thanks.focus();
    } else board.say(words[kind]);
    emit("done", { state: kind });
  };

  const listen = (target: EventTarget, types: string, listener: (event: Event, name: string) => void): void => {
    for (const type of types.split(" ")) {
      target.addEventListener(
        type,
        (event) => {
          const control = event.target as Control;
          if (control === (form as Element) || control.form === form || target === window) listener(event, control.name);
        },
        { signal: life.signal },
      );
    }
  };

  listen(root, "focusin", prepare);
  listen(root, "change", (_, name) => {
    due.add(name);
    look();
  });
  listen(root, "input", (_, name) => {
    if (!board.shown().includes(name)) return;
    due.add(name);
    look();
  });
  listen(window, "pointerdown", () => (pressed = true));
  // The click comes after the release.
  listen(window, "pointerup pointercancel", () => {
    pressed = false;
    setTimeout(look);
  });
  listen(form, "reset", () => {
    due.clear();
    board.clear();
    board.say("");
    if (state !== "busy") enter("idle");
  });
  listen(form, "submit", (event) => void submit(event as SubmitEvent));
  (window.requestIdleCallback ?? setTimeout)(prepare);

  const attachment: Attachment = {
    form,
    get state() {
      return state;
    },
    ready: () => prepare().then(() => !!rules),
    detach() {
      life.abort();
      attachments.delete(form);
      board.remove();
      form.noValidate = noValidate;
      form.removeAttribute("aria-busy");
      delete form.dataset.fieldpostState;
    },
  };
  attachments.set(form, attachment);
  return attachment;
}

function stops(issue: Issue): boolean {
  return issue.severity === "error";
}

function consented(relay: RelayForm, report: Report): boolean {
  const asked = Object.entries(relay.spec.fields).filter(([, field]) => field.kind === "consent");
  return asked.length > 0 && asked.every(([name]) => report.values[name]);
}
