// A relay that tells somebody when something is wrong: a channel of each kind, all of them at one receiver of the test's.
import { relay } from "fieldpost/worker";
import { account, common, form, toMarketo } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

export default relay((env) => {
  const fields = {
    firstName: { kind: "name", required: true },
    lastName: { kind: "name", required: true },
    email: { kind: "email", required: true },
    phone: { kind: "phone" },
    company: { kind: "text" },
  };
  const map = Object.fromEntries(Object.keys(fields).map((name) => [name, name]));
  const at = (path) => ({ url: `${env.RECEIVER}/${path}`, allowHost: new URL(env.RECEIVER).host });
  const mail = { key: env.MAIL_KEY, from: "relay@example.com", to: ["ann@example.com"] };
  const all = {
    hook: { kind: "webhook", ...at("hook"), secret: JSON.parse(env.ALERT_SECRETS) },
    chat: { kind: "slack", ...at("chat") },
    resend: { kind: "resend", ...at("resend"), ...mail },
    postmark: { kind: "postmark", ...at("postmark"), ...mail },
    sendgrid: { kind: "sendgrid", ...at("sendgrid"), ...mail },
  };
  const named = (env.CHANNELS ?? Object.keys(all).join(" ")).split(" ");
  return {
    ...common(env),
    shards: 2,
    ...(env.CHANNELS !== "none" && {
      alerts: {
        channels: Object.fromEntries(named.map((name) => [name, all[name]])),
        console: "https://leads.example.com/operator",
        review: 2,
      },
    }),
    forms: {
      contact: form(env, fields, [
        toMarketo(map),
        { account: "prospects", map, constants: { newSourceName: "Website" } },
      ]),
    },
    accounts: {
      marketo: account(env, "marketo"),
      prospects: account(env, "prospects"),
    },
  };
});
