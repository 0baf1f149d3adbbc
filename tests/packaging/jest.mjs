// Jest: the rules under Node, a form in its jsdom, which lacks what `fieldpost/testing` takes from Node. The package is ES modules,
// so Node's flag for those is needed.
import { FORM } from "./vitest.mjs";

export const tools = ["jest", "jest-environment-jsdom"];
export const shows = ["node: rules", "jsdom: a form"];

export default async function ({ bin, call, source }) {
  source("jest.config.mjs", "export default { transform: {} };\n");
  source(
    "rules.test.js",
    'import { checkPhone, load } from "fieldpost";\n test("rules", async () => { await load(); expect(checkPhone("212 456 7890").value).toBe("+12124567890"); });',
  );
  source("form.test.js", `/** @jest-environment jsdom */\n${FORM("")}`);
  await call(bin("jest"), ["--ci"], {
    env: { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" },
  });
}
