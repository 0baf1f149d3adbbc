import { consult } from "../host/consult.js";
import type { RelayEnv } from "../options.js";
import { CONNECTIONS, HostRefusal, isRefusal } from "../host/platform.js";

/**
 * The calls of one object to others of the limiters' class. No more than six wait for their heads: Cloudflare does not say whether
 * such a call takes one of the object's six connections, so it is taken to.
 */
export class Peers {
  private readonly free: object[] = Array.from({ length: CONNECTIONS }, () => ({}));
  private readonly next: (() => void)[] = [];

  constructor(readonly env: RelayEnv) {}

  /** As {@link consult}; the deadline begins when the call leaves. Throws a {@link HostRefusal} where the host did not let it. */
  async ask<T>(name: string, path: string, deadline: number, body: object): Promise<T> {
    await this.turn();
    let done: (() => void) | undefined = () => this.done();
    const back = (): void => {
      done?.();
      done = undefined;
    };
    try {
      const object = this.env.GATE.get(this.env.GATE.idFromName(name));
      const heard = {
        fetch: (url: string, init?: RequestInit) => object.fetch(url, init).finally(back),
      };
      return await consult<T>(heard, `https://gate/${path}`, deadline, body);
    } catch (error) {
      throw isRefusal(error) ? new HostRefusal("", { cause: error }) : error;
    } finally {
      back();
    }
  }

  private turn(): Promise<void> {
    const place = this.free.pop();
    if (place) return Promise.resolve();
    return new Promise((resolve) => this.next.push(resolve));
  }

  private done(): void {
    const next = this.next.shift();
    if (next) next();
    else this.free.push({});
  }
}

/** Answers at once, and says later what, as JSON text: who waits for it holds no connection meanwhile. What fails breaks off. */
export function later(answer: Promise<string>): Response {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(await answer));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}
