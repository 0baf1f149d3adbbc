// `make faults`: the long form. KILLS, LEADS, SEED, RATE (faults in a hundred pieces of a connection),
// SYSTEMS, SCALE (what the relay's times are divided by), WRITERS, CALM (when so few wait, the network has peace), EACH (leads of each fault of the matrix), SECONDS of load.
import { killRun } from "./kills.mjs";
import { loadRun } from "./load.mjs";
import { matrixRun } from "./matrix.mjs";

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const say = (line) => console.log(line);

const found = await killRun({
  kills: number("KILLS", 200), leads: number("LEADS", 50_000), seed: number("SEED", 1), rate: number("RATE", 2), writers: number("WRITERS", 32), scale: number("SCALE", 10), calm: number("CALM", 20),
  ...(process.env.SYSTEMS && { systems: process.env.SYSTEMS.split(",") }), say,
});
say(`kills and a broken network: ${JSON.stringify(found)}`);
if (number("EACH", 100) > 0) say(`the fault matrix: ${JSON.stringify(await matrixRun({ leads: number("EACH", 100), say }))}`);
if (number("SECONDS", 8) > 0) {
  const load = await loadRun({ seconds: number("SECONDS", 8) });
  say(`load: ${JSON.stringify(load)}`);
  say(`check only is ${load.checkToEcho} of an echo; a durable accept is ${load.acceptToInsert} of a bare insert, p99 ${load.accept.p99} ms beside ${load.insert.p99} ms`);
}
