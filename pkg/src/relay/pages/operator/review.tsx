import { useEffect, useState } from "preact/hooks";
import {
  type Group,
  type Me,
  type Pending as Due,
  read,
  type Row,
  type Ruled,
  type Setup,
  tell,
  type Today,
} from "./interface.js";
import { delivery, type Filter, useLeads } from "./leads.js";
import { outcome, type Started, toTime } from "./pending.js";
import { Ask, Reason, Said, Select, useLoaded, Waits } from "./ui.js";
import { age, leads, mend, when, why } from "./words.js";

const DONE: Readonly<Record<string, readonly [one: string, more: string]>> = {
  review: ["is held", "are held"],
  dead: ["was refused", "were refused"],
};

const nameOf = ({ phase, code, account, form }: Group): string =>
  [phase, code, account ?? "", form ?? ""].join(" ");

/** What so many leads of a group have in common. */
function about({ phase, code, account, form }: Group, n: number): string {
  const many = n === 1 ? 0 : 1;
  if (account)
    return `${["waits", "wait"][many]} in vain, from the form ${form} to ${account}: ${why(code)}`;
  return `${DONE[phase]?.[many] ?? phase}: ${why(code)}`;
}

type Asks = { what: "replay" | "discard" | "move"; count: number; which: object };

export function Review({
  query,
  me,
  values,
  started,
  turn,
}: {
  query: URLSearchParams;
  me: Me;
  values: boolean;
  started: Started;
  /** Changes when something has been done. */
  turn: number;
}) {
  const zone = -new Date().getTimezoneOffset();
  const today = useLoaded<Today>(() => read(`today?days=1&zone=${zone}`), [turn], 20_000);
  const setup = useLoaded<Setup>(() => read("setup"), []);
  const recent = useLoaded<{ pending: Due[] }>(() => read("pending"), [turn]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asks, setAsks] = useState<Asks>();
  const [said, setSaid] = useState("");
  const group = today.data?.groups.find((one) => nameOf(one) === query.get("group"));
  const form = query.get("form") ?? "";
  const filter: Filter = {
    state: group && !group.account ? group.phase : "person",
    ...(group?.code && { code: group.code }),
    ...(group?.account && { account: group.account }),
    ...((form || group?.form) && { form: form || (group?.form ?? "") }),
  };
  const list = useLeads(filter, [values, turn]);
  const all = useLoaded<{ count: number }>(
    () => tell("search", { ...filter, count: true }),
    [JSON.stringify(filter), turn],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has other leads.
  useEffect(() => setChosen(new Set()), [JSON.stringify(filter), turn]);
  const may = me.rights.includes("operate");
  const go = (name: string, value: string): void => {
    const changed = new URLSearchParams(query);
    if (value) changed.set(name, value);
    else changed.delete(name);
    location.hash = `#/review?${changed}`;
  };
  if (!today.data) return <Waits failed={today.failed} />;
  const total = all.data?.count ?? 0;
  const every = group && {
    ...(group.account
      ? { code: group.code, account: group.account }
      : { phase: group.phase, code: group.code }),
    ...((form || group.form) && { form: form || group.form }),
  };
  const ask = (what: Asks["what"], count: number, which: object): void =>
    setAsks({ what, count, which });
  const some = { ids: [...chosen] };
  return (
    <>
      {said && <Said>{said}</Said>}
      <section aria-labelledby="why">
        <h2 id="why">Why leads wait for a person</h2>
        {today.data.groups.length === 0 ? (
          <p>Nothing needs a person.</p>
        ) : (
          <ul class="cards">
            {today.data.groups.map((one) => (
              <li key={nameOf(one)} class={group === one ? "chosen" : ""}>
                <p>
                  <a
                    href={`#/review?${new URLSearchParams({ group: nameOf(one) })}`}
                    aria-current={group === one ? "true" : undefined}
                  >
                    <b>{leads(one.leads)}</b> {about(one, one.leads)}
                  </a>
                </p>
                <p class="small">
                  {mend(one.code)} <code>{one.code}</code>
                </p>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="which">
        <header>
          <h2 id="which">
            {group ? `${leads(total)} that ${about(group, total)}` : `${leads(total)} in all`}
          </h2>
          <div class="acts">
            {group && (
              <a href="#/review" class="button">
                Show all
              </a>
            )}
            <Select
              label="Form"
              value={form}
              options={[
                ["", "All"],
                ...(setup.data?.forms ?? []).map(({ name, title }) => [name, title] as const),
              ]}
              change={(value) => go("form", value)}
            />
          </div>
        </header>
        {may && list.rows.length > 0 && (
          <div class="acts bar">
            <label class="box">
              <input
                type="checkbox"
                checked={chosen.size > 0 && list.rows.every(({ id }) => chosen.has(id))}
                onChange={(event) =>
                  setChosen(
                    new Set(event.currentTarget.checked ? list.rows.map(({ id }) => id) : []),
                  )
                }
              />
              All {list.rows.length} shown
            </label>
            <button
              type="button"
              disabled={chosen.size === 0}
              onClick={() => ask("replay", chosen.size, some)}
            >
              Release {chosen.size}
            </button>
            <button
              type="button"
              disabled={chosen.size === 0}
              onClick={() => ask("discard", chosen.size, some)}
            >
              Discard {chosen.size}
            </button>
            {every && !group?.account && (
              <button type="button" onClick={() => ask("replay", total, every)}>
                Release all {total.toLocaleString()}
              </button>
            )}
            {every && (
              <button type="button" onClick={() => ask("discard", total, every)}>
                Discard all {total.toLocaleString()}
              </button>
            )}
            {group?.to && group.to.length > 0 && (
              <button type="button" onClick={() => ask("move", total, every ?? {})}>
                Move all {total.toLocaleString()}…
              </button>
            )}
          </div>
        )}
        {list.failed && <Said bad>{list.failed}</Said>}
        <ul class="rows">
          {list.rows.map((row) => (
            <Held
              key={row.id}
              row={row}
              may={may}
              isChosen={chosen.has(row.id)}
              choose={(isChosen) => {
                const others = new Set(chosen);
                if (isChosen) others.add(row.id);
                else others.delete(row.id);
                setChosen(others);
              }}
              ask={(what) => ask(what, 1, { ids: [row.id] })}
            />
          ))}
        </ul>
        {list.next !== null && (
          <button type="button" onClick={() => void list.more()}>
            Show more
          </button>
        )}
      </section>
      <section aria-labelledby="recent">
        <h2 id="recent">What people have done of late</h2>
        {recent.data?.pending.length ? (
          <ul>
            {recent.data.pending.map((one) => (
              <li key={one.name}>
                {when(one.due)}
                {one.who ? `, ${one.who}` : ""}:{" "}
                {one.done === null ? "not done yet." : outcome(one)}
              </li>
            ))}
          </ul>
        ) : (
          <p>Nothing within the last day.</p>
        )}
      </section>
      {asks?.what === "move" && group && (
        <Move
          group={group}
          count={asks.count}
          close={() => setAsks(undefined)}
          done={(text) => {
            setSaid(text);
            today.again();
            list.again();
          }}
        />
      )}
      {asks && asks.what !== "move" && (
        <Ask
          title={
            asks.what === "replay"
              ? `Release ${leads(asks.count)}?`
              : `Discard ${leads(asks.count)}?`
          }
          yes={asks.what === "replay" ? `Release ${asks.count}` : `Discard ${asks.count}`}
          close={() => setAsks(undefined)}
          act={async (given) => {
            const what = asks.what as "replay" | "discard";
            started(
              await toTime(what, {
                ...asks.which,
                ...(what === "discard" && { reason: given.get("reason") }),
                ...(given.get("anyway") && { anyway: true }),
              }),
              `${leads(asks.count)} ${asks.count === 1 ? "is" : "are"} ${what === "replay" ? "released" : "discarded"}`,
            );
          }}
        >
          {asks.what === "replay" ? (
            <>
              <p>
                {asks.count === 1 ? "It goes" : "They go"} to the systems in ten seconds. Until then
                you can undo it.
              </p>
              <p>
                <label class="box">
                  <input type="checkbox" name="anyway" /> Also what the form does not take: with
                  what passes of it
                </label>
              </p>
            </>
          ) : (
            <>
              <p>Their values go in ten seconds. Until then you can undo it.</p>
              <Reason />
            </>
          )}
        </Ask>
      )}
    </>
  );
}

function Held({
  row,
  may,
  isChosen,
  choose,
  ask,
}: {
  row: Row;
  may: boolean;
  isChosen: boolean;
  choose(isChosen: boolean): void;
  ask(what: "replay" | "discard"): void;
}) {
  const name = row.who || row.id;
  const isGone = row.deliveries.some(({ gone }) => gone);
  const reasons = [
    ...new Set(
      row.deliveries.flatMap(({ gone, phase, code }) =>
        gone ? [gone] : ["review", "dead"].includes(phase) && code ? [code] : [],
      ),
    ),
  ];
  return (
    <li>
      {may && (
        <input
          type="checkbox"
          aria-label={`Choose ${name}`}
          checked={isChosen}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
      )}
      <div>
        <p>
          <a href={`#/lead/${row.id}`} class={row.who ? "" : "id"}>
            {name}
          </a>{" "}
          <span class="small">
            {row.form}, {age(row.accepted)} ago
          </span>{" "}
          {row.test && <span class="state">Test</span>}
        </p>
        <p>{reasons.map(why).join("; ")}</p>
        <p class="small">{row.deliveries.map(delivery).join(" · ")}</p>
        {row.issues && (
          <p class="bad">
            The form does not take: {row.issues.split(" ").map(decodeURIComponent).join(", ")}
          </p>
        )}
      </div>
      {may && (
        <div class="acts">
          {!isGone && (
            <button type="button" aria-label={`Release ${name}`} onClick={() => ask("replay")}>
              Release
            </button>
          )}
          <button type="button" aria-label={`Discard ${name}`} onClick={() => ask("discard")}>
            Discard
          </button>
        </div>
      )}
    </li>
  );
}

/** Gives what waits in vain to an account or a form that there is. */
function Move({
  group,
  count,
  close,
  done,
}: {
  group: Group;
  count: number;
  close(): void;
  done(text: string): void;
}) {
  const isForm = group.code === "form.gone";
  return (
    <Ask
      title={`Move ${leads(count)}?`}
      yes={`Move ${count}`}
      close={close}
      act={async (given) => {
        const to = String(given.get("to"));
        const sure = given.get("sure") !== null;
        const which = isForm
          ? { form: { from: group.form, to }, sure }
          : { from: group.account, to, form: group.form, sure };
        let [moved, stayed, cursor] = [0, [] as Ruled[], ""];
        do {
          const page = await tell<{ rows: Ruled[]; next: string | null }>(
            `move?page=1&cursor=${encodeURIComponent(cursor)}`,
            which,
          );
          moved += page.rows.filter((one) => one.moved).length;
          stayed = [...stayed, ...page.rows.filter((one) => !one.moved)];
          cursor = page.next ?? "";
        } while (cursor);
        const reasons = [...new Set(stayed.map(({ message }) => message ?? ""))];
        done(
          `${leads(moved)} moved.${stayed.length > 0 ? ` ${leads(stayed.length)} stayed: ${reasons.join(" ")}` : ""}`,
        );
      }}
    >
      <p>
        They {about(group, 2)}. {mend(group.code)}
      </p>
      <label for="to">Move to</label>
      <select id="to" name="to">
        {group.to?.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
      {!isForm && (
        <p>
          <label class="box">
            <input type="checkbox" name="sure" id="sure" /> Also those that the old account may
            have, or of which nobody knows what system it was
          </label>
        </p>
      )}
    </Ask>
  );
}
