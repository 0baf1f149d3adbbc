import { shows } from "./showing.js";
import { fill, type Messages, speaker, texts } from "./texts.js";
import { form as makeForm } from "../core/core.js";
import { loading } from "../core/load.js";
import { elementsOf, unhidden } from "./controls.js";
import { FieldpostError } from "../core/errors.js";
import { agreed, type Fields, judge } from "./judging.js";
import { board as makeBoard, set } from "./messages.js";
import { fetchSecond, second } from "./later.js";
import { arrive, final, KEEPALIVE_BYTES, newKey, post, relayForm, tellers, typed } from "./lead.js";
import { announce } from "./submission.js";
import { tell } from "./telling.js";
import { listens } from "./listening.js";
import { thank } from "./thanks.js";
import { untranslate } from "./translation.js";
import { Said } from "../core/said.gen.js";
import type { Form, Issue, Outcome, RelayForm, Report } from "../core/types.js";

export type { SubmitDetail } from "./submission.js";
export type { Messages, Words } from "./texts.js";

/** `saved`: the relay could not be reached, and the lead waits in this browser. */
export type State = "idle" | "checking" | "busy" | "saved" | "done" | "failed";

/** What a form may be told. */
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
  /** Gets the module: `() => load(fetch(url))`. `fieldpost/form` has its own, `fieldpost/form/slim` asks for it. */
  load?: () => Promise<void>;
}

/** A form that checks itself and sends. */
export interface Attachment {
  /** The form. */
  readonly form: HTMLFormElement;
  /** What it is doing; also `data-fieldpost-state` on the form. */
  readonly state: State;
  /**
   * Starts getting ready now instead of at the first touch; false while the browser submits by itself.
   *
   * @returns Whether it is ready.
   * @example
   * if (await attachment.ready()) show();
   */
  ready(): Promise<boolean>;
  /**
   * Checks the named fields, or all, and shows what is wrong with them; true when nothing stops the lead.
   *
   * @param names - The fields to look at; all where none are named.
   * @returns Whether nothing stops the lead.
   * @example
   * if (attachment.check(["email"])) next();
   */
  check(names?: readonly string[]): boolean;
  /**
   * Gives the form back to the browser as it was; a lead under way still goes out.
   *
   * @example
   * attachment.detach();
   */
  detach(): void;
}

/** Sends what waits. */
const drain = (): Promise<void> =>
  fetchSecond().then(
    (outbox) => outbox.drain(),
    // Not there: then the next visit does.
    () => undefined,
  );

/** A loader that has loaded nothing. */
const unloaded = (): never => {
  throw new FieldpostError("wasm.source", Said.WASM_SOURCE);
};

/** A token that ends this soon is renewed before the lead goes out. */
const TOKEN_MARGIN = 30_000;

/** Nobody waits longer for one: without it the relay decides by other signs, and the lead is not on the disk yet. */
const TOKEN_PATIENCE = 5_000;

const attachments = new WeakMap<HTMLFormElement, Attachment>();

/** Attaches to a form, with the module that a build brings: see `page.ts`. */
export function attachBy(
  load: () => Promise<void>,
  element: HTMLFormElement,
  options: AttachOptions,
): Attachment {
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
  const root = form.getRootNode();

  let state: State = "idle";
  let relay: RelayForm | undefined;
  /** The outbox; the form is ready only with it. */
  let outbox: Awaited<ReturnType<typeof fetchSecond>>;
  let rules: Form;
  let pending: Promise<void> | undefined;
  let failures = 0;
  /** The browser has taken a submit, so a late enhancement must not send it a second time. */
  let left = false;
  /** Fields that were changed and not looked at yet. */
  const due = new Set<string>();
  /** What the key stands for; other values are another lead and get another key. */
  let key = "";
  let keyed = "";
  /** Leaving now would lose the lead. */
  let unsafe = false;
  /** Takes back what the thanks changed. */
  let unthank: (() => void) | undefined;

  const enter = (next: State): void => {
    state = next;
    // Only who says that it is saved shows what becomes of it.
    second?.unwait(key);
    form.dataset.fieldpostState = next;
    // The button stays a button: one that is disabled loses the focus, and the lock is ours anyway.
    set(form, "aria-busy", next === "busy" ? "true" : null);
  };

  /** Goes by these rules from here on; the form is ready with the first of them. */
  const take = async (answer: RelayForm): Promise<void> => {
    await load();
    // The module is there: this is for what the form's rules need beside it.
    await loading(unloaded, { spec: answer.spec });
    rules = makeForm(answer.spec);
    if (left || life.signal.aborted) return;
    const isNew = !relay;
    relay = answer;
    if (!isNew) return;
    set(form, "novalidate", "");
    enter("idle");
    tell(form, "ready");
    lookNow();
  };

  const prepare = (): Promise<void> =>
    (pending ??= Promise.all([
      relayForm(form.action),
      // What ships with the page holds until the relay answers, and where it does not.
      fetchSecond().then(async (module) => {
        outbox = module;
        const own = await module.shipped(form);
        if (own && !relay) await take(own);
      }),
      // In a task of its own, so that the page is not held by all of them at once.
      new Promise((resolve) => setTimeout(resolve)).then(load),
    ])
      .then(([answer]) => take(answer))
      .catch(() => {
        // Not ready is a state of its own. The next touch tries again, but a dead relay is not asked for ever.
        if (++failures < 3) pending = undefined;
      }));

  const fields = (): Fields | undefined => relay?.spec.fields;
  const check = (values = new FormData(element), constraints = true): Report =>
    judge(form, rules, fields(), values, constraints);
  const [show, stopped] = shows(form, board, speak, fields, due);

  /** Looks at the changed fields. */
  const look = (): void => {
    if (!relay || !due.size) return;
    show(
      due,
      check().issues.filter(({ field }) => due.has(field)),
    );
    due.clear();
  };

  const submit = async (event: SubmitEvent): Promise<void> => {
    const submitter = event.submitter as HTMLButtonElement | null;
    // What only closes a dialog sends nothing.
    if (event.defaultPrevented || (submitter?.formMethod || form.method) === "dialog") return;
    left = !isScript && (!relay || !!submitter?.hasAttribute("formaction"));
    if (left) return;
    event.preventDefault();
    if (!relay) {
      say("failed", "retry");
      return;
    }
    if (state === "checking" || state === "busy") return;

    enter("checking");
    let outcome: Outcome = { kind: "unknown", why: "" };
    let kept: ReturnType<typeof outbox.keep> | undefined;
    try {
      const values = new FormData(element, submitter);
      const report = check(values, !submitter?.formNoValidate);
      const own = (await options.check?.(values)) ?? [];
      const going =
        !stopped([...report.issues, ...own]) &&
        announce(form, values, agreed(relay.spec.fields, report));
      if (!going) {
        enter("idle");
        return;
      }
      const [waits, enclose] = going;
      board.say(speak("busy"));
      enter("busy");
      await Promise.allSettled(waits);
      // An expired token is worse than none; without one the relay decides by other signs.
      if (relay.expires < Date.now() + TOKEN_MARGIN) {
        const last = relay;
        relay = await relayForm(form.action, TOKEN_PATIENCE).catch(() => ({ ...last, token: "" }));
      }
      const body = typed(values);
      if (`${body}` !== keyed) key = newKey();
      keyed = `${body}`;
      enclose(body, key, relay.token);
      unsafe = `${body}`.length > KEEPALIVE_BYTES;
      // Both at once: the visitor may be gone with the next click.
      const answer = post(form.action, body, !unsafe);
      kept = outbox.keep(relay.sealKey, key, form.action, `${body}`);
      void kept.then((safe) => (unsafe &&= !safe));
      outcome = await answer;
    } catch {
      if (!kept) {
        // Something of ours or the owner's broke before anything was sent: the browser does it, now and from here on.
        relay = undefined;
        enter("idle");
        // Not while the first submit is being told of: that would be none.
        setTimeout(() => form.requestSubmit());
        return;
      }
    }
    const sent = key;
    const release = final(outcome) ? void kept?.then(() => outbox.drop(sent)) : await kept;
    if (release) {
      release();
      say("saved", "saved");
      outbox.wait(sent, (later) => state === "saved" && finish(later));
      // Given back meanwhile, it has nobody to show it to.
      if ((state as State) !== "saved") outbox.unwait(sent);
    } else finish(outcome);
    unsafe = false;
  };

  /** What became of it, once, where the owner's thanks have not `said` it; a lead that outlived the attachment has nobody to tell. */
  const say = (next: State, kind: keyof typeof texts, said?: unknown): void => {
    if (life.signal.aborted) return;
    // Before anything is said: screen readers pass over what speaks inside a busy form.
    enter(next);
    if (!said) board.say(speak(kind));
    tell(form, next, { state: kind });
  };

  const finish = (outcome: Outcome): void => {
    if (life.signal.aborted) return;
    const { kind } = outcome;
    if (kind === "stored" || kind === "queued") {
      keyed = "";
      // The token is spent.
      if (relay) relay.expires = 0;
      form.reset();
      enter("done");
      unthank = thank(form, kind);
      say("done", kind, unthank);
      return;
    }
    const isRefused = kind === "refused";
    if (isRefused) keyed = "";
    enter("idle");
    if (stopped(isRefused ? outcome.issues : [])) tell(form, "refused");
    else say("failed", kind in texts ? (kind as keyof typeof texts) : "unknown");
  };

  const [listen, lookNow] = listens(
    element,
    form,
    root,
    life.signal,
    fields,
    board.shown,
    due,
    look,
  );
  // What the browser sends by itself, and whatever reads the form: the choice is what it was before it was translated.
  listen(form, "formdata", (event) =>
    untranslate(form, fields(), (event as FormDataEvent).formData),
  );
  listen(root, "focusin", prepare);
  // What waits is no longer what stands here.
  listen(root, "input", () => state === "saved" && enter("idle"));
  listen(window, "online", () => {
    failures = 0;
    void prepare().then(drain);
  });
  // Back from where a native submit led to.
  listen(window, "pageshow", (event) => (left &&= !(event as PageTransitionEvent).persisted));
  listen(window, "beforeunload", (event) => unsafe && event.preventDefault());
  listen(form, "reset", () => {
    stopped([]);
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
    void fetchSecond().then(
      (module) => module.showWaiting(form, speak, life.signal).catch(() => undefined),
      () => undefined,
    );
    void drain();
  });

  const attachment: Attachment = {
    form: element,
    get state() {
      return state;
    },
    ready: () => prepare().then(() => !!relay),
    check(names) {
      if (!relay) return form.checkValidity();
      return !stopped(check().issues.filter(({ field }) => !names || names.includes(field)));
    },
    detach() {
      life.abort();
      attachments.delete(element);
      tellers.delete(form.action);
      if (second) elementsOf(form).forEach(second.release);
      enter("idle");
      board.remove();
      unthank?.();
      set(form, "novalidate", noValidate);
      delete form.dataset.fieldpostState;
    },
  };
  attachments.set(element, attachment);
  return attachment;
}
