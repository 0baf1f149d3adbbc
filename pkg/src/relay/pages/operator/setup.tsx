import { read, type Setup as Known } from "./interface.js";
import { useLoaded, Waits } from "./ui.js";

/** Forms and accounts, as the relay's options have them. */
export function Setup() {
  const { data, failed } = useLoaded<Known>(() => read("setup"), []);
  if (!data) return <Waits failed={failed} />;
  return (
    <>
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
          <h2 id={`form-${name}`}>{title}</h2>
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
