import type { Credentials } from "../../core/account.gen.js";
import { derived } from "../host/hash.js";
import type { DurableState } from "../storage/durable.js";

/** Where the token stands in the object's storage. */
const KEY = "refresh";

const AES = "AES-GCM";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is kept: it cannot be read without the refresh token that the owner has given. */
interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

async function sealing(secret: string): Promise<CryptoKey> {
  const hex = await derived(secret, "fieldpost refresh token");
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.importKey("raw", bytes, AES, false, ["encrypt", "decrypt"]);
}

/**
 * The refresh token of today. Salesforce may give a new one with each token, and the one before is dead then; so it is
 * stored before the token is used, and an owner's new one takes its place: what is kept opens with the owner's alone.
 */
export class Refresh {
  /** Where the disk takes nothing, this instance still has it. */
  private readonly held = new Map<string, string>();

  constructor(readonly storage: DurableState["storage"]) {}

  /** The credentials with the refresh token that is to be sent. */
  async current(credentials: Credentials): Promise<Credentials> {
    // One that is empty was not given.
    const own = credentials.refreshToken || undefined;
    if (own === undefined) return credentials;
    const refreshToken = this.held.get(own) ?? (await this.stored(own)) ?? own;
    return { ...credentials, refreshToken };
  }

  /** Keeps the one that has taken its place. Throws where the disk does not take it. */
  async renew({ refreshToken: own = "" }: Credentials, token: string): Promise<void> {
    this.held.set(own, token);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await sealing(own);
    const sealed = await crypto.subtle.encrypt({ name: AES, iv }, key, encoder.encode(token));
    await this.storage.put<Sealed>(KEY, { iv, sealed });
  }

  private async stored(own: string): Promise<string | undefined> {
    const kept = await this.storage.get<Sealed>(KEY);
    if (!kept) return undefined;
    try {
      const { iv, sealed } = kept;
      const key = await sealing(own);
      return decoder.decode(await crypto.subtle.decrypt({ name: AES, iv }, key, sealed));
    } catch {
      // It took the place of another one, which the owner has replaced since.
      return undefined;
    }
  }
}
