// A relay whose forms speak three languages, and whose outboxes break as the address asks: `?break=lost` takes the lead
// and loses the answer, `full` has no room, `away` never answers, `forgetful` not when it is asked for a known lead,
// `running` is at the same lead just now. With `failed` the fields of the form `frail` break.
import { relay } from "fieldpost/worker";
import { accounts, common, form as formOf, toMarketo } from "./relays.mjs";

export { Gate, Outbox } from "fieldpost/worker";

const CONSENT =
  "I agree that Harbor Plumbing may call and text me about my request.\nThe policy is at https://example.com/privacy?a=1&b=2.";
/** As long as lawyers like it. */
const LONG = `${"I agree to all of this, and to what follows. ".repeat(70)}The end.`;
const fields = {
  firstName: { kind: "name", label: "First name", required: true, max: 80 },
  email: { kind: "email", label: "E-mail", required: true },
  message: { kind: "text", label: "Message", max: 500 },
  services: { kind: "choices", label: "Services", choices: ["Drains", "Boilers", "Water, hot"] },
  tags: { kind: "labels", label: "Tags" },
  when: { kind: "choice", label: "When", choices: ["Now", "Later"] },
  campaign: { kind: "hidden" },
  consent: {
    kind: "consent",
    label: "Consent",
    required: true,
    purpose: "an answer",
    text: CONSENT,
  },
};

/** Whether the fields of the form `frail` break, for the request that says so. */
let failing = false;
const frail = new Proxy(fields, {
  ownKeys(of) {
    const fails = failing;
    // The page that says so has them again.
    failing = false;
    if (fails) throw new TypeError("a visitor's own text");
    return Reflect.ownKeys(of);
  },
});

/** Breaks the outboxes, or leaves them as they are. */
function broken(env, how) {
  if (!how) return env;
  const get = (id) => {
    const real = env.OUTBOX.get(id);
    return {
      async fetch(url, init) {
        if (how === "away") throw new Error("away");
        const what = new URL(url).pathname;
        if (how === "forgetful" && what === "/known") throw new Error("away");
        if (how === "running" && what === "/reserve")
          return Response.json({ id: "", state: "running" });
        if (what !== "/accept") return real.fetch(url, init);
        if (how === "full") return Response.json({ id: "", state: "full" });
        const response = await real.fetch(url, init);
        if (how === "lost") throw new Error("lost");
        return response;
      },
    };
  };
  return { ...env, OUTBOX: { idFromName: (name) => env.OUTBOX.idFromName(name), get } };
}

const made = relay((env) => {
  if (env.BROKEN) throw new TypeError("a visitor's own text");
  const form = (more = {}) =>
    formOf(env, fields, [], {
      title: "Book a visit",
      trap: "fp_ref2",
      contact: "mailto:office@example.com",
      ...more,
    });
  return {
    ...common(env),
    addressHeader: "cf-connecting-ip",
    addressLimit: { leads: 3, seconds: 120 },
    forms: {
      contact: form(),
      delivered: form({ deliver: [toMarketo({ email: "email", firstName: "firstName" })] }),
      agreed: form({
        fields: { ...fields, consent: { ...fields.consent, text: LONG } },
        deliver: [toMarketo({ email: "email", company: "@consent.consent.text" })],
      }),
      contacto: form({ language: "es-MX", title: "Pida una visita" }),
      contactez: form({ language: "fr-CA", title: undefined, contact: undefined }),
      kontakt: form({
        language: "de",
        messages: {
          "page.check": "Bitte prüfen Sie Ihre Angaben",
          "email.at": "Eine E-Mail-Adresse hat ein @.",
          "text.long": "Höchstens {} Zeichen.",
        },
      }),
      challenged: form({
        turnstile: {
          secret: "x",
          fetch: async () => Response.json({ success: true, hostname: "127.0.0.1" }),
        },
      }),
      frail: form({ fields: frail }),
      odd: form({ fields: { email: { kind: "emial", label: "E-mail" } } }),
    },
    accounts: accounts(env, ["marketo"]),
  };
});

export default {
  async fetch(request, env) {
    const how = new URL(request.url).searchParams.get("break");
    if (how !== "failed") return made.fetch(request, broken(env, how));
    failing = true;
    return made.fetch(request, env).finally(() => (failing = false));
  },
  scheduled: (event, env) => made.scheduled(event, env),
};
