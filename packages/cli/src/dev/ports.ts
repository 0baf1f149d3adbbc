import { createServer } from "node:net";
import { EXIT, Ended } from "../exit.js";
import { HOST } from "../project/local.js";

/** The highest port that there is. */
const LAST = 65_535;

/** Whether nobody listens there. 0 asks for any port that is free. */
const free = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, HOST, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

/** The port that was asked for, which must be free; else the usual one, or any other that is. */
export async function portFor(
  part: string,
  asked: string | undefined,
  usual: number,
): Promise<number> {
  if (asked !== undefined && !(/^\d{1,5}$/.test(asked) && Number(asked) <= LAST))
    throw new Ended(
      EXIT.usage,
      "port",
      `The ${part}'s port: ${asked} is none; write a number from 0 to ${LAST}.`,
    );
  const found = await free(asked === undefined ? usual : Number(asked));
  if (found === undefined && asked !== undefined)
    throw new Ended(
      EXIT.failed,
      "port.busy",
      `Port ${asked} for the ${part} is busy: end what listens there, or name another with --${part}-port.`,
    );
  return found ?? ((await free(0)) as number);
}
