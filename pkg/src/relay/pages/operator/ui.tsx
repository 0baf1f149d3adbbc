import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { sentence } from "./interface.js";

/** What a view has read, or why it has not. */
export interface Loaded<T> {
  data: T | undefined;
  failed: string;
  at: number;
  again(): void;
}

/** Reads again when `depends` changes, when asked to, and by itself while somebody looks. */
export function useLoaded<T>(
  load: () => Promise<T>,
  depends: readonly unknown[],
  every?: number,
): Loaded<T> {
  const [state, setState] = useState<{ data?: T; failed: string; at: number }>({
    failed: "",
    at: 0,
  });
  const turn = useRef(0);
  const again = (): void => {
    const own = ++turn.current;
    load().then(
      (data) => own === turn.current && setState({ data, failed: "", at: Date.now() }),
      (error: unknown) =>
        own === turn.current && setState((was) => ({ ...was, failed: sentence(error) })),
    );
  };
  const depended = JSON.stringify(depends);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says on what it depends.
  useEffect(() => {
    again();
    if (every === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && again(), every);
    return () => {
      clearInterval(timer);
      turn.current++;
    };
  }, [depended]);
  return { data: state.data, failed: state.failed, at: state.at, again };
}

/** A sentence that is said once, to those who do not see it too. */
export const Said = ({ children, bad }: { children: ComponentChildren; bad?: boolean }) => (
  <p class={bad ? "bad" : "note"} role={bad ? "alert" : "status"}>
    {children}
  </p>
);

export const Waits = ({ failed }: { failed: string }) =>
  failed ? <Said bad>{failed}</Said> : <p role="status">Reading…</p>;

/** A question before something is done. Escape and Cancel do nothing. */
export function Ask({
  title,
  yes,
  children,
  act,
  close,
}: {
  title: string;
  yes: string;
  children?: ComponentChildren;
  act(form: FormData): Promise<void>;
  close(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  // Before anything is painted: a question that stands in the page and is not open could not be reached.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: JSX.TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await act(new FormData(event.currentTarget));
      close();
    } catch (error) {
      setFailed(sentence(error));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={close}>
      <form method="dialog" onSubmit={(event) => void submit(event)}>
        <h2 id="question">{title}</h2>
        {children}
        {failed && <Said bad>{failed}</Said>}
        <div class="acts">
          <button type="submit" class="main" disabled={busy}>
            {yes}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

export const Reason = () => (
  <>
    <label for="reason">Reason</label>
    <input
      id="reason"
      name="reason"
      required
      maxLength={200}
      list="reasons"
      autocomplete="off"
      aria-describedby="reason-note"
    />
    <datalist id="reasons">
      <option>Robots</option>
      <option>A test of ours</option>
      <option>A person without interest</option>
      <option>Was entered by hand</option>
    </datalist>
    <p class="small" id="reason-note">
      It is logged and stays when the values are gone. No names, addresses or numbers.
    </p>
  </>
);

export function Select({
  label,
  value,
  options,
  change,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  change(value: string): void;
}) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map(([own, name]) => (
          <option key={own} value={own}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** For how many days something is shown. */
export const Length = ({ days, change }: { days: number; change(days: number): void }) => (
  <Select
    label="Show"
    value={String(days)}
    options={[
      ["7", "7 days"],
      ["30", "30 days"],
    ]}
    change={(value) => change(Number(value))}
  />
);
