import { type Finding, finding } from "./finding.js";

/** A sign-in and a few reads for each account. */
const DEADLINE = 90_000;

/** What `GET /operator/status` and `POST /operator/check` say, as far as it is read here. */
interface Told {
  options?: { place: string; code: string; message: string; closes: string }[];
  accounts?: Part[];
  forms?: (Part & { form: string })[];
}
interface Part {
  account: string;
  issues: { field: string; code: string; severity: string; message: string }[];
}

/** Asks a relay what it says of itself: its options, its accounts, its mappings. */
export async function judgeRelay(relay: string, operatorKey: string): Promise<Finding[]> {
  const ask = async (method: string, path: string): Promise<Told | number> => {
    const response = await fetch(`${relay}/operator/${path}`, {
      method,
      headers: { authorization: `Bearer ${operatorKey}` },
      signal: AbortSignal.timeout(DEADLINE),
    });
    return response.ok ? ((await response.json()) as Told) : response.status;
  };
  const status = await ask("GET", "status");
  if (status === 401)
    return [finding("note", "OPERATOR_KEY", "operator.key", "The relay does not know this key.")];
  if (typeof status === "number")
    return [finding("stop", relay, "relay.failed", `It answers an operator with ${status}.`)];
  const found = (status.options ?? []).map(({ place, code, message, closes }) =>
    finding(WEIGHTS[closes] ?? "note", `options: ${place}`, code, message),
  );
  // With such options nobody signs in.
  if (found.some(({ weight }) => weight === "stop")) return found;
  const checked = await ask("POST", "check");
  // A relay of before has no such check.
  if (typeof checked === "number") return found;
  const parts = [
    ...(checked.accounts ?? []).map((part) => [`accounts.${part.account}`, part] as const),
    ...(checked.forms ?? []).map(
      (part) => [`forms.${part.form} to ${part.account}`, part] as const,
    ),
  ];
  return [
    ...found,
    ...parts.flatMap(([place, { issues }]) =>
      issues.map(({ field, code, severity, message }) =>
        finding(
          severity === "error" ? "wait" : "note",
          field ? `${place}: ${field}` : place,
          code,
          message,
        ),
      ),
    ),
  ];
}

/** What is closed until it is mended. */
const WEIGHTS: Readonly<Record<string, Finding["weight"]>> = {
  relay: "stop",
  form: "stop",
  account: "wait",
  way: "wait",
  target: "wait",
};
