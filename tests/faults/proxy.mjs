// A TCP proxy that breaks connections, by a seed: between the relay and the sandbox it is the bad network.
import { connect, createServer } from "node:net";

/**
 * Random numbers from 0 to 1 that are the same for the same seed (mulberry32).
 * @param {number} seed
 */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** @typedef {import("node:net").Socket} Socket */
/** @typedef {{ client: Socket, server: Socket, data: Buffer, link: { dead: boolean } }} Piece */
/** @typedef {{ way: "ask" | "reply", act: (piece: Piece) => unknown }} Fault */

/**
 * The client hears these last words, and the server none.
 * @param {Socket} client
 * @param {Socket} server
 * @param {string | Buffer} words
 */
function ended(client, server, words) {
  client.end(words);
  server.destroy();
}

/**
 * What may befall a piece of a connection. `ask` is what the relay sends, `reply` what comes back.
 * @type {Record<string, Fault>}
 */
const FAULTS = {
  /** RST before the request has arrived. */
  reset_ask: {
    way: "ask",
    act: ({ client, server }) => [client, server].map((socket) => socket.resetAndDestroy()),
  },
  /** RST instead of the reply: the CRM has acted. */
  reset_reply: {
    way: "reply",
    act: ({ client, server }) => [client, server].map((socket) => socket.resetAndDestroy()),
  },
  /** FIN instead of the reply. */
  close_reply: { way: "reply", act: ({ client, server }) => ended(client, server, "") },
  /** Half of the reply, then FIN. */
  cut_reply: {
    way: "reply",
    act: ({ client, server, data }) => ended(client, server, data.subarray(0, data.length >> 1)),
  },
  /** Bytes that are not HTTP. */
  garbage: {
    way: "reply",
    act: ({ client, server }) => ended(client, server, "\u0000\u0001garbage\r\n\r\n"),
  },
  /** The request never arrives, and nobody says so. */
  swallow_ask: { way: "ask", act: ({ link }) => (link.dead = true) },
  /** The reply never arrives, and nobody says so. */
  swallow_reply: { way: "reply", act: ({ link }) => (link.dead = true) },
  /** Late, but well within the deadline. */
  slow: {
    way: "reply",
    act: ({ client, data }) => setTimeout(() => client.writable && client.write(data), 150),
  },
};

/**
 * Starts the proxy to `target`; `rate` is how many of a hundred pieces are struck.
 * @param {string} target
 * @param {{ seed: number, rate: number }} how
 */
export async function startProxy(target, { seed, rate }) {
  const { hostname, port } = new URL(target);
  const next = random(seed);
  /** @type {Record<string, number>} */
  const struck = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0]));
  /** @type {Set<Socket>} */
  const sockets = new Set();
  const proxy = { rate, struck };
  const strike = (/** @type {Fault["way"]} */ way) => {
    if (next() * 100 >= proxy.rate) return undefined;
    const known = Object.entries(FAULTS).filter(([, fault]) => fault.way === way);
    return known[Math.floor(next() * known.length)];
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const link = { dead: false };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        if (!link.dead || socket === client)
          for (const other of [client, upstream]) if (other !== socket) other.destroy();
      });
    }
    const pass = (
      /** @type {Fault["way"]} */ way,
      /** @type {Socket} */ from,
      /** @type {Socket} */ to,
    ) =>
      from.on("data", (data) => {
        if (link.dead) return;
        const fault = strike(way);
        if (!fault) return void (to.writable && to.write(data));
        const [name, { act }] = fault;
        struck[name] = (struck[name] ?? 0) + 1;
        act({ client, server: upstream, data, link });
      });
    pass("ask", client, upstream);
    pass("reply", upstream, client);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  });
}
