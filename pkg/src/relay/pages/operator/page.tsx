import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ended, type Me, read, Refusal, seeing, tell } from "./interface.js";
import { Export } from "./keep.js";
import { Lead } from "./lead.js";
import { Leads } from "./leads.js";
import { Pending, type Begun } from "./pending.js";
import { People } from "./people.js";
import { Review } from "./review.js";
import { Setup } from "./setup.js";
import { Stored } from "./stored.js";
import { Today } from "./today.js";
import { Ask, Said } from "./ui.js";

const VIEWS = [
  ["today", "Today"],
  ["leads", "Leads"],
  ["review", "Review"],
  ["stored", "Stored"],
  ["export", "Export"],
  ["setup", "Set-up"],
  ["people", "People"],
] as const;

/** The view that the address names, with what it says. */
function place(): { view: string; id: string; query: URLSearchParams } {
  const [path = "", query = ""] = location.hash.replace(/^#\//, "").split("?");
  const [view = "", id = ""] = path.split("/");
  return { view: view || "today", id: decodeURIComponent(id), query: new URLSearchParams(query) };
}

function Console() {
  const [me, setMe] = useState<Me | null>();
  const [at, setAt] = useState(place);
  const [values, setValues] = useState(false);
  const [asksKey, setAsksKey] = useState(false);
  const [mine, setMine] = useState<(Begun & { text: string }) | undefined>();
  const [turn, setTurn] = useState(0);
  /** What has been told, and goes with the place where it was. */
  const told = useRef("");
  const heading = useRef<HTMLHeadingElement>(null);
  seeing.values = values;
  useEffect(() => {
    ended.heard = () => {
      setMe(null);
      setValues(false);
    };
    read<Me>("session").then(setMe, () => setMe(null));
    let view = place().view;
    const moved = (): void => {
      const next = place();
      setAt(next);
      setMine((was) => (was?.name === told.current ? undefined : was));
      // Who goes to another view is told where they are.
      if (next.view !== view) heading.current?.focus();
      view = next.view;
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  const { view, id, query } = at;
  const title = view === "lead" ? "Lead" : (VIEWS.find(([name]) => name === view)?.[1] ?? "Today");
  useEffect(() => {
    document.title = `${title} · Relay`;
  }, [title]);
  if (me === undefined) return <p role="status">Reading…</p>;
  if (me === null) return <Door open={setMe} />;
  const sees = me.rights.includes("values");
  const started = (begun: Begun, text: string): void => {
    setMine({ ...begun, text });
    setTurn((was) => was + 1);
  };
  return (
    <>
      <header class="top">
        <nav aria-label="Console">
          {VIEWS.map(([name, label]) => (
            <a key={name} href={`#/${name}`} aria-current={view === name ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <div class="acts">
          <button
            type="button"
            aria-pressed={values}
            onClick={() => (sees || values ? setValues(!values) : setAsksKey(true))}
          >
            {values ? "Hide values" : "Show values"}
          </button>
          <button
            type="button"
            onClick={() =>
              void tell("session", {}, "DELETE").finally(() => {
                setMe(null);
                setValues(false);
              })
            }
          >
            Sign out {me.who}
          </button>
        </div>
      </header>
      {mine && (
        <Pending
          key={mine.name}
          mine={mine}
          done={() => {
            told.current = mine.name;
            setTurn((was) => was + 1);
          }}
          gone={() => {
            setMine(undefined);
            setTurn((was) => was + 1);
          }}
        />
      )}
      <main>
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {view === "leads" ? (
          <Leads query={query} values={values} />
        ) : view === "lead" ? (
          <Lead key={`${id} ${turn}`} id={id} me={me} values={values} started={started} />
        ) : view === "review" ? (
          <Review query={query} me={me} values={values} started={started} turn={turn} />
        ) : view === "stored" ? (
          <Stored />
        ) : view === "export" ? (
          <Export me={me} />
        ) : view === "setup" ? (
          <Setup me={me} />
        ) : view === "people" ? (
          <People me={me} />
        ) : (
          <Today />
        )}
      </main>
      {asksKey && (
        <Ask
          title="Show what visitors typed?"
          yes="Show values"
          close={() => setAsksKey(false)}
          act={async (form) => {
            setMe(await tell<Me>("session", { valueKey: form.get("key") }));
            setValues(true);
          }}
        >
          <p>Each look is written into the audit log, with your name.</p>
          <label for="value-key">Key for values</label>
          <input id="value-key" name="key" type="password" autocomplete="off" required />
        </Ask>
      )}
    </>
  );
}

const WRONG: Readonly<Record<string, string>> = {
  "operator.key": "That is none of the relay's keys.",
  "address.limit": "Too many keys were tried. Wait a minute.",
};

function Door({ open }: { open(me: Me): void }) {
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  return (
    <main class="door">
      <h1>Relay</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          setBusy(true);
          setFailed("");
          tell<Me>("session", { key: new FormData(form).get("key") }).then(
            open,
            (error: unknown) => {
              setBusy(false);
              setFailed(
                (error instanceof Refusal && (WRONG[error.code] ?? error.said)) ||
                  "The relay does not answer. Try again.",
              );
            },
          );
        }}
      >
        <label for="key">Your key</label>
        <input id="key" name="key" type="password" autocomplete="off" required />
        <button type="submit" class="main" disabled={busy}>
          Sign in
        </button>
        {failed && <Said bad>{failed}</Said>}
      </form>
    </main>
  );
}

const root = document.getElementById("console");
if (root) render(<Console />, root);
