import { useState } from "preact/hooks";
import { AlertChannels } from "./alerts.js";
import { Configuration } from "./configuration.js";
import { type Me, read, sentence, type Setup as Known, tell } from "./interface.js";
import { SendTest } from "./trial.js";
import { Said, useLoaded, Waits } from "./ui.js";

interface Found {
  ok: boolean;
  issues: { field: string; code: string; severity: string; message: string }[];
}

interface Checked {
  ok: boolean;
  accounts: (Found & { account: string; signIn: string })[];
  forms: (Found & { account: string; form: string })[];
}

/** Signs in to each account, and compares each form's mapping with what its system has. */
function Checks() {
  const [found, setFound] = useState<Checked>();
  const [said, setSaid] = useState("");
  const check = (): void => {
    setSaid("Asking the systems…");
    tell<Checked>("check", {}).then(
      (checked) => {
        setFound(checked);
        setSaid(checked.ok ? "Nothing stops a lead." : "Something stops leads: see below.");
      },
      (error: unknown) => setSaid(sentence(error)),
    );
  };
  return (
    <section aria-labelledby="checks">
      <header>
        <h2 id="checks">Checks</h2>
        <button type="button" onClick={check}>
          Check accounts and mappings
        </button>
      </header>
      {said && <Said>{said}</Said>}
      {found && (
        <ul class="cards">
          {[
            ...found.accounts.map((one) => ({ ...one, name: one.account })),
            ...found.forms.map((one) => ({ ...one, name: `${one.form} to ${one.account}` })),
          ].map(({ name, ok, issues }) => (
            <li key={name} class={ok ? "" : "attention"}>
              <h3>{name}</h3>
              {issues.length === 0 && <p>Good.</p>}
              {issues.map(({ field, code, message }) => (
                <p key={`${field} ${code}`}>
                  {field && <code>{field}</code>} {message} <span class="small">{code}</span>
                </p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Forms and accounts, as the relay's options have them. */
export function Setup({ me }: { me: Me }) {
  const { data, failed } = useLoaded<Known>(() => read("setup"), []);
  if (!data) return <Waits failed={failed} />;
  return (
    <>
      <Configuration found={data.options} />
      {me.rights.includes("operate") && <Checks />}
      {data.alerts && (
        <AlertChannels alerts={data.alerts} canTest={me.rights.includes("operate")} />
      )}
      <section aria-labelledby="accounts">
        <h2 id="accounts">CRM accounts</h2>
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col">System</th>
              <th scope="col">Host</th>
            </tr>
          </thead>
          <tbody>
            {data.accounts.map(({ name, system, host }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td data-label="System">{system}</td>
                <td data-label="Host">{host}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {data.forms.map(({ name, title, fields, origins, deliver }) => (
        <section key={name} aria-labelledby={`form-${name}`}>
          <header>
            <h2 id={`form-${name}`}>{title}</h2>
            {me.rights.includes("operate") && (
              <SendTest form={{ name, title, fields, origins, deliver }} />
            )}
          </header>
          <p class="small">
            Form {name}, on {origins.join(", ")}
          </p>
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Rule</th>
                {deliver.map(({ account }) => (
                  <th scope="col" key={account}>
                    To {account}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Object.entries(fields).map(
                ([field, { kind = "text", label, required, ...rules }]) => (
                  <tr key={field}>
                    <th scope="row">
                      {label ?? field} <span class="small">{field}</span>
                    </th>
                    <td data-label="Rule">
                      {kind}
                      {required ? ", required" : ""}{" "}
                      <span class="small">
                        {Object.entries(rules)
                          .filter(([, value]) => ["number", "boolean"].includes(typeof value))
                          .map(([rule, value]) => `${rule} ${value}`)
                          .join(", ")}
                      </span>
                    </td>
                    {deliver.map(({ account, map }) => (
                      <td key={account} data-label={`To ${account}`}>
                        {Object.entries(map)
                          .filter(([, from]) => from.replace(/^!/, "") === field)
                          .map(([param]) => param)
                          .join(", ") || "—"}
                      </td>
                    ))}
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </section>
      ))}
    </>
  );
}
