import type { OperatorStore, ShardStatus } from "./operator-store.js";
import { Finding, type Wanted } from "./finding.js";
import { Gone } from "./gone.js";
import { Listing } from "./listing.js";
import type { RelayOptions } from "../options.js";
import { answered } from "./paged.js";
import { type Rule, Ruling } from "./ruling.js";
import { Selection, type Which } from "./selection.js";
import { type DayAsked, today } from "./today.js";

/** The names of the lists that an outbox gives page by page. */
export type List = "deliveries" | "attention" | "values" | "names";

/** The operator's way into an outbox. */
export class Inquiry {
  readonly gone: Gone;
  private readonly selection: Selection;
  private readonly listing: Listing;
  private readonly finding: Finding;

  /** `sentOn` sees that what was sent on goes out; with the first of it, accounts that asked for quiet are asked again. */
  constructor(
    readonly store: OperatorStore,
    readonly relay: () => RelayOptions,
    readonly sentOn: (first: boolean) => Promise<void>,
  ) {
    this.gone = new Gone(store, relay);
    this.selection = new Selection(store, this.gone);
    this.listing = new Listing(store, this.gone, this.selection, relay);
    this.finding = new Finding(store, this.gone, this.selection, relay);
  }

  /** The answer to an operator's call; nothing for a path that is none. */
  async answer(path: string, request: Request): Promise<Response | undefined> {
    const given = async <T>(): Promise<T> => (await request.json()) as T;
    switch (path) {
      case "/deliveries":
      case "/attention":
      case "/values":
      case "/names": {
        const { which, before } = await given<{ which: Which; before: string }>();
        return answered(this.listing[path.slice(1) as List](which, before));
      }
      case "/found":
        return answered(this.finding.page(await given<Wanted>()));
      case "/lead": {
        const { id, values } = await given<{ id: string; values: boolean }>();
        return Response.json(this.finding.lead(id, values));
      }
      case "/today":
        return Response.json(
          await today(this.store, await given<DayAsked>(), () => this.listing.groups()),
        );
      case "/groups":
        return Response.json(await this.listing.groups());
      case "/rounds": {
        const { round, most } = await given<{ round?: string; most: number }>();
        return Response.json(await this.listing.rounds(round, most));
      }
      case "/rule": {
        const rule = await given<Rule>();
        const portion = new Ruling(this.store, this.relay(), this.gone, this.selection).rule(rule);
        // What has moved goes out, whatever becomes of the leads behind it; and a person's word lets every outbox ask again.
        const first = rule.after === "" && rule.what === "replay";
        if (first || portion.ruled.some(({ moved }) => moved)) await this.sentOn(first);
        return Response.json(portion);
      }
      default:
        return undefined;
    }
  }

  status(): ShardStatus {
    return this.store.status(this.gone.status());
  }
}
