import { useCallback, useEffect, useRef, useState } from "react";
import type { Attachment, AttachOptions, State } from "../form/attach.js";
import { attach } from "../form/page.js";

/** A form in React. */
export interface FieldpostForm {
  /** For the form: `<form ref={ref} action="…" method="post">`. */
  ref: (form: HTMLFormElement | null) => void;
  /** What the form is doing. */
  state: State;
  /** The attachment, once the form is there. */
  attachment: Attachment | null;
}

/**
 * Attaches a form while its component is mounted: `const { ref, state } = useFieldpost()`. On the server it does
 * nothing. The options of the first rendering count.
 *
 * @param options - As `attach` takes them; those of the first rendering count.
 * @returns The form's `ref`, its state, and the attachment.
 * @example
 * const { ref, state } = useFieldpost();
 * return <form ref={ref} action={relay} method="post">…</form>;
 */
export function useFieldpost(options?: AttachOptions): FieldpostForm {
  const [form, setForm] = useState<HTMLFormElement | null>(null);
  const [attachment, setAttachment] = useState<Attachment | null>(null);
  const [state, setState] = useState<State>("idle");
  const first = useRef(options);
  useEffect(() => {
    if (!form) return undefined;
    const made = attach(form, first.current);
    setAttachment(made);
    // The state is an attribute of the form, so nothing of React can miss a change.
    const watch = new MutationObserver(() => setState(made.state));
    watch.observe(form, { attributeFilter: ["data-fieldpost-state"] });
    return () => {
      watch.disconnect();
      made.detach();
      setAttachment(null);
      setState("idle");
    };
  }, [form]);
  return {
    ref: useCallback((element: HTMLFormElement | null) => setForm(element), []),
    state,
    attachment,
  };
}
