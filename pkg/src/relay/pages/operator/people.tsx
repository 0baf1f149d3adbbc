import { useState } from "preact/hooks";
import { type Audited, type Me, type Pass, read, type Setup, tell } from "./interface.js";
import { Ask, Said, useLoaded, Waits } from "./ui.js";
import { exactly, when } from "./words.js";

/** What a line is about; several things are named with their names. */
const said = (about: string): string =>
  about.startsWith("{")
    ? Object.entries(JSON.parse(about) as object)
        .map(
          ([name, value]) =>
            `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`,
        )
        .join(", ")
    : about;

/** Senders that are let through, and who saw or changed what. */
export function People({ me }: { me: Me }) {
  const passes = useLoaded<{ passes: Pass[] }>(() => read("passes"), []);
  const audit = useLoaded<{ lines: Audited[] }>(() => read("audit"), []);
  const setup = useLoaded<Setup>(() => read("setup"), []);
  const [adding, setAdding] = useState(false);
  const [note, setNote] = useState("");
  const may = me.rights.includes("operate");
  const again = (text: string): void => {
    setNote(text);
    passes.again();
    audit.again();
  };
  return (
    <>
      {note && <Said>{note}</Said>}
      <section aria-labelledby="passes">
        <header>
          <h2 id="passes">Senders that are let through</h2>
          {may && (
            <button type="button" onClick={() => setAdding(true)}>
              Let a sender through…
            </button>
          )}
        </header>
        <p class="small">
          Their leads are not held, though something about them is odd. Of an e-mail only a hash is
          kept.
        </p>
        {!passes.data ? (
          <Waits failed={passes.failed} />
        ) : passes.data.passes.length === 0 ? (
          <p>Nobody.</p>
        ) : (
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Sender</th>
                <th scope="col">Form</th>
                <th scope="col">Until</th>
                <th scope="col">By</th>
                <th scope="col">Remove</th>
              </tr>
            </thead>
            <tbody>
              {passes.data.passes.map((pass) => (
                <tr key={pass.id}>
                  <th scope="row">
                    {pass.kind === "domain"
                      ? `@${pass.domain}`
                      : `an e-mail, of ${when(pass.made)}`}
                  </th>
                  <td data-label="Form">{pass.form}</td>
                  <td data-label="Until">{when(pass.until)}</td>
                  <td data-label="By">{pass.who}</td>
                  <td data-label="Remove">
                    {may && (
                      <button
                        type="button"
                        onClick={() =>
                          void tell("passes", { remove: pass.id }).then(() => again("Removed."))
                        }
                      >
                        Remove
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section aria-labelledby="audit">
        <h2 id="audit">Who saw or changed what</h2>
        {!audit.data ? (
          <Waits failed={audit.failed} />
        ) : (
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">About</th>
              </tr>
            </thead>
            <tbody>
              {audit.data.lines.map(({ n, at, who, what, about }) => (
                <tr key={n}>
                  <th scope="row">{exactly(at)}</th>
                  <td data-label="Who">{who}</td>
                  <td data-label="What">{what}</td>
                  <td data-label="About" class="id">
                    {said(about)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      {adding && (
        <Ask
          title="Let a sender through"
          yes="Let through"
          close={() => setAdding(false)}
          act={async (given) => {
            await tell("passes", {
              form: given.get("form"),
              sender: given.get("sender"),
              days: Number(given.get("days")),
            });
            again("Let through from now on.");
          }}
        >
          <label for="sender">E-mail or domain</label>
          <input id="sender" name="sender" required autocomplete="off" spellcheck={false} />
          <label for="pass-form">Form</label>
          <select id="pass-form" name="form">
            {setup.data?.forms.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
          <label for="days">For how many days</label>
          <input id="days" name="days" type="number" min={1} max={366} value={30} required />
        </Ask>
      )}
    </>
  );
}
