import { useState } from "preact/hooks";
import { read, type Stored as Said } from "./interface.js";
import { Record } from "./lead.js";
import { Length, useLoaded, Waits } from "./ui.js";
import { many, titleOf, when } from "./words.js";

const number = (n: number): string => n.toLocaleString();

const date = (day: number): string =>
  new Date(day * 86_400_000).toLocaleDateString(undefined, {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
  });

const COLUMNS = ["Accepted", "Still there", "Vanished", "Without an id", "Not asked"];

/** What came on a day from a form, and what of it an account still has. */
function rowsOf({ day: last, days, forms }: Said, length: number) {
  const n = (day: number, what: string, form: string, account: string): number =>
    days.find(
      (one) => one.day === day && one.what === what && one.form === form && one.account === account,
    )?.n ?? 0;
  return Array.from({ length }, (_, at) => last - at).flatMap((day) =>
    forms.flatMap(({ name, title, accounts }) => {
      const accepted = n(day, "accepted", name, "");
      if (accepted === 0) return [];
      return accounts.map((account) => {
        const [there = 0, vanished = 0, unnamed = 0] = ["there", "vanished", "unnamed"].map(
          (what) => n(day, what, name, account),
        );
        const rest = Math.max(0, accepted - there - vanished - unnamed);
        return { day, name, title, account, counts: [accepted, there, vanished, unnamed, rest] };
      });
    }),
  );
}

/** Whether what the systems have stored is still there. */
export function Stored() {
  const [length, setLength] = useState(7);
  const zone = -new Date().getTimezoneOffset();
  const { data, failed } = useLoaded<Said>(
    () => read(`stored?days=${length}&zone=${zone}`),
    [length],
    60_000,
  );
  if (!data) return <Waits failed={failed} />;
  const { vanished, accounts, forms } = data;
  const rows = rowsOf(data, length);
  return (
    <>
      <p>
        {data.asks
          ? "Once a day each system is asked whether the leads that it has stored are still there: from the day after they came, for as long as the relay knows them. It takes a small share of the day's calls, and only calls that no lead needs."
          : "The systems are not asked: the relay's options say so."}
      </p>
      <section aria-labelledby="missed">
        <h2 id="missed">Vanished</h2>
        {vanished.length === 0 ? (
          <p>Nothing is missed.</p>
        ) : (
          <>
            <p>
              {many(vanished.length, "record was", "records were")} stored and{" "}
              {vanished.length === 1 ? "is" : "are"} not there any more. Nothing is sent again.{" "}
              <strong>What to do:</strong> ask who keeps the system whether somebody deleted the
              record, or merged it into another one: a merged record has the other's id, and no
              system says which. Where it was a mistake, undelete it there; else leave it. If all of
              an account are missed at once, its user may no longer see them: look at its rights.
            </p>
            <table class="stack">
              <thead>
                <tr>
                  <th scope="col">Lead</th>
                  <th scope="col">Form</th>
                  <th scope="col">Account</th>
                  <th scope="col">Record</th>
                  <th scope="col">Missed since</th>
                </tr>
              </thead>
              <tbody>
                {vanished.map(({ lead, form, account, record, accepted, since }) => (
                  <tr key={`${lead} ${account}`}>
                    <th scope="row">
                      <a href={`#/lead/${lead}`}>{when(accepted)}</a>
                    </th>
                    <td data-label="Form">{titleOf(forms, form)}</td>
                    <td data-label="Account">{account}</td>
                    <td data-label="Record">
                      <Record
                        id={record}
                        link={accounts.find(({ name }) => name === account)?.record}
                      />
                    </td>
                    <td data-label="Missed since">{when(since)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </section>
      <section aria-labelledby="counts">
        <header>
          <h2 id="counts">Accepted against stored</h2>
          <Length days={length} change={setLength} />
        </header>
        <p class="small">
          By the day on which a lead came. "Not asked" are those of today and yesterday, and those
          that wait, were refused, given up or erased. "Without an id": stored, but the system did
          not say as which record.
        </p>
        {rows.length === 0 ? (
          <p>No lead came in these days.</p>
        ) : (
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Form</th>
                <th scope="col">Account</th>
                {COLUMNS.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ day, name, title, account, counts }) => (
                <tr key={`${day} ${name} ${account}`}>
                  <th scope="row">{date(day)}</th>
                  <td data-label="Form">{title}</td>
                  <td data-label="Account">{account}</td>
                  {counts.map((n, at) => (
                    <td
                      key={COLUMNS[at]}
                      data-label={COLUMNS[at]}
                      class={at === 2 && n > 0 ? "bad" : undefined}
                    >
                      {number(n)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}
