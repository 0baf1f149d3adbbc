// Vitest: a form in the page under jsdom and happy-dom, the rules under Node.
const DOMS = ["jsdom", "happy-dom"];
export const tools = ["vitest", "vite", ...DOMS];
export const shows = ["node: rules", "jsdom, happy-dom: a form"];

/** Fills a form, is told what is wrong, mends it, and sends it. */
export const FORM = (hooks) => `
  ${hooks}
  import { testRelay } from "fieldpost/testing";
  import { attach } from "fieldpost/form";

  test("a form checks itself and sends", async () => {
    const relay = testRelay({ fields: { email: { kind: "email", required: true }, seats: { kind: "integer" } } });
    document.body.innerHTML = '<form action="https://leads.example.com/leads/contact" method="post"><input name="email"><input name="seats"><button>Send</button></form>';
    const element = document.querySelector("form");
    const [email, seats] = element.querySelectorAll("input");
    const attachment = attach(element);
    expect(await attachment.ready()).toBe(true);
    email.value = "ann@";
    expect(attachment.check()).toBe(false);
    expect(email.getAttribute("aria-invalid")).toBe("true");
    email.value = "ann@example.org";
    seats.value = "12";
    const done = new Promise((resolve) => element.addEventListener("fieldpost:done", resolve));
    element.requestSubmit();
    await done;
    expect(relay.leads.map((lead) => [...lead])).toEqual([[["email", "ann@example.org"], ["seats", "12"]]]);
    attachment.detach();
    relay.remove();
  });
`;

export default async function ({ bin, call, source }) {
  const hooks = 'import { expect, test } from "vitest";';
  source(
    "rules.test.js",
    `${hooks}\n import { checkPhone, load } from "fieldpost";\n test("rules", async () => { await load(); expect(checkPhone("212 456 7890").value).toBe("+12124567890"); });`,
  );
  for (const dom of DOMS) source(`${dom}.test.js`, `// @vitest-environment ${dom}\n${FORM(hooks)}`);
  await call(bin("vitest"), ["run", "--root", ".", "--reporter=dot"]);
}
