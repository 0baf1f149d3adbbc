import type { Issue } from "../core/types.js";
import { texts } from "./texts.gen.js";

export { texts };

type Word = string | ((issue: Issue) => string);
type Table = Readonly<Record<string, Word>>;

/**
 * Words by code, where `{}` stands for the limit that was passed; or what says them. A table under a field's name holds
 * the words of that field alone.
 */
export type Words = Readonly<Record<string, Word | Table | undefined>>;

/** Words, or what finds them; nothing found means that the next in line is asked. */
export type Messages = Words | ((code: string, issue?: Issue) => string | undefined);

/** Words for a code, with the issue's limit filled in. */
export type Speak = (code: string, issue?: Issue) => string;

/** The first who knows decides: the field's own words, the form's, the language's, what is built in. */
export function speaker(...asked: (Messages | undefined)[]): Speak {
  const known = (words: Messages | undefined, code: string, issue?: Issue): string | undefined => {
    if (typeof words === "function") return words(code, issue);
    const own = issue && words?.[issue.field];
    const found = (typeof own === "object" && own[code]) || words?.[code];
    const said = typeof found === "function" ? issue && found(issue) : found;
    if (typeof said !== "string" || !issue || !said.includes("{}"))
      return said as string | undefined;
    // A sentence whose limit nobody knows would be worse than the next one's.
    const { limit } = issue as { limit?: string };
    return limit === undefined ? undefined : fill(said, limit);
  };
  return (code, issue) => {
    let said: string | undefined;
    for (const words of asked) said ??= known(words, code, issue);
    return said ?? (issue?.message || known(texts, code) || "");
  };
}

/** Puts a value where the text says `{}`; a function, because a value may hold `$&`. */
export function fill(text: string, value: string): string {
  return text.replace("{}", () => value);
}
