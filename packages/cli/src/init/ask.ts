import { confirm, intro, multiselect, select, text } from "@clack/prompts";
import { answered as answer, screen } from "../questions.js";
import { COMMON, FIELDS } from "./fields.js";
import { type InitOptions, originOf } from "./init.js";
import { SYSTEMS, type SystemName } from "./systems.js";

const answered = <T>(question: Promise<T>): Promise<Exclude<T, symbol>> =>
  answer(question, "Nothing is written.");

/** Asks for what nobody has said yet. */
export async function ask(
  folder: string | undefined,
  given: InitOptions,
): Promise<InitOptions & { folder: string }> {
  const output = screen();
  intro("A lead form and its relay", { output });
  const home =
    folder ??
    (await answered(
      text({ message: "In which folder?", placeholder: "leads", defaultValue: "leads", output }),
    ));
  const system =
    given.system ??
    (await answered(
      select({
        message: "Where do the leads go?",
        options: Object.entries(SYSTEMS).map(([value, { title: label }]) => ({ value, label })),
        output,
      }),
    ));
  const origin =
    given.origin ??
    (await answered(
      text({
        message: "Where will the page live?",
        placeholder: "https://www.example.com",
        defaultValue: "https://www.example.com",
        validate: (typed) => {
          try {
            if (typed) originOf(typed);
            return undefined;
          } catch {
            return "Write it like https://www.example.com.";
          }
        },
        output,
      }),
    ));
  const fields =
    given.fields ??
    (
      await answered(
        multiselect({
          message: "Which fields does the form have?",
          options: Object.entries(FIELDS)
            .filter(([, { to }]) => to[system as SystemName])
            .map(([value, { label }]) => ({ value, label })),
          initialValues: COMMON,
          output,
        }),
      )
    ).join(",");
  const install =
    given.install ?? (await answered(confirm({ message: "Run npm install now?", output })));
  return { ...given, folder: home, system, origin, fields, install };
}
