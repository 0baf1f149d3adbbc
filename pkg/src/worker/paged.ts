/** Some lines of a long answer, and where the next ones begin; nothing where these are the last. */
export interface Page {
  lines: [key: string, text: string][];
  next: string | null;
}

/** So much text is in one page, and one line more; so many leads are looked at for it. */
const MOST_TEXT = 128 << 10;
const MOST_LEADS = 500;

/**
 * Reads leads one by one until a page is full. A lead may have 64 KiB of values and its JSON twice that, so that a page has
 * its bound in bytes and not in leads; and where few of those that are there are meant, one in leads too, for an object
 * does nothing else meanwhile.
 */
export function pageOf(from: string, leads: (from: string, most: number) => string[], lines: (lead: string) => string[], most = MOST_LEADS): Page {
  const page: Page = { lines: [], next: null };
  const found = leads(from, most);
  let text = 0;
  for (const [at, lead] of found.entries()) {
    for (const line of lines(lead)) {
      page.lines.push([lead, line]);
      text += line.length;
    }
    if (text >= MOST_TEXT && at < found.length - 1) return { ...page, next: lead };
  }
  return { ...page, next: found.length < most ? null : (found.at(-1) as string) };
}

/** Lets whatever waits have its turn. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Pages as one answer: the next one is read when the last one has been taken, by key and as the rows are then. A cursor of
 * SQL that is held meanwhile would show rows of half a transaction. Each line is its lead's id, a tab and JSON; an empty
 * one is the end, so that whoever reads knows an answer that was cut.
 */
export function streamed(from: string, read: (from: string) => Page): Response {
  const encoder = new TextEncoder();
  let at: string | null = from;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (at !== null) {
          const { lines, next }: Page = read(at);
          at = next;
          if (lines.length > 0) return controller.enqueue(encoder.encode(lines.map(([key, text]) => `${key}\t${text}\n`).join("")));
          await breath();
        }
        controller.enqueue(encoder.encode("\n"));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "application/octet-stream" } });
}
