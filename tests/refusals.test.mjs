// What a user may get wrong is refused before anything is sent, with issues that name the parameter and the limit.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

let fieldpost;
let worker;
before(async () => {
  fieldpost = await import("fieldpost");
  worker = await import("fieldpost/worker");
  await fieldpost.load();
});

const ACCOUNTS = {
  marketo: { system: "marketo", baseUrl: "https://123-ABC-456.mktorest.com", token: "t" },
  pardot: {
    system: "pardot",
    baseUrl: "https://pi.pardot.com",
    businessUnit: "0Uv000000000001CAA",
    token: "t",
  },
  prospects: { system: "prospects", baseUrl: "https://api.hiringcenterpro.com/v2", token: "t" },
};
const many = (count, make) => Array.from({ length: count }, (_, at) => make(at));
const people = (count) => many(count, (at) => ({ email: `p${at}@example.com` }));
const build = (operation, params, more = {}) =>
  fieldpost.request(operation, params, { ...ACCOUNTS[operation.split(".")[0]], ...more });

/** The error of a call, as `code field limit`. */
function refusal(act) {
  try {
    act();
  } catch (error) {
    assert.ok(error.issues?.length > 0, `${error.stack} has no issues`);
    const { field, code, limit } = error.issues[0];
    return [error.code, field, code, ...(limit === undefined ? [] : [limit])].join(" ");
  }
  return "built";
}

const export_ = (object, name, arguments_) => ({
  object,
  procedure: { name, arguments: arguments_ },
});

const PARAMS = {
  "out of range": [
    ["pardot.prospect.query", { limit: 0 }, "limit number.small 1"],
    ["pardot.prospect.query", { limit: 201 }, "limit number.large 200"],
    ["marketo.lead.byList", { listId: 1, batchSize: 301 }, "batchSize number.large 300"],
    ["marketo.lead.merge", { id: 1, leadIds: many(26, (at) => at + 2) }, "leadIds params.many 25"],
    [
      "marketo.lead.filter",
      { filterType: "id", filterValues: many(301, String) },
      "filterValues params.many 300",
    ],
    [
      "prospects.prospect.list",
      { label: many(11, (at) => `l${at}`).join(",") },
      "label labels.many 10",
    ],
    [
      "pardot.export.create",
      {
        ...export_("prospect", "filter_by_created_at", { created_after: "today" }),
        fields: many(151, (at) => `f${at}`),
      },
      "fields params.many 150",
    ],
    [
      "pardot.export.create",
      export_("prospect", "filter_by_created_at", {
        created_after: "2020-01-01 00:00:00",
        created_before: "2021-01-01 00:00:01",
      }),
      "procedure.arguments.created_before params.range",
    ],
  ],
  "of the wrong kind": [
    ["pardot.prospect.query", { limit: "many" }, "limit integer.invalid"],
    ["pardot.prospect.query", { limit: 1.5 }, "limit integer.invalid"],
    ["pardot.prospect.query", { limit: Number.NaN }, "limit integer.invalid"],
    ["pardot.prospect.query", { limit: [1] }, "limit value.kind"],
    ["pardot.prospect.query", { limit: { a: 1 } }, "limit value.kind"],
    ["pardot.prospect.query", { limit: Symbol("x") }, "limit value.kind"],
    ["pardot.prospect.query", { created_after: new Date() }, "created_after value.kind"],
    ["pardot.prospect.query", "x", "params value.kind"],
    ["pardot.prospect.batchCreate", { prospects: ["a@example.com"] }, "prospects[0] value.kind"],
    ["pardot.prospect.batchCreate", { prospects: [null] }, "prospects[0] value.kind"],
    [
      "marketo.lead.submitForm",
      { formId: 1, input: [{ leadFormFields: { email: "a@example.com", x: { y: 1 } } }] },
      "input[0].leadFormFields.x value.kind",
    ],
    [
      "prospects.prospect.upsert",
      { firstName: "A", lastName: "B", licenseStatus: "maybe" },
      "licenseStatus choice.unknown",
    ],
    ["pardot.prospect.dance", {}, "operation params.operation"],
    ["pardot.prospect.read", { id: 1, api_key: "x" }, "api_key params.unknown"],
  ],
  "exclusive ones together": [
    [
      "marketo.lead.merge",
      { id: 1, leadId: 2, leadIds: [3] },
      "leadId params.one_of leadId, leadIds",
    ],
    [
      "pardot.prospect.assign",
      { id: 1, user_id: 1, group_id: 2 },
      "user_email params.one_of user_email, user_id, group_id",
    ],
    [
      "pardot.prospect.create",
      { email: "a@example.com", user_id: 1, crm_owner_fid: "005" },
      "crm_owner_fid params.exclusive user_id, crm_owner_fid",
    ],
    [
      "marketo.lead.sync",
      { action: "updateOnly", partitionName: "EU", input: people(1) },
      "partitionName params.only_with action createOrUpdate or createOnly",
    ],
  ],
  "a batch of none, or of one too many": [
    ["pardot.prospect.batchCreate", { prospects: [] }, "prospects params.few 1"],
    ["pardot.prospect.batchCreate", { prospects: people(51) }, "prospects params.many 50"],
    ["marketo.lead.sync", { input: [] }, "input params.few 1"],
    ["marketo.lead.sync", { input: people(301) }, "input params.many 300"],
    [
      "marketo.lead.submitForm",
      { formId: 1, input: people(2).map((leadFormFields) => ({ leadFormFields })) },
      "input params.many 1",
    ],
    [
      "marketo.field.create",
      { input: many(101, (at) => ({ displayName: `f${at}`, name: `f${at}`, dataType: "string" })) },
      "input params.many 100",
    ],
  ],
  "the same key twice": [
    [
      "marketo.lead.sync",
      { input: [{ email: "a@example.com" }, { email: "A@example.com" }] },
      "input[1].email params.duplicate",
    ],
    [
      "marketo.lead.push",
      { programName: "P", input: [{ email: "a@example.com" }, { email: "A@example.com" }] },
      "input[1].email params.duplicate",
    ],
    ["marketo.lead.delete", { input: [{ id: 1 }, { id: "1" }] }, "input[1].id params.duplicate"],
    [
      "pardot.prospect.batchUpsert",
      { prospects: [{ id: 5 }, { id: "5" }] },
      "prospects[1].id params.duplicate",
      { version: 3 },
    ],
    [
      "marketo.lead.sync",
      {
        action: "createDuplicate",
        input: [{ email: "a@example.com" }, { email: "a@example.com" }],
      },
      "built",
    ],
    [
      "pardot.prospect.batchUpsert",
      { prospects: [{ email: "a@example.com" }, { email: "a@example.com" }] },
      "built",
    ],
  ],
  "an e-mail where an id is due": [
    ["pardot.prospect.update", { id: "a@example.com", city: "x" }, "id integer.invalid"],
    [
      "pardot.prospect.batchUpdate",
      { prospects: [{ id: "a@example.com" }] },
      "prospects[0].id integer.invalid",
    ],
    ["marketo.lead.delete", { input: [{ id: "a@example.com" }] }, "input[0].id integer.invalid"],
    ["marketo.list.add", { listId: "a@example.com", id: [1] }, "listId integer.invalid"],
    ["marketo.list.add", { listId: 1, id: ["a@example.com"] }, "id params.ids"],
  ],
  "a path that would lead elsewhere": [
    ["marketo.lead.get", { id: "../../x" }, "id integer.invalid"],
    ["prospects.prospect.get", { prospectId: ".." }, "prospectId value.kind"],
    ["pardot.prospect.read", { fid: "." }, "fid value.kind"],
  ],
};

for (const [what, rows] of Object.entries(PARAMS)) {
  describe(`parameters: ${what}`, () => {
    for (const [operation, params, expected, more] of rows) {
      test(`${operation}: ${expected}`, () => {
        assert.equal(
          refusal(() => build(operation, params, more)),
          expected === "built" ? "built" : `params.invalid ${expected}`,
        );
      });
    }
  });
}

test("a slash stays within its segment", () => {
  assert.equal(
    new URL(build("prospects.prospect.get", { prospectId: "../x?y#z" }).url).pathname,
    "/v2/prospects/..%2Fx%3Fy%23z",
  );
});

test("what makes the system ignore a parameter is a warning", async () => {
  const fetch = async () => Response.json({ id: "p1", message: null }, { status: 201 });
  const client = worker.client(
    { system: "prospects", baseUrl: "https://api.hiringcenterpro.com", credentials: { key: "k" } },
    { fetch },
  );
  const { kind, warnings } = await client.call("prospects.prospect.upsert", {
    firstName: "A",
    lastName: "B",
    stageId: "s",
    pipelineId: "p",
    sourceId: "1",
    newSourceName: "n",
  });
  assert.deepEqual(
    [kind, warnings.map(({ field, code }) => `${field} ${code}`)],
    ["stored", ["pipelineId params.overridden", "newSourceName params.overridden"]],
  );
});

describe("accounts", () => {
  const inside = [
    "http://pi.pardot.com",
    "https://127.0.0.1",
    "https://localhost",
    "https://10.0.0.1",
    "https://192.168.1.1",
    "https://[::1]",
    "https://169.254.169.254",
    "https://2130706433",
    "https://0x7f000001",
    "https://metadata.google.internal",
    "https://user:pw@pi.pardot.com",
    "https://pi.pardot.com@evil.example",
    "https://pi.pardot.com\\@evil.example",
    "ftp://pi.pardot.com",
    "pi.pardot.com",
    "",
    "https://pi.pardot.com/?x=1",
    "https://pi.pardot.com#x",
    "https://pi.pardot.com/api/../x",
    "https://xn--pi-pardot.com",
    null,
    undefined,
    5,
    {},
  ];
  for (const baseUrl of inside) {
    test(`base URL ${baseUrl}`, () => {
      assert.equal(
        refusal(() => build("pardot.prospect.read", { id: 1 }, { baseUrl })),
        "account.invalid baseUrl account.base_url",
      );
    });
  }
  for (const [more, expected] of [
    [{ version: 5 }, "version account.version"],
    [{ version: "4" }, "version account.version"],
    [{ businessUnit: "x" }, "businessUnit account.business_unit"],
    [{ businessUnit: 5 }, "businessUnit account.business_unit"],
    [{ token: "a\r\nb" }, "token account.token"],
    [{ token: 5 }, "token account.token"],
    [{ system: "marketo" }, "system account.system"],
    [{ system: "siebel" }, "system account.system"],
  ]) {
    test(JSON.stringify(more), () => {
      assert.equal(
        refusal(() => build("pardot.prospect.read", { id: 1 }, more)),
        `account.invalid ${expected}`,
      );
    });
  }
  for (const account of [null, undefined, 5, "x", []]) {
    test(`${account} is none`, () => {
      assert.equal(
        refusal(() => fieldpost.request("pardot.prospect.read", { id: 1 }, account)),
        "account.invalid system account.system",
      );
    });
  }
  for (const baseUrl of [
    "https://123-ABC-456.mktorest.com/rest",
    "https://123-ABC-456.mktorest.com/rest/",
    "https://123-ABC-456.mktorest.com/identity/",
    "https://123-ABC-456.mktorest.com//rest//",
  ]) {
    test(`${baseUrl} is what people paste`, () => {
      assert.equal(
        build("marketo.lead.get", { id: 1 }, { baseUrl }).url,
        "https://123-abc-456.mktorest.com/rest/v1/lead/1.json",
      );
    });
  }
});

describe("a client sends nothing", () => {
  const secret = { clientId: "a", clientSecret: "b" };
  for (const [what, account, operation, params, expected] of [
    [
      "to another host",
      { ...ACCOUNTS.marketo, baseUrl: "https://evil.example", credentials: secret },
      "marketo.lead.get",
      { id: 1 },
      "account.invalid baseUrl account.host",
    ],
    [
      "to another login",
      { ...ACCOUNTS.pardot, credentials: { ...secret, loginUrl: "https://evil.example" } },
      "pardot.prospect.read",
      { id: 1 },
      "account.invalid loginUrl account.login_url",
    ],
    [
      "without a secret",
      { ...ACCOUNTS.marketo, credentials: { clientId: "a" } },
      "marketo.lead.get",
      { id: 1 },
      "account.invalid clientSecret account.credential clientSecret",
    ],
    [
      "without credentials",
      { ...ACCOUNTS.marketo, credentials: undefined },
      "marketo.lead.get",
      { id: 1 },
      "account.invalid clientId account.credential clientId",
    ],
    [
      "without a key",
      { ...ACCOUNTS.prospects, credentials: {} },
      "prospects.prospect.get",
      { prospectId: "x" },
      "account.invalid key account.credential key",
    ],
    [
      "of a batch with one bad record",
      { ...ACCOUNTS.marketo, credentials: secret },
      "marketo.lead.sync",
      { input: [...people(301), { email: "nobody" }] },
      "params.invalid input[301].email email.at",
    ],
  ]) {
    test(what, async () => {
      let sent = 0;
      const fetch = async () => {
        sent++;
        return Response.json({ access_token: "t", expires_in: 3600 });
      };
      const error = await worker
        .client(account, { fetch })
        .call(operation, params)
        .catch((error) => error);
      assert.equal(
        refusal(() => {
          throw error;
        }),
        expected,
      );
      assert.equal(sent, 0);
    });
  }
});
