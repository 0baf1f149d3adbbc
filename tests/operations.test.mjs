// Every operation through the package's client, against the sandbox: built, sent, answered, read.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startSandbox } from "../www/demo/sandbox.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

let sandbox;
let fieldpost;
let worker;
let clients;

before(async () => {
  fieldpost = await import("fieldpost");
  worker = await import("fieldpost/worker");
  await fieldpost.load();
  sandbox = await startSandbox(
    process.env.SANDBOX_BIN ?? `${root}target/debug/fieldpost-sandbox`,
    0,
  );
  await control("config", {
    latency: 0,
    marketo: { limits: { calls: 10_000, window: 20_000, concurrent: 10, daily: null } },
  });
  clients = make();
});

after(() => sandbox?.stop());

const control = async (path, body) => {
  const reply = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  assert.equal(reply.status, 200, await reply.clone().text());
  return reply.json();
};

const ledger = async () => (await fetch(`${sandbox.url}/_sandbox/ledger`)).json();

function make(options = {}, extra = {}) {
  const allowHost = new URL(sandbox.url).host;
  const secret = {
    clientId: "sandbox-client",
    clientSecret: "sandbox-secret",
    loginUrl: sandbox.url,
  };
  return {
    marketo: worker.client(
      { system: "marketo", baseUrl: `${sandbox.url}/rest/`, allowHost, credentials: secret },
      options,
    ),
    pardot: worker.client(
      {
        system: "pardot",
        baseUrl: sandbox.url,
        businessUnit: "0Uv000000000001CAA",
        allowHost,
        credentials: secret,
        ...extra,
      },
      options,
    ),
    prospects: worker.client(
      {
        system: "prospects",
        baseUrl: `${sandbox.url}/v2`,
        allowHost,
        credentials: { key: "sandbox-key" },
      },
      options,
    ),
  };
}

const call = (operation, params) => clients[operation.split(".")[0]].call(operation, params);
const stored = async (operation, params) => {
  const outcome = await call(operation, params);
  assert.equal(outcome.kind, "stored", `${operation}: ${JSON.stringify(outcome)}`);
  return outcome;
};
const found = async (operation, params) => {
  const outcome = await call(operation, params);
  assert.equal(outcome.kind, "found", `${operation}: ${JSON.stringify(outcome)}`);
  return outcome.records;
};
const refused = async (operation, params, code) => {
  const outcome = await call(operation, params);
  assert.deepEqual(
    [outcome.kind, outcome.issues?.[0]?.code],
    ["refused", code],
    `${operation}: ${JSON.stringify(outcome)}`,
  );
};
const invalid = (operation, params, field) =>
  assert.rejects(call(operation, params), (error) => {
    assert.equal(error.code, "params.invalid", operation);
    assert.ok(
      error.issues.some((issue) => issue.field === field),
      `${operation}: ${JSON.stringify(error.issues)}`,
    );
    return true;
  });

describe("prospects", () => {
  test("list, upsert, get", async () => {
    const { id } = await stored("prospects.prospect.upsert", {
      firstName: "Ann",
      lastName: "Lee",
      email: "ann@example.org",
      labels: ["Hot"],
      update: true,
    });
    await stored("prospects.prospect.upsert", {
      firstName: "Bo",
      lastName: "Ek",
      email: "bo@example.org",
      labels: "Cold",
      update: true,
    });
    assert.equal((await found("prospects.prospect.get", { prospectId: id }))[0].firstName, "Ann");
    assert.equal(
      (await found("prospects.prospect.list", {})).length,
      2,
      "the page's default of 1 is never relied on",
    );
    assert.deepEqual(
      (await found("prospects.prospect.list", { label: ["hot", "x"] })).map((one) => one.id),
      [id],
    );
    const dropped = await stored("prospects.prospect.upsert", {
      firstName: "No",
      lastName: "Phone",
      phone: "(023) 456-7890",
    });
    assert.ok(dropped.warnings.some((issue) => issue.code === "prospects.phone_dropped"));
    await refused("prospects.prospect.get", { prospectId: "nobody" }, "not_found");
    await invalid(
      "prospects.prospect.list",
      { label: Array.from({ length: 11 }, (_, at) => `l${at}`) },
      "label",
    );
  });

  test("the newest generation reads the same", async () => {
    await control("config", { prospects: { generation: "newest" } });
    try {
      const { id } = await stored("prospects.prospect.upsert", {
        firstName: "New",
        lastName: "One",
        email: "new@example.org",
        update: true,
      });
      assert.equal(
        (await found("prospects.prospect.get", { prospectId: id }))[0].email,
        "new@example.org",
      );
      const page = await call("prospects.prospect.list", { limit: 1 });
      assert.equal(page.records.length, 1);
      assert.ok(page.total > 1 && page.next);
    } finally {
      await control("config", { prospects: { generation: "seed" } });
    }
  });
});

describe("pardot", () => {
  test("one prospect from create to delete", async () => {
    const email = "a+1@example.org";
    const { id } = await stored("pardot.prospect.create", {
      email,
      first_name: "A & B",
      Color: ["red", "b=l&ue"],
      list_9: true,
    });
    const second = await stored("pardot.prospect.create", { email });
    assert.notEqual(second.id, id, "version 4 always creates");
    assert.equal((await found("pardot.prospect.read", { email })).length, 2);
    const [read] = await found("pardot.prospect.read", { id });
    assert.deepEqual([read.id, read.first_name, read.Color], [id, "A & B", ["red", "b=l&ue"]]);
    assert.equal(read.lists[0].list.id, "9");
    const [tree] = await found("pardot.prospect.read", { id, format: "xml" });
    assert.deepEqual(
      [tree.id, tree.first_name, tree.Color, tree.lists[0].list.id],
      [id, "A & B", ["red", "b=l&ue"], "9"],
      "XML reads the same",
    );
    await stored("pardot.prospect.update", {
      id,
      first_name: null,
      job_title: "VP",
      Color: [""],
      list_9: 0,
    });
    const [updated] = await found("pardot.prospect.read", { id });
    assert.deepEqual(
      [updated.first_name, updated.job_title, updated.Color, updated.lists],
      [null, "VP", undefined, []],
    );
    await stored("pardot.prospect.upsert", { id, score: 150 });
    await stored("pardot.prospect.assign", { id, user_id: 56789 });
    assert.equal((await found("pardot.prospect.read", { id }))[0].assigned_to.user.id, "56789");
    assert.equal((await found("pardot.prospect.query", { assigned_to_user: 56789 })).length, 1);
    await stored("pardot.prospect.unassign", { id });
    await stored("pardot.prospect.delete", { id });
    await refused("pardot.prospect.read", { id }, "not_found");
    assert.equal((await found("pardot.prospect.query", { deleted: true })).length, 1);
    await refused("pardot.prospect.assign", { id, group_id: 1 }, "not_found");
    await invalid("pardot.prospect.assign", { id, user_id: 1, group_id: 2 }, "user_email");
  });

  test("batches: split, in input order, bad rows beside good ones", async () => {
    const prospects = Array.from({ length: 120 }, (_, at) => ({
      email: `row${at}@example.org`,
      first_name: `N${at}`,
    }));
    const made = await call("pardot.prospect.batchCreate", { prospects });
    assert.equal(made.results.length, 120);
    assert.ok(made.results.every((one) => one.kind === "stored"));
    const [row7] = await found("pardot.prospect.read", { email: "row7@example.org" });
    const mixed = await call("pardot.prospect.batchUpdate", {
      prospects: [
        { id: row7.id, score: 5 },
        { id: 1, score: 6 },
        { id: row7.id, city: "Ghent" },
      ],
    });
    assert.deepEqual(
      mixed.results.map((one) => one.kind),
      ["stored", "refused", "stored"],
    );
    const xml = await call("pardot.prospect.batchUpsert", {
      prospects: [
        { id: row7.id, company: 'A & <B> "C"\n\u{1F600}' },
        { id: 2, company: "x" },
      ],
      input_format: "xml",
      format: "xml",
    });
    assert.deepEqual(
      xml.results.map((one) => one.kind),
      ["stored", "refused"],
    );
    const [again] = await found("pardot.prospect.read", { id: row7.id });
    assert.deepEqual(
      [again.score, again.city, again.company],
      [5, "Ghent", 'A & <B> "C"\n\u{1F600}'],
    );
    await invalid(
      "pardot.prospect.batchCreate",
      { prospects: [...prospects.slice(0, 60), { first_name: "x" }] },
      "prospects[60].email",
    );
    const calls = (await ledger()).filter(
      (row) => row.operation === "pardot.prospect.batchCreate",
    ).length;
    assert.equal(calls, 3, "one part after another, and none of a call that is refused");
  });

  test("queries have pages", async () => {
    const ids = [];
    for await (const record of clients.pardot.records("pardot.prospect.query", {
      limit: 50,
      sort_by: "id",
    }))
      ids.push(record.id);
    assert.ok(ids.length > 120 && new Set(ids).size === ids.length);
    const mobile = await call("pardot.prospect.query", { output: "mobile" });
    assert.equal(mobile.records.length, ids.length);
    assert.deepEqual(
      await found("pardot.prospect.query", { created_before: "2001-01-01 00:00:00" }),
      [],
    );
    const issues = fieldpost.checkParams
      ? fieldpost.checkParams("pardot.prospect.query", { new: true, assigned: false })
      : [];
    if (fieldpost.checkParams)
      assert.deepEqual(
        issues.map((issue) => [issue.field, issue.code, issue.severity]),
        [["assigned", "params.overridden", "warning"]],
      );
  });

  test("redirects, dynamic content, templates, e-mails", async () => {
    const redirects = await found("pardot.customRedirect.query", { limit: 2 });
    assert.equal(redirects.length, 2);
    assert.equal(
      (await found("pardot.customRedirect.read", { id: redirects[0].id }))[0].name,
      redirects[0].name,
    );
    assert.equal((await found("pardot.dynamicContent.query", {}))[0].id, "1234");
    assert.deepEqual(
      (await found("pardot.customField.query", { limit: 1 })).map(({ type }) => type),
      ["Date"],
    );
    assert.equal(
      (await found("pardot.dynamicContent.read", { id: 1234, format: "xml" }))[0].variation.length,
      2,
    );
    await refused("pardot.dynamicContent.read", { id: 9 }, "not_found");
    assert.equal((await found("pardot.emailTemplate.read", { id: 12 }))[0].isOneToOneEmail, true);
    assert.equal((await found("pardot.emailTemplate.listOneToOne", {})).length, 1);
    assert.equal((await found("pardot.emailTemplate.listOneToOne", { archived: true })).length, 2);
    await refused("pardot.emailTemplate.read", { id: 13 }, "pardot.86");
    const { id } = await stored("pardot.prospect.create", {
      email: "mail@example.org",
      list_77: true,
    });
    const sent = await stored("pardot.email.listSend", {
      campaign_id: 1,
      "list_ids[]": [77],
      email_template_id: 11,
      tags: ["a", "b"],
    });
    const [stats] = await found("pardot.email.stats", { id: sent.id });
    assert.deepEqual([stats.sent, Object.keys(stats).length], [1, 17]);
    const one = await stored("pardot.email.oneToOneSend", {
      campaign_id: 1,
      prospect_id: id,
      name: "n",
      subject: "s",
      text_content: "Hi\n%%unsubscribe%%",
      from_user_id: 5,
    });
    assert.equal(
      (await found("pardot.email.read", { id: one.id }))[0].message.text,
      "Hi\n%%unsubscribe%%",
    );
    assert.equal(
      (await found("pardot.email.read", { id: one.id, include_message: false }))[0].message,
      undefined,
    );
    await refused(
      "pardot.email.listSend",
      { campaign_id: 1, list_ids: [77], email_template_id: 99 },
      "pardot.68",
    );
  });

  test("exports: asked for, waited for, downloaded, cancelled", async () => {
    const { id, status } = await stored("pardot.export.create", {
      object: "prospect",
      fields: ["id", "email", "first_name"],
      procedure: { name: "filter_by_created_at", arguments: { created_after: "yesterday" } },
    });
    assert.equal(status, "waiting");
    const seen = [];
    const done = await clients.pardot.waitForExport(id, {
      progress: (now) => seen.push(now.state),
      sleep: (ms) => control("clock", { advance: Math.min(ms, 59_000) }),
    });
    assert.deepEqual(seen, ["Waiting", "Processing", "Complete"]);
    assert.ok(done.refs.length > 1, "several files");
    let rows = 0;
    for (const ref of done.refs) {
      let text = "";
      for await (const chunk of await clients.pardot.download(ref))
        text += new TextDecoder().decode(chunk);
      assert.ok(text.startsWith("id,email,first_name\n"), "no byte-order mark");
      rows += text.trim().split("\n").length - 1;
    }
    assert.ok(rows > 100);
    const file = await found("pardot.export.download", { id, file: 1 });
    assert.deepEqual(Object.keys(file[0]), ["id", "email", "first_name"]);
    await assert.rejects(
      clients.pardot.download(
        `https://evil.example/api/export/version/4/do/downloadResults/id/${id}/file/99`,
      ),
      (error) => error.code === "not_found",
    );
    const other = await stored("pardot.export.create", {
      object: "visitor",
      procedure: { name: "filter_by_updated_at", arguments: { updated_after: "last_month" } },
    });
    assert.equal((await stored("pardot.export.cancel", { id: other.id })).status, "canceled");
    await refused("pardot.export.cancel", { id }, "pardot.178");
    assert.deepEqual(
      (await found("pardot.export.query", { object: "visitor" })).map((one) => [
        one.id,
        one.state,
        one.resultRefs,
      ]),
      [[other.id, "Canceled", []]],
    );
    assert.equal((await found("pardot.export.read", { id: other.id }))[0].state, "Canceled");
    await assert.rejects(
      clients.pardot.waitForExport(other.id, { sleep: async () => {} }),
      (error) => error.code === "pardot.export_state",
    );
    await control("clock", { advance: 8 * 24 * 3_600_000 });
    assert.equal((await found("pardot.export.read", { id }))[0].isExpired, true);
    await refused("pardot.export.download", { id, file: 1 }, "pardot.178");
    await assert.rejects(
      call("pardot.export.create", {
        object: "prospect",
        procedure: {
          name: "filter_by_updated_at",
          arguments: { updated_after: "2020-01-01 00:00:00" },
        },
      }),
      (error) => error.issues[0].code === "params.range",
      "an open end is measured to now",
    );
  });

  test("version 3 by the account, and a switch that is remembered", async () => {
    await control("config", { pardot: { version: 3 } });
    try {
      clients = make();
      const { id } = await stored("pardot.prospect.upsert", {
        email: "three@example.org",
        first_name: "T",
      });
      const before = (await ledger()).length;
      await stored("pardot.prospect.upsert", { email: "three@example.org", last_name: "U" });
      assert.equal((await ledger()).length, before + 1, "the other version is not asked again");
      await refused("pardot.prospect.create", { email: "three@example.org" }, "pardot.9");
      const three = make({}, { version: 3 }).pardot;
      const batch = await three.call("pardot.prospect.batchUpsert", {
        prospects: { [id]: { city: "Oslo" }, "new3@example.org": { city: "Bergen" } },
      });
      assert.deepEqual(
        batch.results.map((one) => one.kind),
        ["stored", "stored"],
      );
      const bad = await three.call("pardot.prospect.batchUpdate", {
        prospects: [
          { email: "three@example.org", city: "Rome" },
          { id: 1, city: "x" },
        ],
        input_format: "xml",
      });
      assert.deepEqual(
        bad.results.map((one) => one.kind),
        ["stored", "refused"],
      );
      assert.equal(
        (await three.call("pardot.prospect.read", { email: "three@example.org" })).records[0].city,
        "Rome",
      );
      assert.equal(
        (await three.call("pardot.prospect.delete", { email: "three@example.org" })).status,
        "deleted",
      );
    } finally {
      await control("config", { pardot: { version: 4 } });
      clients = make();
    }
  });
});

describe("marketo", () => {
  let lead;

  test("sync, get, filter, describe", async () => {
    const made = await call("marketo.lead.sync", {
      action: "createOnly",
      input: [{ email: "m1@example.org", firstName: "M" }, { email: "m2@example.org" }],
    });
    assert.deepEqual(
      made.results.map((one) => one.status),
      ["created", "created"],
    );
    lead = made.results[0].id;
    await refused(
      "marketo.lead.sync",
      { action: "createOnly", input: [{ email: "m1@example.org" }] },
      "marketo.1005",
    );
    await stored("marketo.lead.sync", {
      action: "updateOnly",
      lookupField: "id",
      input: [{ id: lead, city: "Ghent", lastName: null }],
    });
    const [one] = await found("marketo.lead.get", {
      id: lead,
      fields: ["email", "city", "lastName"],
    });
    assert.deepEqual(
      [one.id, one.email, one.city, one.lastName],
      [lead, "m1@example.org", "Ghent", null],
    );
    await stored("marketo.lead.sync", {
      action: "createDuplicate",
      input: [{ email: "m1@example.org" }],
    });
    await refused(
      "marketo.lead.sync",
      { input: [{ email: "m1@example.org", city: "x" }] },
      "marketo.1007",
    );
    await refused(
      "marketo.lead.sync",
      { input: [{ email: "m9@example.org", nothing: 1 }] },
      "marketo.1006",
    );
    assert.equal(
      (
        await found("marketo.lead.filter", {
          filterType: "email",
          filterValues: ["m1@example.org", "m2@example.org"],
        })
      ).length,
      3,
    );
    const many = Array.from(
      { length: 290 },
      (_, at) => `a-rather-long-address-${at}+tag@example.org`,
    );
    assert.equal(
      (
        await found("marketo.lead.filter", {
          filterType: "email",
          filterValues: [...many, "m2@example.org"],
        })
      ).length,
      1,
      "beyond 8 KB as a POST",
    );
    await refused("marketo.lead.get", { id: 1 }, "not_found");
    assert.ok((await found("marketo.lead.describe", {})).length > 20);
    assert.equal((await found("marketo.lead.describe2", {}))[0].name, "API Lead");
  });

  test("301 leads are split and paged", async () => {
    const input = Array.from({ length: 301 }, (_, at) => ({
      email: `many${at}@example.org`,
      company: undefined,
    }));
    const made = await call("marketo.lead.sync", { input });
    assert.equal(made.results.length, 301);
    assert.ok(made.results.every((one) => one.status === "created"));
    await call("marketo.list.add", {
      listId: 50,
      input: made.results.slice(0, 250).map((one) => ({ id: one.id })),
    });
    const pages = [];
    for await (const page of clients.marketo.pages("marketo.lead.byList", {
      listId: 50,
      batchSize: 100,
    }))
      pages.push(page.records.length);
    assert.deepEqual(pages, [100, 100, 50]);
    await invalid(
      "marketo.lead.sync",
      { input: [...input.slice(0, 300), { email: "bad" }] },
      "input[300].email",
    );
    const gone = await call("marketo.lead.delete", {
      input: made.results.map((one) => ({ id: one.id })),
    });
    assert.ok(gone.results.length === 301 && gone.results.every((one) => one.status === "deleted"));
  });

  test("push, submitForm, associate, merge", async () => {
    await stored("marketo.lead.push", {
      programName: "Launch",
      source: "Site",
      input: [{ email: "push@example.org", leadScore: 45 }],
    });
    await refused(
      "marketo.lead.push",
      {
        programName: "Launch",
        lookupField: "mktToken",
        input: [{ mktToken: "none", firstName: "T" }],
      },
      "marketo.1003",
    );
    const form = await stored("marketo.lead.submitForm", {
      formId: 1029,
      input: [{ leadFormFields: { email: "form@example.org" } }],
    });
    await stored("marketo.lead.associate", {
      id: form.id,
      cookie: "id:287-GTJ-838&token:_mch-marketo.com-1396310362214-46169",
    });
    await refused(
      "marketo.lead.associate",
      { id: 1, cookie: "id:287-GTJ-838&token:_mch-marketo.com-1396310362214-46169" },
      "not_found",
    );
    const [loser] = await found("marketo.lead.filter", {
      filterType: "email",
      filterValues: "push@example.org",
    });
    await stored("marketo.lead.merge", { id: form.id, leadIds: [loser.id] });
    const [winner] = await found("marketo.lead.get", {
      id: form.id,
      fields: ["email", "leadScore"],
    });
    assert.deepEqual([winner.email, winner.leadScore], ["form@example.org", 45]);
  });

  test("lists and programs", async () => {
    const other = (
      await found("marketo.lead.filter", { filterType: "email", filterValues: "m2@example.org" })
    )[0].id;
    const added = await call("marketo.list.add", { listId: 7, input: [{ id: lead }, { id: 1 }] });
    assert.deepEqual(
      added.results.map((one) => one.kind),
      ["stored", "refused"],
    );
    const member = await found("marketo.list.isMember", { listId: 7, id: [lead, other] });
    assert.deepEqual(
      member.map((one) => one.status),
      ["memberof", "notmemberof"],
    );
    assert.equal((await found("marketo.lead.listMembership", { id: lead }))[0].listId, "7");
    await stored("marketo.list.remove", { listId: 7, id: [lead] });
    // Who is not on the list is off it already.
    const off = await stored("marketo.list.remove", { listId: 7, id: [lead] });
    assert.deepEqual([off.status, off.warnings[0].code], ["unchanged", "marketo.1015"]);
    await refused("marketo.list.add", { listId: 1_000_000, id: [lead] }, "not_found");
    const moved = await stored("marketo.lead.partition", {
      input: [{ id: lead, partitionName: "EU" }],
    });
    assert.deepEqual([moved.id, moved.status, moved.record.id], [lead, "updated", lead]);
    await refused(
      "marketo.lead.partition",
      { input: [{ id: lead, partitionName: "Moon" }] },
      "marketo.1008",
    );
    const asked = await stored("marketo.campaign.trigger", {
      id: 3746,
      input: { leads: [{ id: lead }], tokens: [{ name: "{{my.message}}", value: "Hello" }] },
    });
    assert.equal(asked.status, "requested");
    await refused(
      "marketo.campaign.trigger",
      { id: 3746, input: { leads: [{ id: 1 }] } },
      "not_found",
    );
    await stored("marketo.program.changeStatus", {
      programId: 1044,
      status: "Visited",
      input: [{ id: lead }],
    });
    assert.equal(
      (
        await stored("marketo.program.changeStatus", {
          programId: 1044,
          status: "Invited",
          input: [{ id: lead }],
        })
      ).status,
      "unchanged",
    );
    await refused(
      "marketo.program.changeStatus",
      { programId: 1044, status: "Nope", input: [{ id: lead }] },
      "marketo.1025",
    );
    assert.equal(
      (await found("marketo.lead.byProgram", { programId: 1044 }))[0].membership.progressionStatus,
      "Visited",
    );
    assert.deepEqual(
      (
        await found("marketo.lead.programMembership", {
          id: lead,
          filterType: "programId",
          filterValues: [1044],
        })
      ).map((one) => one.id),
      ["1044"],
    );
    assert.deepEqual(await found("marketo.lead.smartCampaignMembership", { id: lead }), []);
  });

  test("fields and forms", async () => {
    const made = await stored("marketo.field.create", {
      input: [{ displayName: "Acme Code", name: "acmeCode", dataType: "string" }],
    });
    assert.ok(made.warnings.some((issue) => issue.code === "params.forever"));
    await refused(
      "marketo.field.create",
      { input: [{ displayName: "Acme Code", name: "acmeCode", dataType: "string" }] },
      "marketo.1017",
    );
    await stored("marketo.field.update", {
      fieldApiName: "acmeCode",
      input: [{ displayName: "Acme", isHidden: true }],
    });
    assert.equal(
      (await found("marketo.field.get", { fieldApiName: "acmeCode" }))[0].isHidden,
      true,
    );
    await refused("marketo.field.get", { fieldApiName: "nothing" }, "marketo.610");
    const names = [];
    for await (const field of clients.marketo.records("marketo.field.browse", { batchSize: 10 }))
      names.push(field.name);
    assert.ok(names.length > 30 && names.includes("acmeCode"));
    assert.ok(
      (await found("marketo.form.fields", { id: 1029 })).some((field) => field.id === "email"),
    );
    await refused("marketo.form.fields", { id: 5 }, "not_found");
  });

  test("one token for calls that start together, and a token in its last second", async () => {
    const asked = [];
    const counting = (request, init) => {
      if (new URL(request.url).pathname.startsWith("/identity")) asked.push(request.url);
      return fetch(request, init);
    };
    const { marketo } = make({ fetch: counting });
    await Promise.all(
      Array.from({ length: 5 }, () => marketo.call("marketo.lead.get", { id: lead })),
    );
    assert.equal(asked.length, 1);
    await control("tokens/expire");
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => marketo.call("marketo.lead.get", { id: lead })),
    );
    assert.ok(outcomes.every((one) => one.kind === "found"));
    assert.equal(asked.length, 2, "one renewal for all");
    let dead = 2;
    const dying = async (request, init) => {
      const reply = await fetch(request, init);
      if (!new URL(request.url).pathname.startsWith("/identity") || dead-- <= 0) return reply;
      return Response.json({ ...(await reply.json()), expires_in: 0 });
    };
    assert.equal(
      (await make({ fetch: dying }).marketo.call("marketo.lead.get", { id: lead })).kind,
      "found",
    );
  });
});

test("the sandbox has answered every operation", async () => {
  const answered = new Set((await ledger()).map((row) => row.operation));
  const missing = fieldpost
    .operations()
    .map((one) => one.name)
    .filter((name) => !name.startsWith("relay.") && !answered.has(name));
  assert.deepEqual(missing, []);
});

test("the reference's examples say what the package builds", () => {
  const page = readFileSync(`${root}docs/operations.md`, "utf8");
  const blocks = [...page.matchAll(/```js\n([\s\S]*?)\n\/\/ (.*)\n```/g)];
  assert.equal(blocks.length, fieldpost.operations().length);
  for (const [, code, said] of blocks) {
    const { method, path } = new Function("payload", `return ${code}`)(fieldpost.payload);
    assert.equal(`${method} ${path}`, said);
  }
});
