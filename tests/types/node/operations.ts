// What the compiler takes and refuses of an operation's name, parameters and outcome.
import { checkParams, load, operations, payload, read, request } from "fieldpost";
import { client } from "fieldpost/worker";

const pardot = client({
  system: "pardot",
  baseUrl: "https://pi.pardot.com",
  credentials: { accessToken: "t" } as never,
});

await load();
const read1 = await pardot.call("pardot.prospect.read", { id: 12 });
if (read1.kind === "found") read1.records.at(0);
// @ts-expect-error a reply of this operation is no batch
if (read1.kind === "batch") read1.results;

// @ts-expect-error there is no such operation
await pardot.call("pardot.prospect.reed", { id: 12 });
// @ts-expect-error there is no such parameter
await pardot.call("pardot.prospect.read", { idd: 12 });
// @ts-expect-error a parameter of another kind
await pardot.call("pardot.customRedirect.read", { id: true });
// @ts-expect-error a parameter that must be given
await pardot.call("pardot.customRedirect.read");
// One that needs none.
await pardot.call("marketo.lead.describe");
// @ts-expect-error which takes none
await pardot.call("marketo.lead.describe", { id: 1 });
// A CRM has fields of its own.
await pardot.call("pardot.prospect.upsert", { email: "ann@acme.co", Shoe_Size__c: "42" });
// @ts-expect-error the e-mail must be a text there, too
await pardot.call("pardot.prospect.create", { email: 1, Shoe_Size__c: "42" });

// A name that only run time knows takes what it is given, which is checked then.
for (const { name } of operations()) checkParams(name, {});
declare const name: string;
const any = await pardot.call(name, { anything: 1 });
if (any.kind === "batch") any.results;

for await (const record of pardot.records("marketo.lead.byList", { listId: 7 })) record.email;
for await (const page of pardot.pages("marketo.lead.byList", { listId: 7 }))
  if (page.kind === "found") page.next;
// @ts-expect-error it finds nothing, so there are no pages of it
pardot.pages("pardot.prospect.upsert", { email: "ann@acme.co" });
// @ts-expect-error nor records
pardot.records("pardot.prospect.upsert", { email: "ann@acme.co" });
// @ts-expect-error a misspelt parameter
pardot.records("marketo.lead.byList", { list: 7 });

payload("relay.lead.submit", { form: "contact", values: {} }).path;
// @ts-expect-error there is no such operation
payload("relay.lead.submitt", { form: "contact", values: {} });
// @ts-expect-error a parameter that must be given
payload("relay.lead.submit", { form: "contact" });

const account = { system: "relay", baseUrl: "https://leads.example.com" } as const;
request("relay.lead.submit", { form: "contact", values: {} }, account);
// @ts-expect-error a misspelt parameter
request("relay.lead.submit", { from: "contact", values: {} }, account);

const answer = await read("pardot.prospect.read", { status: 200, body: "{}" });
// @ts-expect-error a reading stores nothing
if (answer.kind === "stored") answer.status;
// @ts-expect-error there is no such operation
await read("pardot.prospect.reed", { status: 200, body: "{}" });
