import { waiting } from "./outbox.js";
import { fill, type Speak } from "./texts.js";

/**
 * Shows the leads of a form that an earlier visit has left in this browser: when each was saved, and what became of the last. Their
 * values are sealed, so nothing of them is shown.
 */
export async function showWaiting(
  form: HTMLFormElement,
  speak: Speak,
  signal: AbortSignal,
): Promise<void> {
  const note = document.createElement("p");
  note.setAttribute("role", "status");
  const show = (state: string, text: string): void => {
    note.dataset.fieldpostWaiting = state;
    note.textContent = text;
    form.prepend(note);
  };
  /** What waits now; where nothing does any more, `said` is what became of it. */
  const look = async (said?: "stored" | "queued"): Promise<void> => {
    const left = await waiting(form.action);
    if (signal.aborted) return;
    if (left.length)
      show(
        "saved",
        left.map((saved) => fill(speak("waits"), new Date(saved).toLocaleString())).join(" "),
      );
    else if (said) show(said, speak(said));
    else note.remove();
  };
  await look();
  if (!note.isConnected) return;
  // A lead of another form, too, has the word only where none of this one's is left.
  addEventListener("fieldpost:delivered", (event) => look((event as CustomEvent).detail.state), {
    signal,
  });
  // Given up: that is told of elsewhere.
  addEventListener("fieldpost:lost", () => look(), { signal });
  signal.addEventListener("abort", () => note.remove());
}
