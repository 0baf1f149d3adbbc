// Jest: an ES module, so Node's flag for its modules is needed. A form wants Vitest: Jest's jsdom has no `fetch` and no
// `TextEncoder`, and with Node's own (jest-fixed-jsdom) jsdom does not know Node's abort signals.
export const tools = ["jest"];
export const shows = ["node"];

export default async function ({ bin, call, source }) {
  source("jest.config.mjs", "export default { transform: {} };\n");
  source(
    "rules.test.js",
    'import { checkPhone, load } from "fieldpost";\n test("rules", async () => { await load(); expect(checkPhone("212 456 7890").value).toBe("+12124567890"); });',
  );
  await call(bin("jest"), ["--ci"], {
    env: { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" },
  });
}
