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
  private page: Uint8Array = new Uint8Array();
  private at = 0;

  /** `ask` gets the page that begins after a lead; `next` says after which. */
  constructor(
    private readonly ask: (after: string) => Promise<Uint8Array>,
    private next: string | null,
  ) {}

  /** Goes on to the next line. A promise only where it has to be waited for. */
  advance(): Promise<void> | undefined {
    if (this.at >= this.page.length) return this.turn();
    const end = this.page.indexOf(NEWLINE, this.at);
    const tab = this.page.indexOf(TAB, this.at);
    this.head = {
      key: decoder.decode(this.page.subarray(this.at, tab)),
      json: this.page.subarray(tab + 1, end),
    };
    this.at = end + 1;
    return undefined;
  }

  /** A page may be empty, for few of the leads that were looked at may be meant. */
  private async turn(): Promise<void> {
    this.head = undefined;
    while (this.next !== null) {
      if (this.page.length > 0) await breath();
      const page = await this.ask(this.next);
      const end = page.indexOf(NEWLINE);
      this.next = JSON.parse(decoder.decode(page.subarray(0, end))) as string | null;
      this.page = page;
      this.at = end + 1;
      if (this.at < page.length) return void (await this.advance());
    }
  }
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
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
    let first: Lines | undefined;
    for (const one of all)
      if (one.head && (!first?.head || one.head.key > first.head.key)) first = one;
    if (!first?.head) return;
    yield first.head;
    const more = first.advance();
    if (more) await more;
  }
}

/** So much is handed on at a time. */
const PIECE = 64 << 10;

/** A body that is made as it is taken: who reads slowly makes nobody hold more. */
export function bodyOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const some: Uint8Array[] = [];
        for (let length = 0; length < PIECE; ) {
          const { done, value } = await pieces.next();
          if (done) {
            if (some.length > 0) controller.enqueue(joined(some));
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
