// The shim and the prototypes of all objects.
import assert from "node:assert/strict";

export const tools = ["fast-check"];
export const shows = [
  "100,000 forms with any names and values: nothing is written where all objects look",
];

export default async function ({ call, source }) {
  // Whatever names and values come, nothing of the shim writes where all objects look.
  const file = source(
    "prototype.mjs",
    `import fc from "fast-check"; import { form, load, payload } from "fieldpost"; import { texts } from "fieldpost/form";
       await load();
       const before = Reflect.ownKeys(Object.prototype).map(String).join();
       const name = fc.oneof(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "a", "email"), fc.string({ maxLength: 12 }));
       const value = fc.oneof(fc.string({ maxLength: 30 }), fc.constant(null), fc.boolean(), fc.integer(), fc.array(fc.string(), { maxLength: 3 }), fc.dictionary(name, fc.string(), { maxKeys: 3 }));
       const contact = form({ fields: JSON.parse('{"__proto__":{"kind":"text"},"constructor":{"kind":"labels"},"a":{"kind":"text"},"email":{"kind":"email"}}') });
       fc.assert(fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), (pairs) => {
         const report = contact.check(pairs);
         if (Object.getPrototypeOf(report.values) !== Object.prototype) throw new Error("prototype");
         try { payload("relay.lead.submit", { form: "contact", values: report.values }); } catch (error) { if (!error.code) throw error; }
         if (Reflect.ownKeys(Object.prototype).map(String).join() !== before || Object.hasOwn(texts, "undefined")) throw new Error("Object.prototype");
       }), { numRuns: 100_000 });
       console.log("clean");`,
  );
  assert.equal((await call(process.execPath, [file])).trim(), "clean");
}
