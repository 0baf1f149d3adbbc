// `make faults`: the long form. KILLS, LEADS, SEED, RATE (faults in a hundred pieces of a connection),
// SYSTEMS, SCALE (what the relay's times are divided by), WRITERS, CALM (when so few wait, the network has peace), AHEAD (so many may wait), RULINGS (kills while people discard, correct, erase and export), EACH (leads of each fault of the matrix),
// FULL (MiB in an outbox that is listed, exported and replayed), STORM (seconds of dying tokens), STRANGERS (seconds of what nobody asked for), STRANGER_REQUESTS (made by chance, of STRANGER_SEED), REQUESTS (for the memory), SECONDS of load; 0 leaves a part out.
import { fullRun } from "./full.mjs";
import { killRun } from "./kills.mjs";
import { loadRun, memoryRun } from "./load.mjs";
import { matrixRun } from "./matrix.mjs";
import { rulingRun } from "./rulings.mjs";
import { generatedRun, strangersRun } from "./strangers.mjs";
import { brokenAlarms, fullDisk, recovery, tokenStorm } from "./storm.mjs";

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const say = (line) => console.log(line);

const found =
  number("KILLS", 200) > 0 &&
  (await killRun({
    kills: number("KILLS", 200),
    leads: number("LEADS", 50_000),
    seed: number("SEED", 1),
    rate: number("RATE", 2),
    writers: number("WRITERS", 32),
    scale: number("SCALE", 10),
    calm: number("CALM", 20),
    ahead: number("AHEAD", 500),
    ...(process.env.SYSTEMS && { systems: process.env.SYSTEMS.split(",") }),
    say,
  }));
if (found) say(`kills and a broken network: ${JSON.stringify(found)}`);
if (number("RULINGS", 50) > 0)
  say(
    `kills while people rule: ${JSON.stringify(await rulingRun({ kills: number("RULINGS", 50), seed: number("SEED", 1), say }))}`,
  );
if (number("EACH", 100) > 0)
  say(`the fault matrix: ${JSON.stringify(await matrixRun({ leads: number("EACH", 100), say }))}`);
if (number("STORM", 60) > 0) {
  say(
    `tokens that die every 2 s: ${JSON.stringify(await tokenStorm({ seconds: number("STORM", 60) }))}`,
  );
  say(`alarms that throw: ${JSON.stringify(await brokenAlarms())}`);
  say(`a relay that was killed is back: ${JSON.stringify(await recovery())}`);
  say(`a full disk: ${JSON.stringify(await fullDisk())}`);
}
if (number("FULL", 1_024) > 0) {
  // With room for the leads that come meanwhile.
  const room = 0.98 * number("FULL", 1_024) * (1 << 20);
  for (const each of [{ size: 60_000 }, { size: 2_000, kept: 1_000 }]) {
    const found = await fullRun({
      ...each,
      leads: Math.floor(room / (each.size + (each.kept ?? 0) + 1_300)),
      say,
    });
    say(`an outbox of ${found.megabytes} MiB: ${JSON.stringify(found)}`);
    if (found.heap > 64 || found.used > 128)
      throw new Error(
        `the heap of an outbox of ${found.megabytes} MiB was ${found.heap} MB, with garbage ${found.used}`,
      );
    if (found.reads.rows > 15_000)
      throw new Error(`a statement read ${found.reads.rows} rows: ${found.reads.statement}`);
    if (Object.keys(found.live.statuses).join() !== "202 queued")
      throw new Error(`leads were not taken: ${JSON.stringify(found.live)}`);
  }
}
if (number("STRANGERS", 60) > 0) {
  const found = await strangersRun({ seconds: number("STRANGERS", 60) });
  say(`strangers: ${JSON.stringify(found)}`);
  if (found.ratio > 1.1)
    throw new Error(
      `after ${found.requests} requests of strangers the relay has ${found.ratio} of an echo's memory`,
    );
  if (found.left > 8) throw new Error(`${found.left} bytes of each stranger stay in the heap`);
}
if (number("STRANGER_REQUESTS", 400_000) > 0) {
  const found = await generatedRun({
    requests: number("STRANGER_REQUESTS", 400_000),
    ...(process.env.STRANGER_SEED && { seed: number("STRANGER_SEED", 0) }),
    say,
  });
  say(`requests made by chance: ${JSON.stringify({ ...found, wrong: found.wrong.slice(0, 20) })}`);
  if (found.wrong.length > 0)
    throw new Error(
      `${found.wrong.length} answers are not documented: STRANGER_SEED=${found.seed}`,
    );
  if (found.traps.length > 0)
    throw new Error(`the module has stopped: STRANGER_SEED=${found.seed}`);
  if (found.growth > 1.1)
    throw new Error(
      `in the last third of ${found.requests} requests made by chance the relay's memory grew ${found.growth} times as much as an echo's`,
    );
  if (found.left > 8)
    throw new Error(`${found.left} bytes of each request made by chance stay in the heap`);
}
if (number("REQUESTS", 2_000_000) > 0)
  say(`memory: ${JSON.stringify(await memoryRun({ requests: number("REQUESTS", 2_000_000) }))}`);
if (number("SECONDS", 8) > 0) {
  const load = await loadRun({ seconds: number("SECONDS", 8) });
  say(`load: ${JSON.stringify(load)}`);
  say(
    `check only is ${load.checkToEcho} of an echo; a durable accept is ${load.acceptToInsert} of a bare insert, p99 ${load.accept.p99} ms beside ${load.insert.p99} ms, and ${load.paced.accept.p99} ms beside ${load.paced.insert.p99} ms at half of that load`,
  );
}
