/** Of the platform's own module what a relay uses; the platform's types declare much more that is global. */
declare module "cloudflare:workers" {
  export class DurableObject {
    constructor(state: unknown, env: unknown);
  }
}
