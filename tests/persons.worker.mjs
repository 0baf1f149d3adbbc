// A relay of forms that show whose record a lead touches, and what a visitor's silence is.
import { relay } from "fieldpost/worker";

export { Gate, Outbox } from "fieldpost/worker";

const EMAIL = { kind: "email" };

export default relay((env) => {
  const form = (fields, ...deliver) => ({ origins: [env.PAGE_ORIGIN], thanks: `${env.PAGE_ORIGIN}/thanks.html`, fields, deliver });
  const marketo = (map) => ({ account: "marketo", map: { email: "email", ...map }, constants: { formId: 1029 } });
  return {
    secret: env.RELAY_SECRET,
    operatorKey: env.OPERATOR_KEY,
    addressLimit: null,
    timeScale: Number(env.TIME_SCALE),
    forms: {
      // Permissions that nobody must give, and two ways to withdraw one.
      news: form(
        { email: EMAIL, news: { kind: "consent" }, calls: { kind: "boolean" }, stop: { kind: "boolean" }, again: { kind: "choice", choices: ["true", "false"] } },
        marketo({ optIn: "news", phoneOptIn: "calls", unsubscribed: "stop", emailOptIn: "!stop", weekly: "again" }),
      ),
      cookie: form({ email: EMAIL, terms: { kind: "consent", required: true } }, marketo({})),
    },
    accounts: {
      marketo: {
        system: "marketo",
        baseUrl: env.SANDBOX,
        allowHost: env.SANDBOX_HOST,
        credentials: { clientId: env.SANDBOX_CLIENT_ID, clientSecret: env.SANDBOX_CLIENT_SECRET },
      },
      prospects: { system: "prospects", baseUrl: env.SANDBOX, allowHost: env.SANDBOX_HOST, credentials: { key: env.SANDBOX_KEY } },
    },
  };
});
