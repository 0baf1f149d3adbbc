import type { Field, Issue } from "./interface.js";

export const text = (value: unknown): string =>
  value === null || value === undefined
    ? ""
    : typeof value === "boolean"
      ? value
        ? "yes"
        : "no"
      : Array.isArray(value)
        ? value.join(", ")
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value);

const isBox = (field: Field | undefined): boolean =>
  field?.kind === "consent" || field?.kind === "boolean";

/** What somebody has typed into {@link Typed}, as a form's page would send it. */
export const typedOf = (
  form: FormData,
  names: readonly string[],
  fields: Record<string, Field>,
): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const given = form.get(`v-${name}`);
      if (isBox(fields[name])) return given ? [[name, "yes"]] : [];
      return typeof given === "string" && given !== "" ? [[name, given]] : [];
    }),
  );

/** A form's fields for somebody at the console: with what is known, and what is wrong with it beside each. */
export function Typed({
  names,
  fields,
  known,
  issues,
}: {
  names: readonly string[];
  fields: Record<string, Field>;
  known: ReadonlyMap<string, unknown>;
  issues: readonly Issue[];
}) {
  return (
    <>
      {names.map((name) => {
        const { label, required, choices } = fields[name] ?? {};
        const own = issues.filter(({ field }) => field === name);
        const id = `v-${name}`;
        const described =
          own.length > 0 ? { "aria-describedby": `${id}-issues`, "aria-invalid": true } : {};
        return (
          <div key={name} class="field">
            {isBox(fields[name]) ? (
              <label class="box">
                <input
                  type="checkbox"
                  name={id}
                  checked={known.get(name) === true}
                  {...described}
                />{" "}
                {label ?? name}
              </label>
            ) : (
              <>
                <label for={id}>
                  {label ?? name}
                  {required ? " (required)" : ""}
                </label>
                <input
                  id={id}
                  name={id}
                  value={text(known.get(name))}
                  autocomplete="off"
                  {...(choices && { list: `${id}-choices` })}
                  {...described}
                />
                {choices && (
                  <datalist id={`${id}-choices`}>
                    {choices.map((choice) => (
                      <option key={choice}>{choice}</option>
                    ))}
                  </datalist>
                )}
              </>
            )}
            {own.length > 0 && (
              <p class="bad" id={`${id}-issues`}>
                {own.map(({ message }) => message).join(" ")}
              </p>
            )}
          </div>
        );
      })}
    </>
  );
}
