// The Worker's entries in a project without the types of a page and of Node.
import { checkParams, form, load } from "fieldpost";
import { client, Gate, Outbox, relay, type RelayEnv } from "fieldpost/worker";

export { Gate, Outbox };
export default relay((env: RelayEnv & { SECRET: string }) => ({
  forms: {},
  accounts: {},
  secret: env.SECRET,
})) as ExportedHandler<never>;

export async function check(request: Request): Promise<boolean> {
  await load();
  checkParams("relay.lead.submit", {});
  return form({ fields: { email: { kind: "email" } } }).check(await request.formData()).ok;
}
export { client };
