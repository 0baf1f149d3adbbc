import { useCallback, useEffect, useRef, useState } from "react";
import { attach, type Attachment, type AttachOptions, type State } from "../form/attach.js";

export interface FieldpostForm {
  /** For the form: `<form ref={ref} action="…" method="post">`. */
  ref: (form: HTMLFormElement | null) => void;
  state: State;
  attachment: Attachment | null;
}

/**
 * Attaches a form while its component is mounted: `const { ref, state } = useFieldpost()`. On the server it does
 * nothing. The options of the first rendering count.
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
