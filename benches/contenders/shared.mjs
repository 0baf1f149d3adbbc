// What a site owner writes beside any schema library to get the same payload.

/** Labels as a list: trimmed, none empty, each once whatever its case. */
export function cleanLabels(given) {
  const labels = new Map();
  for (const label of Array.isArray(given) ? given : given.split(",")) {
    const text = label.trim();
    const key = text.toLowerCase();
    if (text && !labels.has(key)) labels.set(key, text);
  }
  return [...labels.values()];
}

export function lowerDomain(address) {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** The body: what is empty is left out, because the CRM would erase what it has. */
export function body(lead) {
  for (const name in lead) if (lead[name]?.length === 0) lead[name] = undefined;
  return JSON.stringify(lead);
}

/** The same as a form sends it. */
export function relayBody(lead) {
  const fields = new URLSearchParams();
  for (const name in lead)
    for (const value of [lead[name] ?? ""].flat()) if (value) fields.append(name, value);
  return `${fields}`;
}
