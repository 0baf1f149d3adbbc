// A relay whose accounts sign in each in its own way, and whose forms have one fault each.
import { Gate as SoundGate, Outbox, relay } from "fieldpost/worker";
import { account, askEach, common, form, showing, toMarketo, withTests } from "./relays.mjs";

export { Outbox };

export const Gate = showing(SoundGate, {
  async kept() {
    const kept = await this.state.storage.get("refresh");
    return kept ? [...new Uint8Array(kept.sealed)] : null;
  },
  /** A new instance has the storage, and nothing that this one remembers. */
  begins() {
    this.refresh.held.clear();
    this.limiter.memory.clear();
    this.limiter.loaded = undefined;
  },
});

const FIELDS = { email: { kind: "email", required: true }, company: { kind: "text", max: 80 } };

const handler = relay((env) => {
  const login = { clientId: env.SANDBOX_CLIENT_ID, loginUrl: env.SANDBOX };
  const pardot = (credentials) => account(env, "pardot", { credentials });
  return {
    ...common(env),
    accounts: {
      marketo: account(env, "marketo"),
      prospects: account(env, "prospects"),
      jwt: pardot({ ...login, username: "api@sandbox.example", privateKey: env.PRIVATE_KEY }),
      rotating: pardot({
        ...login,
        clientSecret: env.SANDBOX_CLIENT_SECRET,
        refreshToken: "sandbox-refresh",
      }),
      stranger: pardot({ ...login, clientSecret: "another secret of nobody" }),
    },
    forms: {
      sound: form(env, FIELDS, [
        toMarketo({ email: "email", company: "company" }),
        { account: "jwt", map: { email: "email", company: "company" } },
      ]),
      wrong: form(env, FIELDS, [toMarketo({ email: "email", shoeSize: "company" })]),
      rotating: form(env, FIELDS, [{ account: "rotating", map: { email: "email" } }]),
    },
  };
});

const gates = (env, path) => askEach(env.GATE, ["rotating"], path);

export default withTests(handler, {
  kept: ({ env }) => gates(env, "kept"),
  begins: ({ env }) => gates(env, "begins"),
});
