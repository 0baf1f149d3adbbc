import type { ShardStatus } from "../storage/operator-store.js";
import type { LimiterStatus } from "../limiter/account-limiter.js";
import type { Full } from "../outbox/driver.js";
import type { AlertsShown } from "../outbox/watch.js";

const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const labels = (given: Record<string, string>): string =>
  `{${Object.entries(given)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",")}}`;

/** What shards and limiters say of themselves, as Prometheus reads it. Names, codes and counts; nothing of a visitor. */
export function metrics(
  shards: readonly (ShardStatus & { shard?: string; running?: number; full?: readonly Full[] })[],
  limiters: readonly LimiterStatus[],
  alerts: AlertsShown | null,
  now: number,
): string {
  const lines: string[] = [];
  const metric = (
    name: string,
    type: "gauge" | "counter",
    help: string,
    values: [Record<string, string>, number][],
  ): void => {
    lines.push(
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...values.map(([given, value]) => `${name}${labels(given)} ${value}`),
    );
  };
  const gauge = (
    name: string,
    help: string,
    of: (one: ShardStatus & { running?: number }) => number,
  ): void =>
    metric(
      name,
      "gauge",
      help,
      shards.map((one, at) => [{ shard: one.shard ?? String(at) }, of(one)]),
    );
  gauge("fieldpost_leads_queued", "Leads that wait for a system.", (one) => one.queued);
  gauge("fieldpost_leads_review", "Leads that a person has to release.", (one) => one.review);
  gauge("fieldpost_leads_dead", "Leads of which a system refused a delivery.", (one) => one.dead);
  // An outbox of the release before, while both run, does not count them.
  gauge(
    "fieldpost_leads_gone",
    "Leads that wait for an account or a form that the options no longer have.",
    (one) => one.gone ?? 0,
  );
  gauge(
    "fieldpost_deliveries_dead",
    "Deliveries that a system refused.",
    (one) => one.deadDeliveries,
  );
  gauge(
    "fieldpost_deliveries_repeated",
    "Deliveries whose form activity may have been repeated.",
    (one) => one.repeated,
  );
  gauge(
    "fieldpost_records_vanished",
    "Records that a system had stored and does not have any more.",
    (one) => one.vanished ?? 0,
  );
  gauge("fieldpost_deliveries_running", "Deliveries that are out.", (one) => one.running ?? 0);
  gauge("fieldpost_bytes", "What the leads and their stored requests take.", (one) => one.bytes);
  const age = (since: number | null): number =>
    since === null ? 0 : Math.max(0, Math.round((now - since) / 1000));
  gauge(
    "fieldpost_oldest_seconds",
    "For how long the oldest lead waits, for a system or for a person.",
    (one) => age(one.oldest),
  );
  gauge(
    "fieldpost_oldest_for_person_seconds",
    "For how long the oldest lead waits for a person.",
    (one) => age(one.oldestForPerson),
  );
  const counters = new Map<string, number>();
  for (const { counters: own } of shards)
    for (const [name, value] of Object.entries(own))
      counters.set(name, (counters.get(name) ?? 0) + value);
  const of = (first: string, names: string[]): [Record<string, string>, number][] =>
    [...counters].flatMap(([name, value]) => {
      const [kind, ...rest] = name.split(" ");
      return kind === first
        ? [
            [Object.fromEntries(names.map((label, at) => [label, rest[at] ?? ""])), value] as [
              Record<string, string>,
              number,
            ],
          ]
        : [];
    });
  metric(
    "fieldpost_accepted_total",
    "counter",
    "Leads accepted since the instance began.",
    of("accepted", ["state"]),
  );
  metric("fieldpost_delivered_total", "counter", "Deliveries done.", of("delivered", ["account"]));
  metric(
    "fieldpost_calls_total",
    "counter",
    "Calls by what came of them.",
    of("calls", ["account", "outcome"]),
  );
  metric(
    "fieldpost_died_total",
    "counter",
    "Deliveries that became dead letters.",
    of("died", ["code"]),
  );
  const limiter = (name: string, help: string, value: (one: LimiterStatus) => number): void =>
    metric(
      name,
      "gauge",
      help,
      limiters.map((one) => [{ account: one.account }, value(one)]),
    );
  limiter("fieldpost_gate_running", "Calls that are out.", (one) => one.running);
  limiter("fieldpost_gate_calls", "Calls in the current window.", (one) => one.calls);
  limiter("fieldpost_gate_quiet_seconds", "For how long the limiter is closed.", (one) =>
    one.quietUntil === 0 ? 0 : Math.max(0, Math.round((one.quietUntil - now) / 1000)),
  );
  limiter("fieldpost_gate_quota_used_up", "1 while the day's quota is used up.", (one) =>
    one.quota === null ? 0 : 1,
  );
  const closed = limiters.flatMap(({ account, closed }) =>
    closed ? [[{ account, code: closed.code }, 1] as [Record<string, string>, number]] : [],
  );
  metric(
    "fieldpost_account_closed",
    "gauge",
    "1 while nothing of an account goes out, by the code of what somebody has to mend.",
    closed,
  );
  const targets = limiters.flatMap(({ account, targets }) =>
    targets.map(
      ({ form, param, code }) =>
        [{ account, form: param === null ? form : `${form}/${param}`, code }, 1] as [
          Record<string, string>,
          number,
        ],
    ),
  );
  // A form's dead letters may fill several shards.
  const full = new Set(
    shards.flatMap((one) =>
      (one.full ?? []).map(({ account, form }) =>
        JSON.stringify({ account, form, code: "dead.full" }),
      ),
    ),
  );
  for (const one of full) targets.push([JSON.parse(one) as Record<string, string>, 1]);
  metric(
    "fieldpost_target_closed",
    "gauge",
    "1 while one form's leads wait for one account.",
    targets,
  );
  limiter("fieldpost_gate_refused", "1 while the account's credentials are refused.", (one) =>
    one.refused === null ? 0 : 1,
  );
  metric(
    "fieldpost_sign_in_failed_total",
    "counter",
    "Sign-ins that failed, and tokens that were refused as soon as they were issued.",
    limiters.map((one) => [{ account: one.account }, one.refusals]),
  );
  metric(
    "fieldpost_alert_channel_failing",
    "gauge",
    "1 while no message arrives at a channel of alerts.",
    (alerts?.channels ?? []).map(({ name, failing }) => [{ channel: name }, failing === 0 ? 0 : 1]),
  );
  const open = new Map<string, number>();
  for (const { code } of alerts?.incidents ?? []) open.set(code, (open.get(code) ?? 0) + 1);
  metric(
    "fieldpost_incidents_open",
    "gauge",
    "Incidents that channels of alerts are told of.",
    [...open].map(([code, n]) => [{ code }, n]),
  );
  return `${lines.join("\n")}\n`;
}
