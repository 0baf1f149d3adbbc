import type { Outcome } from "../core/types.js";
import { MAX_BYTES } from "../core/wire.gen.js";
import { envelope, final, post, relayForm, tellers } from "./lead.js";
import { tell } from "./telling.js";

/** A lead that waits in this browser. Nobody but the relay can read it: the key that opens it never was here. */
interface Waiting {
  key: string;
  action: string;
  sealed: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970: when it is given up, and until when somebody is sending it. */
  until: number;
  next: number;
}

const DAY = 86_400_000;
/** Longer than a call may take. */
const LEASE = 40_000;
/** The relay takes a lead that comes right after its token for one that nobody typed. */
const UNHURRIED = 2_500;
/** Milliseconds between attempts while the page is open. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** How many go out in one turn, each with a token of its own. */
const TURN = 10;
const NAME = "fieldpost";
const LEADS = "leads";

/** Who shows what became of a lead that went out later. */
const listeners = new Map<string, (outcome: Outcome) => void>();

/** One step in the store; it is done once the disk has it. */
const store = <T>(
  mode: IDBTransactionMode,
  act: (leads: IDBObjectStore) => IDBRequest<T>,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(LEADS, { keyPath: "key" });
    opening.onerror = opening.onblocked = reject;
    opening.onsuccess = () => {
      const db = opening.result;
      const fail = (cause: unknown): void => {
        db.close();
        reject(cause);
      };
      try {
        const work = db.transaction(LEADS, mode, { durability: "strict" });
        const request = act(work.objectStore(LEADS));
        work.onabort = fail;
        work.oncomplete = () => {
          db.close();
          resolve(request.result);
        };
      } catch (cause) {
        fail(cause);
      }
    };
  });

const put = (waiting: Waiting): Promise<unknown> =>
  store("readwrite", (leads) => leads.put(waiting));

/** Takes a lead out: it arrived, or its visitor knows that it did not. What stays by mistake is sent again under the same key. */
export const drop = (key: string): Promise<unknown> => {
  listeners.delete(key);
  return store("readwrite", (leads) => leads.delete(key)).catch(() => undefined);
};

/** Seals a text for the relay: an ephemeral key, and what only it and the relay's key can open. */
async function seal(
  relayKey: JsonWebKey,
  key: string,
  text: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { subtle } = crypto;
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const encoder = new TextEncoder();
  const mine = await subtle.generateKey(curve, false, ["deriveBits"]);
  const theirs = await subtle.importKey("jwk", relayKey, curve, false, []);
  const salt = await subtle.exportKey("raw", mine.publicKey);
  const shared = await subtle.importKey(
    "raw",
    await subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256),
    "HKDF",
    false,
    ["deriveKey"],
  );
  const aes = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode("fieldpost lead") },
    shared,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  // The key seals one lead only, so it needs no other nonce.
  const closed = await subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12), additionalData: encoder.encode(key) },
    aes,
    encoder.encode(text),
  );
  return new Uint8Array(await new Blob([salt, closed]).arrayBuffer());
}

/**
 * Writes a lead down while it is being sent. What it gives, it gives only once the lead is on the disk; called, that
 * leaves the lead to whoever can send it.
 */
export async function keep(
  relayKey: JsonWebKey | null,
  key: string,
  action: string,
  body: string,
): Promise<(() => unknown) | undefined> {
  try {
    // The relay's bound on a sealed lead leaves room for the seal.
    if (!relayKey || body.length > MAX_BYTES) return undefined;
    const now = Date.now();
    const waiting = {
      key,
      action,
      sealed: await seal(relayKey, key, body),
      until: now + DAY,
      next: now + LEASE,
    };
    await put(waiting);
    return () => put({ ...waiting, next: now }).catch(() => undefined);
  } catch {
    // No secure context, no storage, no room: then nobody says that it is saved.
    return undefined;
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;
let pause = 0;
let draining = false;

/** Hears of a lead that waits, and goes on trying while the page is open. */
export function wait(key: string, told: (outcome: Outcome) => void): void {
  listeners.set(key, told);
  later((pause = FIRST_PAUSE));
}

/** Nobody would be shown any more what becomes of it. */
export const unwait = (key: string): boolean => listeners.delete(key);

function later(wait: number): void {
  clearTimeout(timer);
  timer = setTimeout(drain, wait);
}

/** When each of a form's leads was saved that waits here. */
export async function waiting(action: string): Promise<number[]> {
  // Looking must not make a store where there was none.
  if (!(await isThere())) return [];
  const all = await store<Waiting[]>("readonly", (leads) => leads.getAll());
  return all
    .filter((one) => one.action === action && one.until > Date.now())
    .map(({ until }) => until - DAY);
}

const isThere = async (): Promise<boolean> =>
  (await indexedDB.databases?.())?.some(({ name }) => name === NAME) ?? true;

/** Sends what waits; one tab at a time. */
export async function drain(): Promise<void> {
  if (draining) return;
  draining = true;
  try {
    // Another tab that is at it will be through soon, or gone.
    await (navigator.locks ? navigator.locks.request(NAME, work) : work());
  } catch {
    // No storage, so nothing waits.
  }
  draining = false;
}

async function work(): Promise<void> {
  if (!(await isThere())) return;
  let left = 0;
  const due: [Waiting, Promise<string>][] = [];
  const all = await store<Waiting[]>("readonly", (leads) => leads.getAll());
  // One that is never taken must not hold up those behind it.
  for (const waiting of all.sort((one, other) => one.next - other.next)) {
    const { key, action, until, next } = waiting;
    const now = Date.now();
    if (until < now) {
      const detail = { saved: until - DAY };
      if (tell(window, "lost", detail, true))
        (tellers.get(action) ?? [...tellers.values()][0])?.(detail.saved);
      listeners.get(key)?.({ kind: "unknown", why: "" });
      await drop(key);
    } else if (next > now && !listeners.has(key)) left = Math.min(left || DAY, next - now);
    else if (due.length === TURN) left = 1;
    else {
      const token = fresh(action);
      token.catch(() => undefined);
      due.push([waiting, token]);
    }
  }
  let failures = 0;
  for (const [waiting, token] of due) {
    const { key, action, sealed } = waiting;
    try {
      const own = new URLSearchParams(envelope(key, await token));
      // The parameter tells it from text, whose type needs no preflight.
      const outcome = await post(
        action,
        new Blob([`${own}\n`, sealed], { type: "text/plain;fieldpost=sealed" }),
      );
      const told = listeners.get(key);
      // What a relay of before does not take stays until its visitor is there to be shown why.
      if (!final(outcome) || (outcome.kind === "refused" && !told)) throw outcome;
      pause = 0;
      await drop(key);
      told?.(outcome);
      tell(window, "delivered", { state: outcome.kind });
    } catch {
      left = pause = Math.min((pause || FIRST_PAUSE) * 2, LONGEST_PAUSE);
      // The other tabs leave it alone for so long; and a relay that takes none is not asked for each.
      await put({ ...waiting, next: Date.now() + pause }).catch(() => undefined);
      if (++failures > 1) break;
    }
  }
  if (left) later(left);
}

async function fresh(action: string): Promise<string> {
  const { token } = await relayForm(action);
  await new Promise((resolve) => setTimeout(resolve, UNHURRIED));
  return token;
}
