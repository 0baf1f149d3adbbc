import { EXIT, Ended } from "../exit.js";
import type { Terminal } from "../terminal.js";
import { operatorOf } from "./relay.js";

export interface ReplayOptions {
  relay?: string;
  code?: string;
  phase?: string;
  anyway?: boolean;
}

interface Row {
  id: string;
  moved: boolean;
  code?: string;
  message?: string;
}

/** `fieldpost replay`: sends on what waits for a person. */
export async function replay(
  ids: readonly string[],
  { relay, code, phase, anyway }: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  if (ids.length === 0 && !code && !phase)
    throw new Ended(EXIT.usage, "replay.which", "Say which: ids, --code or --phase.");
  const operator = await operatorOf(relay, terminal);
  const response = await operator.ask("replay", {
    body: {
      ...(ids.length > 0 && { ids }),
      ...(code && { code }),
      ...(phase && { phase }),
      ...(anyway && { anyway }),
    },
  });
  const round = response.headers.get("fieldpost-round");
  const rows = await terminal.progress("sending on", rowsOf(response));
  const moved = rows.filter((row) => row.moved).length;
  const stayed = new Map<string, number>();
  for (const row of rows)
    if (!row.moved) stayed.set(row.code ?? "", (stayed.get(row.code ?? "") ?? 0) + 1);
  terminal.result(
    { round, moved, stayed: Object.fromEntries(stayed), rows },
    [
      `${moved} ${moved === 1 ? "delivery waits" : "deliveries wait"} for a turn again`,
      ...[...stayed].map(
        ([why, count]) =>
          `${count} stayed: ${why} ${terminal.dim(rows.find((row) => row.code === why)?.message ?? "")}`,
      ),
    ].join("\n"),
  );
  if (stayed.size > 0) process.exitCode = EXIT.failed;
}

/** All rows, or none where the answer broke off: then the rest has not been asked. */
async function rowsOf(response: Response): Promise<Row[]> {
  try {
    const told = (await response.json()) as Row[] | { rows: Row[] };
    return Array.isArray(told) ? told : told.rows;
  } catch (cause) {
    throw new Ended(
      EXIT.failed,
      "replay.cut",
      "The answer broke off. Say it again: what has moved does not move twice.",
      { cause },
    );
  }
}
