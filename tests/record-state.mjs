// Records what this version stores, for `upgrade.test.mjs` of later ones: `node tests/record-state.mjs FOLDER`. One lead
// each that is delivered, refused, under review, waiting behind a used-up quota, out when the relay was killed, and in doubt.
import { cp, readdir } from "node:fs/promises";
import { body, stand, submit, until } from "./stand.mjs";

const folder = process.argv[2];
const at = await stand({ timeScale: 1 });
const operator = async (path) =>
  (
    await fetch(`${at.relay}/operator/${path}`, {
      headers: { authorization: "Bearer demo-operator" },
    })
  ).json();
let people = 0;
const lead = async (name, own = {}) => {
  const values = {
    firstName: "Old",
    lastName: "State",
    email: `${name}@example.org`,
    phone: `(212) 456-20${10 + people++}`,
    consent: "yes",
  };
  const { status } = await submit(at, body(values, { key: `state-2-${name}`, v: "1", ...own }));
  if (status !== 202) throw new Error(`${name}: ${status}`);
};
const rows = async (wanted, what) =>
  until(async () => {
    const found = (await operator("leads?limit=1000")).map(
      ({ account, phase, code }) => `${account} ${phase} ${code}`,
    );
    return wanted.every((one) => found.includes(one)) && found;
  }, what);

await lead("done");
await rows(
  ["marketo done stored", "pardot done stored", "prospects done stored"],
  "the delivered lead",
);
await at.faults([
  { operation: "pardot.prospect.create", key: "dead@example.org", fault: "code", code: 166 },
  { operation: "prospects.prospect.upsert", key: "doubt@example.org", fault: "reset_after" },
  { operation: "pardot.prospect.create", key: "doubt@example.org", fault: "reset_after" },
  { operation: "pardot.prospect.create", key: "sent@example.org", fault: "hang_after", ms: 30_000 },
  { operation: "prospects.prospect.upsert", key: "sent@example.org", fault: "hang", ms: 30_000 },
]);
await lead("dead");
await rows(["pardot dead pardot.166"], "the dead letter");
await lead("review", { token: `1.${Date.now().toString(36)}.x.${"0".repeat(64)}` });
await at.faults([
  {
    operation: "marketo.lead.submitForm",
    key: "quota@example.org",
    times: 10,
    fault: "code",
    code: 607,
  },
]);
await lead("quota");
await rows(["marketo waiting marketo.607"], "the used-up quota");
await lead("doubt");
await rows(["prospects waiting network.failed"], "the lost reply");
await lead("sent");
await until(async () => (await operator("leads?phase=sent")).length >= 2, "the calls that are out");
console.log(
  (await operator("leads?limit=1000"))
    .map(({ id, account, phase, code }) => `${id} ${account} ${phase} ${code}`)
    .sort()
    .join("\n"),
);
console.log(JSON.stringify(await operator("status")));
await at.killRelay();
await cp(at.storage, folder, { recursive: true });
console.log((await readdir(folder, { recursive: true })).join("\n"));
await at.stop();
