import { useState } from "preact/hooks";
import {
  type Field,
  type Issue,
  type Lead,
  Refusal,
  sentence,
  type Setup,
  tell,
} from "./interface.js";
import { Typed, typedOf } from "./typed.js";
import { Ask, Said } from "./ui.js";
import { means, mend } from "./words.js";

type Form = Setup["forms"][number];

/** What stands in a field before somebody changes it: nobody's, and by its kind what the rules take. */
const KINDS: Readonly<Record<string, (field: Field) => unknown>> = {
  name: () => "Test",
  email: () => `test-${Date.now().toString(36)}@example.com`,
  phone: () => "(212) 456-7890",
  text: () => "A test, sent from the relay's console.",
  choice: ({ choices }) => choices?.[0],
  labels: ({ choices }) => choices?.[0],
  integer: ({ min = 1 }) => min,
  number: ({ min = 1 }) => min,
  date: () => new Date().toISOString().slice(0, 10),
  url: () => "https://example.com/",
  postal: () => "10001",
  country: () => "US",
  state: () => "NY",
  consent: ({ required }) => required,
  boolean: ({ required }) => required,
};

/** Sends a lead through a form to see it arrive: by its rules and mappings, marked as a test. */
export function SendTest({ form }: { form: Form }) {
  const [isOpen, setOpen] = useState(false);
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const { name, title, fields, deliver } = form;
  const names = Object.keys(fields);
  const known = new Map(
    names.map((one) => [one, KINDS[fields[one]?.kind ?? "text"]?.(fields[one] ?? {})]),
  );
  return (
    <>
      <button
        type="button"
        aria-label={`Send a test lead through ${title}`}
        onClick={() => {
          setIssues([]);
          setOpen(true);
        }}
      >
        Send a test lead…
      </button>
      {isOpen && (
        <Ask
          title={`A test lead through ${title}`}
          yes="Send the test"
          close={() => setOpen(false)}
          act={async (given) => {
            try {
              const { id } = await tell<{ id: string }>("test", {
                form: name,
                values: typedOf(given, names, fields),
                accounts: given.getAll("to"),
              });
              location.hash = `#/lead/${id}`;
            } catch (error) {
              if (error instanceof Refusal) setIssues(error.issues);
              throw error;
            }
          }}
        >
          <p>
            It goes the whole way into the systems below. Take an address that is nobody's: of a
            person who is there already the record is changed.
          </p>
          <fieldset>
            <legend>To</legend>
            {deliver.map(({ account }) => (
              <label class="box" key={account}>
                <input type="checkbox" name="to" value={account} checked /> {account}
              </label>
            ))}
          </fieldset>
          <Typed names={names} fields={fields} known={known} issues={issues} />
        </Ask>
      )}
    </>
  );
}

/** What becomes of a test's records: which of them can be deleted, and why the others stay. */
export function Records({ lead, may, done }: { lead: Lead; may: boolean; done(): void }) {
  const [asks, setAsks] = useState("");
  const [said, setSaid] = useState("");
  return (
    <section aria-labelledby="test">
      <h3 id="test">This is a test</h3>
      <p class="small">It is in no count of a day.</p>
      {said && <Said>{said}</Said>}
      <ul class="rows">
        {lead.deliveries.map(({ account, stays }) => (
          <li key={account}>
            <div>
              {account}:{" "}
              {stays ? means(stays) : "the test has made this record, and it can be deleted"}.
              {stays && mend(stays) ? ` ${mend(stays)}` : ""}
            </div>
            {!stays && may && (
              <button
                type="button"
                aria-label={`Delete the record in ${account}`}
                onClick={() => setAsks(account)}
              >
                Delete it there
              </button>
            )}
          </li>
        ))}
      </ul>
      {asks && (
        <Ask
          title={`Delete the record in ${asks}?`}
          yes="Delete it"
          close={() => setAsks("")}
          act={async () => {
            const { removed, code, message } = await tell<{
              removed: boolean;
              code: string | null;
              message?: string;
            }>("remove", { id: lead.id, account: asks }).catch((error: unknown) => ({
              removed: false,
              code: null,
              message: sentence(error),
            }));
            setSaid(
              removed
                ? `Deleted in ${asks}.`
                : `It stays in ${asks}: ${message ?? means(code ?? "")}.`,
            );
            done();
          }}
        >
          <p>
            Nobody was there before the test, and the system says that the test has made the record.
          </p>
        </Ask>
      )}
    </section>
  );
}
