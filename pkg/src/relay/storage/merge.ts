import { PIECE } from "./listing.gen.js";

/** A lead's id, and a line of JSON about it. */
export interface Line {
  key: string;
  json: Uint8Array;
}

/**
 * Between two pages whoever else waits has a turn. Where Worker and objects are one process, which never has to wait for the
 * other, only a moment of real time makes it look at its sockets.
 */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

const TAB = 9;
const NEWLINE = 10;
const decoder = new TextDecoder();

/** The lines of one outbox (`paged.ts`), of which one page is held at a time. */
export class Lines {
  /** The next line; nothing after the last one. */
  head: Line | undefined;
  private page: Iterator<Line, undefined> = lineOf(new Uint8Array(), 0);
  /** What is waited for before the next page is asked for; of the first nothing. */
  private between: (() => Promise<void>) | undefined;

  /** `ask` gets the page that begins after a lead; `next` says after which. */
  constructor(
    private readonly ask: (after: string) => Promise<Uint8Array>,
    private next: string | null,
  ) {}

  /** Goes on to the next line. A promise only where it has to be waited for. */
  advance(): Promise<void> | undefined {
    this.head = this.page.next().value;
    return this.head ? undefined : this.turn();
  }

  /** A page may be empty, for few of the leads that were looked at may be meant. */
  private async turn(): Promise<void> {
    while (this.next !== null) {
      await this.between?.();
      this.between = breath;
      const page = await this.ask(this.next);
      const end = page.indexOf(NEWLINE);
      this.next = JSON.parse(decoder.decode(page.subarray(0, end))) as string | null;
      this.page = lineOf(page, end + 1);
      this.head = this.page.next().value;
      if (this.head) return;
    }
  }
}

/** The lines of a page, from a place on. */
function* lineOf(page: Uint8Array, from: number): Generator<Line, undefined> {
  for (let at = from; at < page.length; ) {
    const end = page.indexOf(NEWLINE, at);
    const tab = page.indexOf(TAB, at);
    yield { key: decoder.decode(page.subarray(at, tab)), json: page.subarray(tab + 1, end) };
    at = end + 1;
  }
  return undefined;
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first, another] = pieces;
  if (first && another === undefined) return first;
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** The lines of several outboxes as one list, whose keys go down; of each outbox one page is held. */
export async function* merged(all: readonly Lines[]): AsyncGenerator<Line> {
  await Promise.all(all.map((one) => one.advance()));
  for (;;) {
    const [first] = all
      .filter(({ head }) => head)
      .sort((one, other) => ((one.head as Line).key < (other.head as Line).key ? 1 : -1));
    if (!first?.head) return;
    yield first.head;
    const more = first.advance();
    if (more) await more;
  }
}

/** A body that is made as it is taken: who reads slowly makes nobody hold more. */
export function bodyOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const some: Uint8Array[] = [];
        for (let length = 0; length < PIECE; ) {
          const { done, value } = await pieces.next();
          if (done) {
            if (some[0]) controller.enqueue(joined(some));
            return controller.close();
          }
          some.push(value);
          length += value.byteLength;
        }
        controller.enqueue(joined(some));
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
