// A form as a Standard Schema in what takes one: React Hook Form's resolver, TanStack Form, Hono's validator, tRPC.
import assert from "node:assert/strict";

export const tools = [
  "react",
  "react-hook-form",
  "@hookform/resolvers",
  "@tanstack/react-form",
  "@tanstack/form-core",
  "hono",
  "@hono/standard-validator",
  "@trpc/server",
  "typescript",
  "@types/node@20",
];

export const shows = ["React Hook Form, TanStack Form, Hono, tRPC"];

const PROGRAM = `
  import assert from "node:assert/strict";
  import { load } from "fieldpost";
  import { standard } from "fieldpost/standard";
  import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
  import { FormApi } from "@tanstack/form-core";
  import { sValidator } from "@hono/standard-validator";
  import { Hono } from "hono";
  import { initTRPC } from "@trpc/server";

  const contact = standard({
    fields: { email: { kind: "email", required: true }, seats: { kind: "integer", min: 1 }, terms: { kind: "consent", required: true } },
  });
  const good = { email: " Ann@Example.ORG ", seats: "12", terms: true };
  const clean = { email: "Ann@example.org", seats: 12, terms: true };
  const bad = { email: "ann@", seats: "0", terms: true };

  /** React Hook Form's resolver. */
  const resolve = standardSchemaResolver(contact);
  const options = { fields: {}, shouldUseNativeValidation: false };
  // Nothing is loaded yet: it waits by itself.
  assert.deepEqual((await resolve(good as never, undefined, options)).values, clean);
  const { errors } = await resolve(bad as never, undefined, options);
  assert.deepEqual(Object.keys(errors), ["email", "seats"]);
  assert.match(String(errors.email?.message), /mail/i);

  /** TanStack Form, asynchronous and, since it is loaded, synchronous. */
  for (const when of ["onChangeAsync", "onChange"] as const) {
    const api = new FormApi({ defaultValues: { email: "", seats: "", terms: true }, validators: { [when]: contact } as never });
    api.mount();
    api.setFieldValue("email", "ann@");
    await api.validateAllFields("change");
    await api.validate("change");
    assert.equal(api.state.isValid, false, when);
    api.setFieldValue("email", "ann@example.org");
    await api.validate("change");
    assert.equal(api.state.isValid, true, when + JSON.stringify(api.state.errors));
  }

  /** Hono, of a form's body and of JSON. */
  const app = new Hono()
    .post("/form", sValidator("form", contact), (c) => c.json(c.req.valid("form")))
    .post("/json", sValidator("json", contact), (c) => {
      const values: { email: string; seats?: number | string; terms: true } = c.req.valid("json");
      return c.json(values);
    });
  const post = (path: string, body: BodyInit, type: string) => app.request(path, { method: "POST", body, headers: { "content-type": type } });
  const urlencoded = "application/x-www-form-urlencoded";
  assert.deepEqual(await (await post("/form", "email=+Ann@Example.ORG&seats=12&terms=on", urlencoded)).json(), clean);
  assert.equal((await post("/form", "email=ann@&terms=on", urlencoded)).status, 400);
  assert.deepEqual(await (await post("/json", JSON.stringify(good), "application/json")).json(), clean);
  assert.equal((await post("/json", '"text"', "application/json")).status, 400);

  /** tRPC. */
  const t = initTRPC.create();
  const router = t.router({ submit: t.procedure.input(contact).mutation(({ input }) => input.email.length + input.terms.toString()) });
  const caller = t.createCallerFactory(router)({});
  assert.equal(await caller.submit({ email: " Ann@Example.ORG ", terms: true }), "15true");
  await assert.rejects(caller.submit({ email: "ann@", terms: true }), { code: "BAD_REQUEST" });
  // @ts-expect-error the e-mail must be given
  await assert.rejects(caller.submit({ terms: true }));

  /** Once loaded it answers at once. */
  await load();
  const at = contact["~standard"].validate(good);
  assert.ok(!(at instanceof Promise) && !at.issues);
  console.log("fine");
`;

export default async function ({ source, call, bin }) {
  source("main.ts", PROGRAM);
  source(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "ES2022",
        module: "nodenext",
        skipLibCheck: true,
        types: ["node"],
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        outDir: "out",
      },
      files: ["main.ts"],
    }),
  );
  await call(bin("tsc"), ["--project", "."]);
  assert.equal((await call(process.execPath, ["out/main.js"])).trim(), "fine");
}
