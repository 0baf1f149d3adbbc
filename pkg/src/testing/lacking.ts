/**
 * What the page of a test lacks: Jest's jsdom has no `fetch`, no `TextEncoder` and nothing beside them, though Node around it does;
 * happy-dom's forms do not know themselves where a method is taken from their prototype. Nothing is put in the place of what is there.
 */

/** What Node has for a page, and Jest keeps from it. Signals stay jsdom's own: its listeners take no others. */
const HOSTS = [
  "TextEncoder",
  "TextDecoder",
  "ReadableStream",
  "Headers",
  "Response",
  "Request",
  "fetch",
] as const;

interface Host {
  process?: { getBuiltinModule?(name: string): { runInThisContext(code: string): unknown } };
}

/** Takes from Node what is missing here. */
function take(): void {
  const missing = HOSTS.filter((name) => !(name in globalThis));
  const { process } = globalThis as Host;
  if (missing.length === 0 || !process?.getBuiltinModule) return;
  const node = process.getBuiltinModule("node:vm").runInThisContext("globalThis") as object;
  for (const name of missing) Reflect.set(globalThis, name, Reflect.get(node, name));
}

/** What is called on a form's prototype. */
const METHODS = [
  "checkValidity",
  "dispatchEvent",
  "reportValidity",
  "requestSubmit",
  "reset",
  "submit",
] as const;

/** happy-dom hands out a stand-in for each form, whose private parts only the form itself reaches. */
function know(): void {
  if (!("happyDOM" in globalThis)) return;
  const SELF = Symbol("the form behind its stand-in");
  const form = HTMLFormElement.prototype;
  if (Object.getOwnPropertySymbols(form).some((symbol) => symbol.description === SELF.description))
    return;
  Object.defineProperty(form, SELF, {
    get(this: HTMLFormElement) {
      return this;
    },
  });
  const behind = (one: HTMLFormElement): HTMLFormElement => Reflect.get(one, SELF);
  for (const name of METHODS) {
    const own = Reflect.get(form, name) as (...given: unknown[]) => unknown;
    Reflect.set(form, name, function (this: HTMLFormElement, ...given: unknown[]) {
      return own.apply(behind(this), given);
    });
  }
  // Without a button it names the form itself as what was pressed, and then does not take that for one of its own.
  form.requestSubmit = function (submitter = null) {
    if (!this.noValidate && !this.reportValidity()) return;
    const event = new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter });
    if (this.dispatchEvent(event)) this.submit();
  };
}

take();
know();
