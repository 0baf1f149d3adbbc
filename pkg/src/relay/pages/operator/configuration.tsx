import type { Finding } from "./interface.js";
import { that } from "./words.js";

/** What is closed until a finding is mended, what stops leads first. */
const CLOSES: Readonly<Record<Finding["closes"], (one: Finding) => string>> = {
  relay: () => "No lead is taken.",
  form: ({ form }) => `No lead of the form ${form} is taken.`,
  account: ({ account }) => `Leads are taken, and wait for the account ${account}.`,
  way: ({ account, form }) =>
    `Leads${form ? ` of the form ${form}` : ""} are taken, and wait for an account ${account}.`,
  target: ({ form, account, param }) =>
    `Leads of the form ${form}${that(param)} are taken, and wait for the account ${account}.`,
  nothing: () => "No lead is the worse for it.",
};
const ORDER = Object.keys(CLOSES);

/** What the relay found wrong with its options when it started. */
export function Configuration({ found }: { found: readonly Finding[] }) {
  if (found.length === 0) return null;
  const sorted = [...found].sort(
    (one, other) => ORDER.indexOf(one.closes) - ORDER.indexOf(other.closes),
  );
  return (
    <section id="configuration" aria-labelledby="wrong-options">
      <h2 id="wrong-options">To mend in the configuration</h2>
      <p>
        Mend these in the relay's module or its secrets, and deploy it. What waits goes out by
        itself then.
      </p>
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">What is wrong</th>
            <th scope="col">Until it is mended</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={`${one.place} ${one.code}`}>
              <th scope="row">
                <code>{one.place}</code>
              </th>
              <td data-label="What is wrong">
                {one.message} <code class="small">{one.code}</code>
              </td>
              <td data-label="Until it is mended">{CLOSES[one.closes](one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
