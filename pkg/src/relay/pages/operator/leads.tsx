import { useState } from "preact/hooks";
import { type Delivery, read, type Row, type Setup, tell } from "./interface.js";
import { Select, useLoaded, Waits, Said } from "./ui.js";
import { leads as counted, PHASES, STATES, titleOf, when, why, whyOf } from "./words.js";

export interface Filter {
  text?: string;
  form?: string;
  account?: string;
  state?: string;
  code?: string;
  from?: number;
  to?: number;
}

export interface Page {
  leads: Row[];
  next: string | null;
}

const LIMIT = 50;

/** Pages of leads, one after the other. */
export function useLeads(filter: Filter, depends: readonly unknown[]) {
  const [more, setMore] = useState<{ of: string; pages: Page[]; failed: string }>({
    of: "",
    pages: [],
    failed: "",
  });
  const of = JSON.stringify([filter, depends]);
  const first = useLoaded<Page>(() => tell("search", { ...filter, limit: LIMIT }), [of]);
  const others = more.of === of ? more.pages : [];
  const all = first.data ? [first.data, ...others] : [];
  const next = all.at(-1)?.next ?? null;
  return {
    ...first,
    failed: first.failed || (more.of === of ? more.failed : ""),
    rows: all.flatMap((page) => page.leads),
    next,
    again() {
      setMore({ of: "", pages: [], failed: "" });
      first.again();
    },
    async more() {
      try {
        const page = await tell<Page>("search", { ...filter, limit: LIMIT, cursor: next });
        setMore({ of, pages: [...others, page], failed: "" });
      } catch {
        setMore({ of, pages: others, failed: "The next page could not be read." });
      }
    },
  };
}

/** The start of a day that a date field names, here; the end is the start of the next one. */
const dayOf = (text: string, more = 0): number | undefined => {
  const [year = 0, month = 1, day = 0] = text.split("-").map(Number);
  return text ? new Date(year, month - 1, day + more).getTime() : undefined;
};

export function Leads({ query, values }: { query: URLSearchParams; values: boolean }) {
  const own = (name: string): string => query.get(name) ?? "";
  const [text, setText] = useState("");
  const [typed, setTyped] = useState("");
  const setup = useLoaded<Setup>(() => read("setup"), []);
  // What somebody looks for by name stays out of the address: it may be a person.
  const filter: Filter = {
    ...(text && { text }),
    ...Object.fromEntries(
      ["form", "account", "state", "code"].flatMap((name) =>
        own(name) ? [[name, own(name)]] : [],
      ),
    ),
    ...(own("from") && { from: dayOf(own("from")) as number }),
    ...(own("to") && { to: dayOf(own("to"), 1) as number }),
  };
  const { rows, next, failed, data, more, again } = useLeads(filter, [values]);
  const go = (name: string, value: string): void => {
    const changed = new URLSearchParams(query);
    if (value) changed.set(name, value);
    else changed.delete(name);
    location.hash = `#/leads?${changed}`;
  };
  const named = (all: readonly { name: string; title?: string }[] | undefined) => [
    ["", "All"] as const,
    ...(all ?? []).map(({ name, title }) => [name, title ?? name] as const),
  ];
  return (
    <>
      <search>
        {/* Nothing here can be wrong; WebKit holds a day that a script has emptied for half typed, and would send no form with it. */}
        <form
          class="filters"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim() === text) again();
            setText(typed.trim());
          }}
        >
          <label class="wide">
            E-mail, phone or id
            <input
              type="search"
              value={typed}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="main">
            Search
          </button>
          <Select
            label="State"
            value={own("state")}
            options={[["", "All"], ["person", "Needs a person"], ...Object.entries(STATES)]}
            change={(value) => go("state", value)}
          />
          <Select
            label="Form"
            value={own("form")}
            options={named(setup.data?.forms)}
            change={(value) => go("form", value)}
          />
          <Select
            label="Account"
            value={own("account")}
            options={named(setup.data?.accounts)}
            change={(value) => go("account", value)}
          />
          <label>
            Code
            <input
              value={own("code")}
              autocomplete="off"
              spellcheck={false}
              onChange={(event) => go("code", event.currentTarget.value.trim())}
            />
          </label>
          <label>
            From
            <input
              type="date"
              value={own("from")}
              onChange={(event) => go("from", event.currentTarget.value)}
            />
          </label>
          <label>
            To
            <input
              type="date"
              value={own("to")}
              onChange={(event) => go("to", event.currentTarget.value)}
            />
          </label>
        </form>
      </search>
      {failed && <Said bad>{failed}</Said>}
      {!data && !failed && <Waits failed="" />}
      {data && (
        <>
          <p role="status">
            {rows.length === 0
              ? text
                ? "No lead is known by that. Is it whole? Leads are forgotten eight days after they are finished."
                : "No lead is like that."
              : `${counted(rows.length)}${next === null ? "" : ", and more"}, the newest first.`}
          </p>
          {rows.length > 0 && <Table rows={rows} forms={setup.data?.forms ?? []} />}
          {next !== null && (
            <button type="button" onClick={() => void more()}>
              Show more
            </button>
          )}
        </>
      )}
    </>
  );
}

/** What is said of one delivery in a list. */
export const delivery = ({ account, phase, code, param, gone, maybe_repeated }: Delivery): string =>
  `${account}: ${gone ? "waits in vain" : (PHASES[phase] ?? phase)}${
    gone ? ` (${why(gone)})` : code && phase !== "done" ? ` (${whyOf(code, param)})` : ""
  }${maybe_repeated ? ", maybe twice" : ""}`;

function Table({ rows, forms }: { rows: Row[]; forms: Setup["forms"] }) {
  return (
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">Lead</th>
          <th scope="col">Accepted</th>
          <th scope="col">Form</th>
          <th scope="col">State</th>
          <th scope="col">Systems</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <a href={`#/lead/${row.id}`} class={row.who ? "" : "id"}>
                {row.who || row.id}
              </a>
            </th>
            <td data-label="Accepted">{when(row.accepted)}</td>
            <td data-label="Form">{titleOf(forms, row.form)}</td>
            <td data-label="State">
              <span class={`state ${row.state}`}>{STATES[row.state] ?? row.state}</span>{" "}
              {row.test && <span class="state">Test</span>}
            </td>
            <td data-label="Systems">
              <ul class="plain">
                {row.deliveries.map((one) => (
                  <li key={one.account}>{delivery(one)}</li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
