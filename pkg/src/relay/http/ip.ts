/** An address as it is always written, without a port; nothing for what is none. */
export function plainAddress(given: string): string | null {
  const text = given.trim();
  const bare =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  const parts = bare.split(".");
  // Some read a zero before a digit as octal.
  if (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  )
    return bare;
  if (bare.length > 45 || !/^[\da-f]*:[\da-f:.]*$/i.test(bare) || !URL.canParse(`http://[${bare}]`))
    return null;
  const plain = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/
    .exec(plain)
    ?.slice(1)
    .map((group) => Number.parseInt(group, 16));
  return mapped ? mapped.flatMap((group) => [group >> 8, group & 255]).join(".") : plain;
}

/** The part of an address that one household has: all of IPv4, the first 64 bits of IPv6. */
export function household(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
