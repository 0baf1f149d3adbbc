// Jest: an ES module, so Node's flag for its modules is needed; jsdom with what a browser has and Jest's own lacks (jest-fixed-jsdom).
import { FORM } from "./vitest.mjs";

export const tools = ["jest", "jest-environment-jsdom", "jest-fixed-jsdom"];
export const shows = ["node", "jsdom (jest-fixed-jsdom)"];

export default async function ({ bin, call, source }) {
  source("jest.config.mjs", "export default { transform: {} };\n");
  source(
    "rules.test.js",
    'import { checkPhone, load } from "fieldpost";\n test("rules", async () => { await load(); expect(checkPhone("212 456 7890").value).toBe("+12124567890"); });',
  );
  source("form.test.js", `/** @jest-environment jest-fixed-jsdom */\n${FORM("")}`);
  await call(bin("jest"), ["--ci"], {
    env: { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" },
  });
}
