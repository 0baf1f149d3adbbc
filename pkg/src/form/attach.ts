import { form as makeForm, load } from "../entry/page.js";
import { FieldpostError } from "../core/errors.js";
import { Said } from "../core/said.gen.js";
import type { Form, Issue, Outcome, RelayForm, Report } from "../core/types.js";
import { OWN } from "../core/wire.gen.js";
import { controlsOf, elementsOf, labelOf, nameOf, unhidden, type Control } from "./controls.js";
import {
  arrive,
  envelope,
  KEEPALIVE_BYTES,
  newKey,
  post,
  relayForm,
  typed,
  visitor,
} from "./lead.js";
import { board as makeBoard, set } from "./messages.js";
import { drain, drop, final, keep, tellers, unwait, wait } from "./outbox.js";
import { formatPhone, release } from "./phone.js";
import { fill, speaker, texts, type Messages } from "./texts.js";
import { untranslate } from "./translation.js";

export type { Messages, Words } from "./texts.js";

/** `saved`: the relay could not be reached, and the lead waits in this browser. */
export type State = "idle" | "checking" | "busy" | "saved" | "done" | "failed";

export interface AttachOptions {
  /**
   * The form's own words, by code: for what attach says (`texts`) and for issues (`email.at`). A table under a
   * field's name holds that field's words. Or a function of code and issue, which may leave some to others.
   */
  messages?: Messages;
  /** The words of a language, asked after the form's own. */
  language?: Messages;
  /** A check of your own at submit, after ours; an issue of severity `error` stops the lead. */
  check?: (values: FormData) => readonly Issue[] | Promise<readonly Issue[]>;
}

/** What `fieldpost:submit` carries: names, never values. */
export interface SubmitDetail {
  fields: readonly string[];
  /** Whether every consent of the form is given; without it nothing but the fields may travel. */
  consented: boolean;
  /** Lets `_fp_` and a name travel with the lead. */
  set(name: string, value: string): void;
  /** Holds the lead back until the promise settles. */
  wait(promise: Promise<unknown>): void;
}

export interface Attachment {
  readonly form: HTMLFormElement;
  readonly state: State;
  /** Starts getting ready now instead of at the first touch; false while the browser submits by itself. */
  ready(): Promise<boolean>;
  /** Checks the named fields, or all, and shows what is wrong with them; true when nothing stops the lead. */
  check(names?: readonly string[]): boolean;
  /** Gives the form back to the browser as it was; a lead under way still goes out. */
  detach(): void;
}

/** A token that ends this soon is renewed before the lead goes out. */
const TOKEN_MARGIN = 30_000;

const attachments = new WeakMap<HTMLFormElement, Attachment>();

/**
 * Enhances the owner's own form: checks while it is filled, sends without leaving the page, tells the truth about it.
 * Until the rules, the token and the wasm are there, and whenever one of them fails, the browser submits natively.
 */
export function attach(element: HTMLFormElement, options: AttachOptions = {}): Attachment {
  const known = attachments.get(element);
  if (known) return known;

  const form = unhidden(element);
  arrive();
  const speak = speaker(options.messages, options.language);
  const board = makeBoard(form, speak);
  const life = new AbortController();
  const noValidate = form.getAttribute("novalidate");
  // React 19 puts a script where `action` is a function, runs that and empties the form.
  const isScript = /^javascript:/.test(form.action);
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
  /** Leaving now would lose the lead. */
  let unsafe = false;
  /** Takes back what the thanks changed. */
  let unthank = (): void => {};

  const enter = (next: State): void => {
    state = next;
    // Only who says that it is saved shows what becomes of it.
    unwait(key);
    form.dataset.fieldpostState = next;
    // The button stays a button: one that is disabled loses the focus, and the lock is ours anyway.
    set(form, "aria-busy", next === "busy" ? "true" : null);
  };

  const emit = (name: string, detail: object = {}, cancelable = false): boolean =>
    form.dispatchEvent(new CustomEvent(`fieldpost:${name}`, { detail, cancelable, bubbles: true }));

  const prepare = (): Promise<void> =>
    (pending ??= Promise.all([relayForm(form.action), load()])
      .then(async ([answer]) => {
        await load({ spec: answer.spec });
        const made = makeForm(answer.spec);
        if (left || life.signal.aborted) return;
        relay = answer;
        rules = made;
        set(form, "novalidate", "");
        enter("idle");
        emit("ready");
        look();
      })
      .catch(() => {
        // Not ready is a state of its own. The next touch tries again, but a dead relay is not asked for ever.
        if (++failures < 3) pending = undefined;
      }));

  /** Our rules for the fields they know, the browser's (`pattern`, `setCustomValidity` …) for all. */
  const check = (values = new FormData(element), constraints = true): Report => {
    const report = (rules as Form).check(values);
    const issue = (field: string, code: string, message = ""): unknown =>
      report.issues.push({ field, code, severity: "error", message });
    const files = [...values]
      .filter(([, value]) => typeof value !== "string" && (value.size || value.name))
      .map(([name]) => name);
    // A field that the relay does not know is the owner's to settle: a trap for robots is one, and stays unseen. On a
    // control's own pattern the browser speaks: it has the owner's words for it.
    const silent = ({ code, field }: Issue): boolean =>
      code === "field.unknown" ||
      files.includes(field) ||
      (code === "value.pattern" &&
        controlsOf(form, field).some((control) => control.hasAttribute("pattern")));
    report.issues = report.issues.filter((issue) => !silent(issue));
    for (const name of new Set(files)) issue(name, "file.unsupported");
    for (const control of constraints ? elementsOf(form) : []) {
      const name = nameOf(control);
      if (
        !control.matches(":invalid") ||
        control.matches("fieldset") ||
        report.issues.some((one) => one.field === name && stops(one))
      )
        continue;
      // On what an e-mail or a URL is, the browser has no say where we have a rule.
      if (control.validity?.typeMismatch && relay?.spec.fields[name]) continue;
      issue(name, "browser.invalid", control.validationMessage);
    }
    return report;
  };

  const label = (name: string): string =>
    relay?.spec.fields[name]?.label ?? (labelOf(controlsOf(form, name)) || name);

  /** Shows the issues of the named fields, and sums up. */
  const show = (names: Iterable<string>, issues: readonly Issue[]): void => {
    // No message and no suggestion: both may end up in an analytics tool. First, so that a hidden step can come forth.
    if (issues[0])
      emit("issues", {
        issues: issues.map(({ field, code, severity }) => ({ field, code, severity })),
      });
    const rest: Issue[] = [];
    for (const name of names) {
      // What came twice is the owner's to settle.
      const own = issues.filter((issue) => issue.field === name && issue.code !== "value.twice");
      if (!board.show(name, own)) rest.push(...own.filter(stops));
    }
    const fields = board.shown().map(label).join(", ");
    // What has no place of its own names its field here.
    const others = rest.map(
      (issue) => (issue.field && `${label(issue.field)}: `) + speak(issue.code, issue),
    );
    board.say([fields && fill(speak("check"), fields), ...others].filter(Boolean).join(" "));
  };

  /** Looks at the changed fields, unless a pointer is down: a message would move the button away from under it. */
  const look = (): void => {
    if (!rules || pressed || !due.size) return;
    const { issues } = check();
    show(
      due,
      issues.filter((issue) => due.has(issue.field)),
    );
    due.clear();
  };

  /** Shows all issues; true, and the focus on the first wrong field, when they stop the lead. */
  const stopped = (issues: readonly Issue[]): boolean => {
    due.clear();
    board.clear();
    show(new Set(issues.map((issue) => issue.field)), issues);
    const wrong = issues.filter(stops).map((issue) => issue.field);
    elementsOf(form)
      .find(
        (control) =>
          wrong.includes(nameOf(control)) && controlsOf(form, nameOf(control)).includes(control),
      )
      ?.focus();
    return wrong[0] != null;
  };

  const submit = async (event: SubmitEvent): Promise<void> => {
    const submitter = event.submitter as HTMLButtonElement | null;
    // What only closes a dialog sends nothing.
    if (event.defaultPrevented || (submitter?.formMethod || form.method) === "dialog") return;
    left = !isScript && (!rules || !relay || !!submitter?.hasAttribute("formaction"));
    if (left) return;
    event.preventDefault();
    if (!relay) {
      say("failed", "retry");
      return;
    }
    if (state === "checking" || state === "busy") return;

    enter("checking");
    let outcome: Outcome = { kind: "unknown", why: "" };
    let kept: ReturnType<typeof keep> | undefined;
    try {
      const values = new FormData(element, submitter);
      const report = check(values, !submitter?.formNoValidate);
      const own = (await options.check?.(values)) ?? [];
      const consented = agreed(relay, report);
      const more: Record<string, string> = consented ? visitor() : {};
      const waits: Promise<unknown>[] = [];
      const detail: SubmitDetail = {
        fields: [...new Set(values.keys())],
        consented,
        set: (name, value) => (more[OWN + name] = value),
        wait: (promise) => waits.push(promise),
      };
      if (stopped([...report.issues, ...own]) || !emit("submit", detail, true)) {
        enter("idle");
        return;
      }
      board.say(speak("busy"));
      enter("busy");
      if (waits[0]) await Promise.allSettled(waits);
      // An expired token is worse than none; without one the relay decides by other signs.
      if (relay.expires < Date.now() + TOKEN_MARGIN) {
        const last = relay;
        relay = await relayForm(form.action).catch(() => ({ ...last, token: "" }));
      }
      const body = typed(values);
      if (`${body}` !== keyed) key = newKey();
      keyed = `${body}`;
      // What extensions and the page itself put there travels along, below what is known for certain.
      for (const [name, value] of values)
        if (name.startsWith(OWN) && typeof value === "string") body.set(name, value);
      for (const [name, value] of Object.entries({ ...more, ...envelope(key, relay.token) }))
        body.set(name, value);
      const keepalive = (unsafe = `${body}`.length > KEEPALIVE_BYTES) === false;
      // Both at once: the visitor may be gone with the next click.
      const answer = post(form.action, body, keepalive);
      kept = keep(relay.sealKey, key, form.action, `${body}`);
      void kept.then((safe) => (unsafe &&= !safe));
      outcome = await answer;
    } catch {
      if (!kept) {
        // Something of ours or the owner's broke before anything was sent: the browser does it, now and from here on.
        rules = undefined;
        enter("idle");
        // Not while the first submit is being told of: that would be none.
        setTimeout(() => form.requestSubmit());
        return;
      }
    }
    const sent = key;
    const release = final(outcome) ? void kept?.then(() => drop(sent)) : await kept;
    if (release) {
      release();
      say("saved", "saved");
      wait(sent, (later) => state === "saved" && finish(later));
      // Given back meanwhile, it has nobody to show it to.
      if ((state as State) !== "saved") unwait(sent);
    } else finish(outcome);
    unsafe = false;
  };

  /** What became of it, once; a lead that outlived the attachment has nobody to tell. */
  const say = (next: State, kind: keyof typeof texts): void => {
    if (life.signal.aborted) return;
    // Before anything is said: screen readers pass over what speaks inside a busy form.
    enter(next);
    board.say(speak(kind));
    emit(next, { state: kind });
  };

  const finish = (outcome: Outcome): void => {
    if (life.signal.aborted) return;
    const { kind } = outcome;
    if (kind === "stored" || kind === "queued") {
      done(kind);
      return;
    }
    let issues: readonly Issue[] = [];
    if (kind === "refused") {
      keyed = "";
      ({ issues } = outcome);
    }
    enter("idle");
    if (stopped(issues)) emit("refused");
    else say("failed", kind in texts ? (kind as keyof typeof texts) : "unknown");
  };

  const done = (kind: "stored" | "queued"): void => {
    keyed = "";
    // The token is spent.
    if (relay) relay.expires = 0;
    form.reset();
    const thanks = nearest(form);
    if (thanks) {
      enter("done");
      const parts = [...thanks.querySelectorAll<HTMLElement>("[data-fieldpost-when]")];
      const before = [form, thanks, ...parts].map(
        (part) => [part, part.getAttribute("hidden")] as const,
      );
      const index = thanks.getAttribute("tabindex");
      unthank = () => {
        for (const [part, hidden] of before) set(part, "hidden", hidden);
        set(thanks, "tabindex", index);
      };
      for (const part of parts) part.hidden = part.dataset.fieldpostWhen !== kind;
      if (!form.contains(thanks)) set(form, "hidden", "");
      thanks.hidden = false;
      thanks.tabIndex = -1;
      thanks.focus();
      emit("done", { state: kind });
    } else say("done", kind);
  };

  const listen = (
    target: EventTarget,
    type: string,
    listener: (event: Event, name: string) => unknown,
  ): void =>
    target.addEventListener(
      type,
      (event) => {
        const control = event.target as Control;
        const itself = target === window || control === (element as Element);
        if (itself || elementsOf(form).includes(control))
          listener(event, itself ? "" : nameOf(control));
      },
      { signal: life.signal },
    );

  // What the browser sends by itself, and whatever reads the form: the choice is what it was before it was translated.
  listen(form, "formdata", (event) =>
    untranslate(form, relay?.spec.fields, (event as FormDataEvent).formData),
  );
  listen(root, "focusin", prepare);
  listen(root, "change", (_, name) => {
    due.add(name);
    look();
  });
  listen(root, "input", (event, name) => {
    const control = event.target as Control;
    // What waits is no longer what stands here.
    if (state === "saved") enter("idle");
    if (relay?.spec.fields[name]?.kind === "phone") formatPhone(control, event);
    if (!board.shown().includes(name)) return;
    due.add(name);
    look();
  });
  listen(window, "pointerdown", () => (pressed = true));
  // The click comes after the release.
  const released = (): void => {
    pressed = false;
    setTimeout(look);
  };
  listen(window, "pointerup", released);
  listen(window, "pointercancel", released);
  listen(window, "online", () => {
    failures = 0;
    void prepare().then(drain);
  });
  // Back from where a native submit led to.
  listen(window, "pageshow", (event) => (left &&= !(event as PageTransitionEvent).persisted));
  listen(window, "beforeunload", (event) => unsafe && event.preventDefault());
  listen(form, "reset", () => {
    due.clear();
    board.clear();
    board.say("");
    board.lost("");
    if (state !== "busy") enter("idle");
  });
  listen(form, "submit", submit as (event: Event) => unknown);
  if (isScript) reportError(new FieldpostError("form.action", Said.FORM_ACTION));
  untranslate(form);
  tellers.set(form.action, (saved) =>
    board.lost(fill(speak("lost"), new Date(saved).toLocaleString())),
  );
  (window.requestIdleCallback ?? setTimeout)(() => {
    void prepare();
    // What waits does not need this form to be ready, and who waits for word of it does not either.
    void drain();
  });

  const attachment: Attachment = {
    form: element,
    get state() {
      return state;
    },
    ready: () => prepare().then(() => !!rules),
    check(names) {
      if (!rules) return form.checkValidity();
      const { issues } = check();
      return !stopped(names ? issues.filter(({ field }) => names.includes(field)) : issues);
    },
    detach() {
      life.abort();
      attachments.delete(element);
      tellers.delete(form.action);
      elementsOf(form).forEach(release);
      enter("idle");
      board.remove();
      unthank();
      set(form, "novalidate", noValidate);
      delete form.dataset.fieldpostState;
    },
  };
  attachments.set(element, attachment);
  return attachment;
}

const stops = (issue: Issue): boolean => issue.severity === "error";

function agreed(relay: RelayForm, report: Report): boolean {
  const asked = Object.entries(relay.spec.fields).filter(([, field]) => field.kind === "consent");
  return !!asked[0] && asked.every(([name]) => report.values[name]);
}

/** The thanks of this form, where the page has several: in it, else in the nearest part of the page around it. */
function nearest(form: HTMLFormElement): HTMLElement | null {
  let found: HTMLElement | null = null;
  for (let around: ParentNode | null = form; around && !found; around = around.parentNode)
    found = around.querySelector("[data-fieldpost-done]");
  return found;
}
