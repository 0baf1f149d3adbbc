import type { Credentials } from "../core/account.gen.js";

/** What the calls of a client sign in with. A refresh token may be replaced while they run. */
export class Secrets {
  constructor(
    public now: Credentials,
    private readonly kept?: (refreshToken: string) => void | Promise<void>,
  ) {}

  /** Takes the one that has replaced it, and waits until the owner has kept it. */
  async renew(refreshToken: string): Promise<void> {
    this.now = { ...this.now, refreshToken };
    await this.kept?.(refreshToken);
  }
}
