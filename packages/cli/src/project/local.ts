const port = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** Where page, relay and sandbox are on this machine, where nobody says otherwise. */
export const PORTS = {
  page: port("PAGE_PORT", 8788),
  relay: port("RELAY_PORT", 8789),
  sandbox: port("SANDBOX_PORT", 8790),
} as const;

export const HOST = "127.0.0.1";

/** A page of this machine is called by either name. */
export const pageOrigins = (page: number): string[] => [
  `http://localhost:${page}`,
  `http://${HOST}:${page}`,
];

export const LOCAL = {
  relay: `http://${HOST}:8789`,
  sandbox: `http://${HOST}:8790`,
  pages: pageOrigins(8788),
} as const;
