import { FieldpostError } from "../errors.js";
import { within } from "../within.js";

/** A lead's id, and a line of JSON about it. */
export interface Line {
  key: string;
  json: Uint8Array;
}

const TAB = 9;
const NEWLINE = 10;
const decoder = new TextDecoder();

/** The lines of one outbox (`paged.ts`), as they come; no more of them in memory than came in one piece. */
export class Lines {
  /** The next line; nothing after the last one. */
  head: Line | undefined;
  private piece: Uint8Array = new Uint8Array();
  private at = 0;
  private ended = false;

  /** `deadline`: for how long a piece of it is waited for, in milliseconds. */
  constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly deadline: number,
  ) {}

  /** Goes on to the next line. A promise only where it has to be waited for. */
  advance(): Promise<void> | undefined {
    const end = this.piece.indexOf(NEWLINE, this.at);
    if (end < 0) return this.read();
    this.take(this.piece.subarray(this.at, end));
    this.at = end + 1;
    return undefined;
  }

  private async read(): Promise<void> {
    const begun = [this.piece.subarray(this.at)];
    for (;;) {
      const { done, value } = await within(this.deadline, () => this.reader.read());
      // An outbox that died in the middle must not look like one that has no more.
      if (done && !this.ended) throw new FieldpostError("outbox.unavailable", "An outbox did not end its answer.");
      if (done) return void (this.head = undefined);
      const end = value.indexOf(NEWLINE);
      begun.push(end < 0 ? value : value.subarray(0, end));
      if (end < 0) continue;
      this.piece = value;
      this.at = end + 1;
      return this.take(joined(begun));
    }
  }

  private take(line: Uint8Array): void {
    const tab = line.indexOf(TAB);
    this.ended = tab < 0;
    this.head = this.ended ? undefined : { key: decoder.decode(line.subarray(0, tab)), json: line.subarray(tab + 1) };
  }

  async cancel(): Promise<void> {
    await this.reader.cancel().catch(() => {});
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

/** The lines of several outboxes as one list, whose keys go down; of each outbox only the next line is held. */
export async function* merged(all: readonly Lines[]): AsyncGenerator<Line> {
  try {
    await Promise.all(all.map((one) => one.advance()));
    for (;;) {
      let first: Lines | undefined;
      for (const one of all) if (one.head && (!first?.head || one.head.key > first.head.key)) first = one;
      if (!first?.head) return;
      yield first.head;
      const more = first.advance();
      if (more) await more;
    }
  } finally {
    await Promise.all(all.map((one) => one.cancel()));
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
