// What a Worker's isolate has in memory, by its inspector.
import { WebSocket } from "undici";

const MIB = 1 << 20;

/**
 * Opens the inspector of a stand's relay. `used` is what the heap holds, garbage and all; `live` what is left when that is
 * gone. In MB.
 * @param {URL | undefined} inspector
 */
export async function heap(inspector) {
  /** @type {{ id: string, webSocketDebuggerUrl: string }[]} */
  const targets = await (
    await fetch(new URL("/json", String(inspector).replace("ws", "http")))
  ).json();
  const socket = new WebSocket(
    String(targets.find(({ id }) => id === "core:user:")?.webSocketDebuggerUrl),
  );
  await new Promise((resolve, reject) =>
    Object.assign(socket, { onopen: resolve, onerror: reject }),
  );
  let last = 0;
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    waiting.get(id)?.(result ?? error);
    waiting.delete(id);
  };
  /**
   * @param {string} method
   * @returns {Promise<{ usedSize: number, backingStorageSize?: number }>}
   */
  const ask = (method) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params: {} }));
    });
  const used = async () => {
    const { usedSize, backingStorageSize = 0 } = await ask("Runtime.getHeapUsage");
    return (usedSize + backingStorageSize) / MIB;
  };
  return {
    used,
    live: async () => {
      await ask("HeapProfiler.collectGarbage");
      return used();
    },
    close: () => socket.close(),
  };
}
