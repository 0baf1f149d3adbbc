import { useState } from "preact/hooks";
import { Unheard } from "./alerts.js";
import { Chart } from "./chart.js";
import { Configuration } from "./configuration.js";
import { type Account, read, type Today as Said } from "./interface.js";
import { Length, useLoaded, Waits } from "./ui.js";
import { age, clock, leads, means, span, that, titleOf, when } from "./words.js";

const REFRESH = 20_000;

const sum = (rows: readonly { n: number }[]): number => rows.reduce((all, { n }) => all + n, 0);
const number = (n: number): string => n.toLocaleString();

/** What came, what was delivered, what waits, and for whom. */
export function Today() {
  const [length, setLength] = useState(7);
  const zone = -new Date().getTimezoneOffset();
  const { data, failed, at } = useLoaded<Said>(
    () => read(`today?days=${length}&zone=${zone}`),
    [length],
    REFRESH,
  );
  if (!data) return <Waits failed={failed} />;
  const { days, day, took, oldest, groups } = data;
  const of = (what: string): number =>
    sum(days.filter((one) => one.what === what && one.day === day));
  const waits = sum(data.leads.filter(({ standing }) => standing === "queued"));
  const gone = groups.filter(({ code }) => code?.endsWith(".gone"));
  const person =
    sum(data.leads.filter(({ standing }) => standing !== "queued")) +
    gone.reduce((all, one) => all + one.leads, 0);
  return (
    <>
      <p class="small" role={failed ? "alert" : undefined}>
        {failed
          ? `${failed} What stands here is of ${clock(at)}.`
          : `As of ${clock(at)}; it refreshes by itself.`}
      </p>
      <Configuration found={data.options} />
      {data.alerts && <Unheard alerts={data.alerts} />}
      <ul class="tiles">
        <li>
          <b>{number(of("accepted"))}</b> leads accepted today
        </li>
        <li>
          <b>{number(of("delivered"))}</b> deliveries done today
        </li>
        <li>
          <a href="#/leads?state=waiting">
            <b>{number(waits)}</b> wait for a system
          </a>
        </li>
        <li class={person > 0 ? "attention" : ""}>
          <a href="#/review">
            <b>{number(person)}</b> {person === 1 ? "needs" : "need"} a person
          </a>
        </li>
      </ul>
      <section aria-labelledby="course">
        <header>
          <h2 id="course">The last {length} days</h2>
          <Length days={length} change={setLength} />
        </header>
        <Chart days={days} last={day} length={length} />
      </section>
      <section aria-labelledby="pace">
        <h2 id="pace">Time to deliver</h2>
        <dl class="facts">
          <dt>Half of the leads within</dt>
          <dd>{took.median === null ? "—" : span(took.median)}</dd>
          <dt>95 of 100 within</dt>
          <dd>{took.p95 === null ? "—" : span(took.p95)}</dd>
          <dt>Out of</dt>
          <dd>{leads(took.of)} of the last day</dd>
          <dt>Oldest that is not finished</dt>
          <dd>
            {oldest ? (
              <>
                <a href={`#/lead/${oldest.id}`}>{age(oldest.accepted)}</a>, from the form{" "}
                {titleOf(data.forms, oldest.form)}
              </>
            ) : (
              "none: everything is finished"
            )}
          </dd>
        </dl>
      </section>
      <section aria-labelledby="accounts">
        <h2 id="accounts">CRM accounts</h2>
        <ul class="cards">
          {data.accounts.map((account) => (
            <AccountCard key={account.account} account={account} data={data} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="forms">
        <h2 id="forms">Forms</h2>
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Form</th>
              <th scope="col">Accepted today</th>
              <th scope="col">Accepted in {length} days</th>
              <th scope="col">Wait for a system</th>
              <th scope="col">Held for review</th>
              <th scope="col">Refused</th>
            </tr>
          </thead>
          <tbody>
            {data.forms.map(({ name, title }) => {
              const accepted = days.filter((one) => one.what === "accepted" && one.form === name);
              const stand = (standing: string): number =>
                sum(data.leads.filter((one) => one.form === name && one.standing === standing));
              return (
                <tr key={name}>
                  <th scope="row">
                    <a href={`#/leads?form=${name}`}>{title}</a>
                  </th>
                  <td data-label="Accepted today">
                    {number(sum(accepted.filter((one) => one.day === day)))}
                  </td>
                  <td data-label={`Accepted in ${length} days`}>{number(sum(accepted))}</td>
                  <td data-label="Wait for a system">{number(stand("queued"))}</td>
                  <td data-label="Held for review">{number(stand("review"))}</td>
                  <td data-label="Refused">{number(stand("dead"))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </>
  );
}

function AccountCard({ account, data }: { account: Account; data: Said }) {
  const name = account.account;
  const of = (...phases: string[]): number =>
    sum(data.deliveries.filter((one) => one.account === name && phases.includes(one.phase)));
  const done = sum(
    data.days.filter(
      (one) => one.what === "delivered" && one.account === name && one.day === data.day,
    ),
  );
  const [state, act] = stateOf(account);
  return (
    <li class={act ? "attention" : ""}>
      <h3>
        {name} <span class="small">{account.system}</span>
      </h3>
      <p>{state}</p>
      {act && (
        <p>
          <strong>What to do:</strong> {act}
        </p>
      )}
      {account.targets?.map(({ form, param, code, message, since }) => (
        <p key={`${form} ${param}`} class="bad">
          Leads of the form {form}
          {that(param)} wait, for {age(since)}: {message || means(code)}
        </p>
      ))}
      <p class="small">
        {number(done)} delivered today · {number(of("waiting", "sent"))} wait ·{" "}
        {number(of("review"))} held ·{" "}
        <a href={`#/leads?state=dead&account=${name}`}>{number(of("dead"))} refused</a>
      </p>
    </li>
  );
}

/** What is so with an account, and what somebody has to do. */
function stateOf({ closed, refused, quota, quietUntil }: Account): [state: string, act?: string] {
  if (closed)
    return [
      `Closed for ${age(closed.since)}: ${means(closed.code)}. Its leads wait${closed.probe > Date.now() ? `; it is tried again at ${clock(closed.probe)}` : ""}.`,
      closed.message || "Mend the account; the leads go out by themselves then.",
    ];
  if (refused)
    return [
      `The system refuses the credentials (${refused}). Its leads wait.`,
      "Compare the client id and secret with those of the system, and put the right ones into the Worker's secrets.",
    ];
  if (quota)
    return [
      `The day's calls are used up until ${when(quota)}. Its leads go out then.`,
      "Nothing, if it happens once. Else raise the quota, or the account's limits.",
    ];
  if (quietUntil > Date.now())
    return [`The system asked for quiet until ${clock(quietUntil)}. Its leads go out then.`];
  return ["Takes leads."];
}
