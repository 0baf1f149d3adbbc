import { createServer } from "node:net";
import { EXIT, Ended } from "../exit.js";
import { HOST } from "../project/local.js";

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
  if (asked !== undefined && !/^\d{1,5}$/.test(asked))
    throw new Ended(EXIT.usage, "port", `--${part}-port: ${asked} is no port.`);
  const found = await free(asked === undefined ? usual : Number(asked));
  if (found === undefined && asked !== undefined)
    throw new Ended(EXIT.failed, "port.busy", `port ${asked} for the ${part} is busy.`);
  return found ?? ((await free(0)) as number);
}
