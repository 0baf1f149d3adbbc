const encoder = new TextEncoder();

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/**
 * Signs what a JWT says by RS256 with a private key, PKCS#8 in Base64, and gives the JWT; undefined where this host can do
 * nothing with the key.
 */
export async function jwt(key: string, text: string): Promise<string | undefined> {
  try {
    const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
    const made = await crypto.subtle.importKey("pkcs8", bytes, RS256, false, ["sign"]);
    const signature = await crypto.subtle.sign(RS256.name, made, encoder.encode(text));
    return `${text}.${base64url(signature)}`;
  } catch {
    return undefined;
  }
}
