// One contender in a process of its own, so that no contender's objects and types slow another's. It answers the parent,
// which asks each in turn.
import { leads } from "./leads.mjs";

const contender = await import(`./contenders/${process.argv[2]}.mjs`);

const texts = leads.map((lead) => JSON.stringify(lead));
const phones = leads.map((lead) => lead.phone);
const emails = leads.map((lead) => lead.email);
const inputs = {
  relayLead: leads,
  relayLeadInTwo: leads,
  lead: leads,
  leadOfJson: texts,
  phone: phones,
  email: emails,
};
/** A peer checks and writes the body in one function, and is asked for that again. */
const actOf = (task) => contender[task] ?? contender[task.replace("InTwo", "")];

/** Keeps results alive, so that no compiler drops the work. */
let sink = 0;

/** Microseconds per call, over whole cycles of the corpus. */
function time(task, milliseconds) {
  const act = actOf(task);
  const list = inputs[task];
  const start = performance.now();
  let calls = 0;
  let spent = 0;
  do {
    for (const input of list) sink += act(input)?.length ?? 1;
    calls += list.length;
    spent = performance.now() - start;
  } while (spent < milliseconds);
  return (spent * 1000) / calls;
}

process.on("message", ({ task, milliseconds }) => {
  if (milliseconds === undefined)
    process.send(inputs[task].map((input) => actOf(task)(input) ?? null));
  else process.send(time(task, milliseconds));
});
process.on("disconnect", () => process.exit(sink < 0 ? 1 : 0));
process.send("ready");
