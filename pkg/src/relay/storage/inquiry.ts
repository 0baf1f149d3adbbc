import { facts } from "../host/facts.js";
import type { OperatorStore, ShardStatus } from "./operator-store.js";
import { type Filter, Finding, type LeadAsked, type Wanted } from "./finding.js";
import { Gone } from "./gone.js";
import { type Due, Later } from "./later.js";
import { lock } from "../lead/locked.js";
import { Listing } from "./listing.js";
import type { RelayOptions } from "../options.js";
import { answered } from "./paged.js";
import type { Ruled } from "./ruled.js";
import { LETS_ASK, LOOKS } from "./ruling.gen.js";
import { type Correction, type Portion, type Rule, Ruling } from "./ruling.js";
import { Selection, type Which } from "./selection.js";
import { type DayAsked, today } from "./today.js";
import { removable, removed } from "./trial.js";

/** The names of the lists that an outbox gives page by page. */
export type List = "deliveries" | "attention" | "values" | "names";

/** The operator's way into an outbox. */
export class Inquiry {
  readonly gone: Gone;
  private readonly selection: Selection;
  private readonly listing: Listing;
  private readonly finding: Finding;
  readonly later: Later;

  /**
   * `sentOn` sees that what was sent on goes out; with the first of it, accounts that asked for quiet are asked again. `acted`
   * hears that a person's word was carried out.
   */
  constructor(
    readonly store: OperatorStore,
    readonly relay: () => RelayOptions,
    readonly sentOn: (first: boolean) => Promise<void>,
    acted: () => Promise<void>,
  ) {
    this.gone = new Gone(store, relay);
    this.selection = new Selection(store, this.gone);
    this.listing = new Listing(store, this.gone, this.selection, relay);
    this.finding = new Finding(store, this.gone, this.selection, relay);
    this.later = new Later(store, async (rule) => {
      const portion = await this.rule(rule);
      await acted();
      return portion;
    });
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
        return answered(await this.listing[path.slice(1) as List](which, before));
      }
      case "/found":
        return answered(await this.finding.page(await given<Wanted>()));
      case "/lead":
        return Response.json(await this.finding.lead(await given<LeadAsked>()));
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
        return Response.json(await this.rule(await given<Rule>()));
      }
      case "/later":
        this.later.add(await given<Due>());
        return Response.json({});
      case "/undo":
        return Response.json(this.later.undo((await given<{ name: string }>()).name));
      case "/pending":
        return Response.json(this.later.list());
      case "/count":
        return Response.json(await this.finding.count((await given<{ filter: Filter }>()).filter));
      case "/removable":
        return Response.json(removable(this.store, this.relay(), await given()));
      case "/removed":
        removed(this.store, await given());
        return Response.json({});
      case "/correct": {
        const ruled = this.ruling().correct(await this.locked(await given<Correction>()));
        await this.moved(ruled, true);
        return Response.json(ruled);
      }
      default:
        return undefined;
    }
  }

  private ruling(): Ruling {
    return new Ruling(this.store, this.relay(), this.gone, this.selection);
  }

  /** A correction as it is kept. */
  private async locked(given: Correction): Promise<Correction> {
    const [row] = this.store.rows("SELECT key FROM leads WHERE id = ?", given.id);
    return { ...given, lead: await lock(this.relay(), "lead", String(row?.["key"]), given.lead) };
  }

  private async rule(rule: Rule): Promise<Portion> {
    const ruling = this.ruling();
    if (this.relay().storageKey !== undefined) await ruling.ready(rule);
    const portion = ruling.rule(rule);
    // What has moved goes out, whatever becomes of the leads behind it; and a person's word lets every outbox ask again.
    await this.moved(
      portion.ruled,
      LETS_ASK[facts(rule.after === "", rule.what === "replay")] === 1,
    );
    return portion;
  }

  private async moved(ruled: readonly Ruled[], first: boolean): Promise<void> {
    const hasMoved = ruled.some(({ moved }) => moved);
    if (LOOKS[facts(first, hasMoved)]) await this.sentOn(first);
  }

  status(): ShardStatus {
    return this.store.status(this.gone.status());
  }
}
