import { useState } from "preact/hooks";
import {
  type Field,
  type Issue,
  type Lead as Known,
  type Me,
  read,
  Refusal,
  type Ruled,
  type Setup,
  tell,
} from "./interface.js";
import { type Started, toTime } from "./pending.js";
import { Records } from "./trial.js";
import { text, Typed, typedOf } from "./typed.js";
import { Ask, Reason, Said, useLoaded, Waits } from "./ui.js";
import { exactly, KINDS, mend, PHASES, span, STATES, titleOf, when, why, whyOf } from "./words.js";

interface Told {
  at: number;
  text: string;
  more?: string | undefined;
}

/** What a call came to. That nobody was found is no refusal to a person. */
const called = (kind: string, code: string | null): string =>
  (code === "not_found" ? KINDS["found"] : KINDS[kind]) ?? kind;

/** What happened to a lead, in its order. */
function story(lead: Known, form: string): Told[] {
  const told: Told[] = [
    { at: lead.accepted, text: `Accepted from the form ${form}, and written down.` },
  ];
  if (lead.review)
    told.push({
      at: lead.accepted,
      text: `Held for review: ${why(lead.review)}.`,
      more: mend(lead.review),
    });
  for (const own of lead.deliveries) {
    if (own.cut)
      told.push({
        at: lead.accepted,
        text: `${own.account}: earlier attempts are no longer kept.`,
      });
    for (const { at, took, operation, kind, code, param } of own.attempts)
      told.push({
        at,
        text: `${own.account}: ${operation}, ${called(kind, code)}${code ? ` (${whyOf(code, param)})` : ""}.`,
        more: [
          `It took ${span(took)}.`,
          code && kind !== "stored" && code !== "not_found" ? `Code ${code}. ${mend(code)}` : "",
        ].join(" "),
      });
    if (own.sentOn) told.push({ at: own.sentOn, text: `${own.account}: sent on by a person.` });
  }
  if (lead.finished)
    told.push({
      at: lead.finished,
      text: lead.kept
        ? "Finished. The values are kept, locked, for as long as the options say."
        : "Finished. The values are gone; hashes, id and outcome stay for a while.",
    });
  return told.sort((one, other) => one.at - other.at);
}

export function Lead({
  id,
  me,
  values,
  started,
}: {
  id: string;
  me: Me;
  values: boolean;
  started: Started;
}) {
  const { data, failed, again } = useLoaded<Known>(
    () => read(`lead?id=${encodeURIComponent(id)}`),
    [id, values],
    15_000,
  );
  const setup = useLoaded<Setup>(() => read("setup"), []);
  const [asks, setAsks] = useState("");
  const [said, setSaid] = useState("");
  if (!data)
    return (
      <>
        <Back />
        {failed ? (
          <Said bad>No lead of this id is known, or it cannot be read.</Said>
        ) : (
          <Waits failed="" />
        )}
      </>
    );
  const person =
    data.state === "review" || data.state === "dead" || data.deliveries.some(({ gone }) => gone);
  const may = me.rights.includes("operate");
  const corrects = (person || data.state === "delivered") && data.kept && !data.locked;
  const sees = may && me.rights.includes("values");
  const close = (): void => setAsks("");
  const form = setup.data?.forms.find(({ name }) => name === data.form);
  const fields = form?.fields ?? {};
  const title = titleOf(setup.data?.forms, data.form);
  return (
    <>
      <Back />
      <h2 class="id" id="lead-title">
        Lead {data.id}
      </h2>
      <p>
        <span class={`state ${data.state}`}>{STATES[data.state] ?? data.state}</span>{" "}
        {data.test && <span class="state">Test</span>} Accepted {when(data.accepted)} from the form{" "}
        {title}.
      </p>
      {data.issues && (
        <Said bad>
          The form does not take it as it is:{" "}
          {data.issues
            .split(" ")
            .map((one) => decodeURIComponent(one))
            .join(", ")}
        </Said>
      )}
      {said && <Said>{said}</Said>}
      <div class="acts">
        {person && may && (
          <button type="button" class="main" onClick={() => setAsks("replay")}>
            {data.state === "review" ? "Release" : "Send again"}
          </button>
        )}
        {corrects && sees && (
          <button type="button" onClick={() => setAsks("correct")} disabled={!values}>
            Correct and send again
          </button>
        )}
        {person && may && (
          <button type="button" onClick={() => setAsks("discard")}>
            Discard
          </button>
        )}
        {sees && data.state !== "erased" && (
          <button type="button" onClick={() => setAsks("erase")}>
            Erase
          </button>
        )}
      </div>
      {corrects && sees && !values && <p class="small">Show values first to correct them.</p>}
      {data.deliveries.length > 0 && (
        <section aria-labelledby="systems">
          <h3 id="systems">Systems</h3>
          <ul class="cards">
            {data.deliveries.map((own) => (
              <li key={own.id} class={own.phase === "dead" || own.gone ? "attention" : ""}>
                <h4>{own.account}</h4>
                <p>
                  {own.gone ? `waits in vain: ${why(own.gone)}` : (PHASES[own.phase] ?? own.phase)}
                  {own.code && own.phase !== "done" && !own.gone
                    ? `: ${whyOf(own.code, own.param)} (${own.code})`
                    : ""}
                  {own.reason ? `, because: ${own.reason}` : ""}
                </p>
                {own.phase !== "done" && own.code && mend(own.code) && (
                  <p>
                    <strong>What to do:</strong> {mend(own.code)}
                  </p>
                )}
                {own.maybe_repeated ? (
                  <p>It may be there twice: a call was repeated after its answer was lost.</p>
                ) : null}
                {own.warning && <p>{why(own.warning)}</p>}
                {own.record && (
                  <p>
                    Record{" "}
                    <Record
                      id={own.record}
                      link={setup.data?.accounts.find(({ name }) => name === own.account)?.record}
                    />
                  </p>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {data.test && <Records lead={data} may={may} done={again} />}
      {values && <Values lead={data} fields={fields} />}
      {data.consents.length > 0 && (
        <section aria-labelledby="agreed">
          <h3 id="agreed">Consent</h3>
          <ul>
            {data.consents.map(({ field, at, purpose, text }) => (
              <li key={field}>
                {field}
                {purpose ? ` (${purpose})` : ""}
                {at ? `, ${when(Date.parse(at))}` : ""}
                {text ? `: “${text}”` : ""}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="story">
        <h3 id="story">What happened</h3>
        <ol class="story">
          {story(data, title).map((one) => (
            <li key={`${one.at} ${one.text}`}>
              <time dateTime={new Date(one.at).toISOString()}>{exactly(one.at)}</time>
              <span>
                {one.text} {one.more && <span class="small">{one.more}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {asks === "replay" && (
        <Ask
          title="Send this lead on?"
          yes="Send on"
          close={close}
          act={async (form) => {
            started(
              await toTime("replay", {
                ids: [data.id],
                ...(form.get("anyway") && { anyway: true }),
              }),
              "This lead is sent on",
            );
          }}
        >
          <p>
            It goes to every system that has not got it yet, in ten seconds. Until then you can undo
            it.
          </p>
          {data.raw === 1 && (
            <p>
              <label class="box">
                <input type="checkbox" name="anyway" /> Even if the form does not take it: with what
                passes
              </label>
            </p>
          )}
        </Ask>
      )}
      {asks === "discard" && (
        <Ask
          title="Discard this lead?"
          yes="Discard"
          close={close}
          act={async (form) => {
            started(
              await toTime("discard", { ids: [data.id], reason: form.get("reason") }),
              "This lead is discarded",
            );
          }}
        >
          <p>Its values go in ten seconds. Until then you can undo it.</p>
          <Reason />
        </Ask>
      )}
      {asks === "erase" && (
        <Ask
          title="Erase this lead?"
          yes="Erase for good"
          close={close}
          act={async () => {
            await tell("erase", { id: data.id });
            setSaid("Erased. What a system has already got stays there: erase it there, too.");
            again();
          }}
        >
          <p>
            Values, attempts and hashes go at once. Nobody can undo it, and it is sent nowhere any
            more.
          </p>
        </Ask>
      )}
      {asks === "correct" && (
        <Correct
          lead={data}
          fields={fields}
          close={close}
          done={(text) => {
            setSaid(text);
            again();
          }}
        />
      )}
    </>
  );
}

/** A record of a system's, with a link where the owner has said one. */
export const Record = ({ id, link }: { id: string; link: string | null | undefined }) =>
  link?.startsWith("https://") ? (
    <a
      href={link.replace("{id}", encodeURIComponent(id))}
      target="_blank"
      rel="noopener noreferrer"
    >
      {id}
    </a>
  ) : (
    <code>{id}</code>
  );

const Back = () => (
  <p>
    <a href="#/leads">All leads</a>
  </p>
);

const pairsOf = ({ values }: Known): [string, unknown][] =>
  Array.isArray(values) ? values : Object.entries(values ?? {});

function Values({ lead, fields }: { lead: Known; fields: Record<string, Field> }) {
  const source = Object.entries(lead.source ?? {});
  return (
    <section aria-labelledby="values">
      <h3 id="values">Values</h3>
      {pairsOf(lead).length === 0 ? (
        <p>
          {lead.locked
            ? "The values are locked with a key that the relay does not have now."
            : "The values are gone: they are kept only while a system or a person is waited for."}
        </p>
      ) : (
        <dl class="facts">
          {pairsOf(lead).map(([name, value]) => [
            <dt key={`${name} name`}>{fields[name]?.label ?? name}</dt>,
            <dd key={name}>{text(value)}</dd>,
          ])}
        </dl>
      )}
      {source.length > 0 && (
        <>
          <h4>Where from</h4>
          <dl class="facts">
            {source.map(([name, value]) => [
              <dt key={`${name} name`}>{name}</dt>,
              <dd key={name}>{text(value)}</dd>,
            ])}
          </dl>
        </>
      )}
    </section>
  );
}

function Correct({
  lead,
  fields,
  close,
  done,
}: {
  lead: Known;
  fields: Record<string, Field>;
  close(): void;
  done(text: string): void;
}) {
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const known = new Map(pairsOf(lead));
  const names = [...new Set([...Object.keys(fields), ...known.keys()])];
  return (
    <Ask
      title="Correct this lead"
      yes="Save and send"
      close={close}
      act={async (form) => {
        const values = typedOf(form, names, fields);
        try {
          const { rows } = await tell<{ rows: Ruled[] }>("correct", { id: lead.id, values });
          const stayed = rows.filter(({ moved }) => !moved);
          done(
            stayed.length === 0
              ? "Corrected, and sent on."
              : `Corrected. ${stayed.map(({ account, message }) => `${account} stays: ${message}`).join(" ")}`,
          );
        } catch (error) {
          if (error instanceof Refusal) setIssues(error.issues);
          throw error;
        }
      }}
    >
      <p>
        The form's own rules apply.{" "}
        {lead.finished
          ? "Every system gets the new values: a record that is known is changed, and a form's activity is written once more."
          : "Only systems that have not got the lead yet get the new values."}
      </p>
      <Typed names={names} fields={fields} known={known} issues={issues} />
    </Ask>
  );
}
