import type { SubmitDetail } from "../form/attach.js";

/** What is kept, and for how long. */
export interface TouchOptions {
  /** Whether this browser may remember where the visitor came from. Without it, only the page that is open does. */
  consent?: () => boolean;
  /** How long the first touch counts, in days; default 90. */
  days?: number;
}

/** What is remembered of the first visit. */
export interface Touch {
  /**
   * Looks at the address again; for pages that change it by script and tell nobody.
   *
   * @example
   * first.visit();
   */
  visit(): void;
  /**
   * Consent was taken back: forgets everything.
   *
   * @example
   * first.forget();
   */
  forget(): void;
  /**
   * Adds nothing to a lead any more.
   *
   * @example
   * first.detach();
   */
  detach(): void;
}

const NAME = "fieldpost.touch";
const CLICK_IDS = [
  "gclid",
  "gbraid",
  "wbraid",
  "dclid",
  "fbclid",
  "msclkid",
  "ttclid",
  "twclid",
  "li_fat_id",
  "rdt_cid",
  "epik",
  "ScCid",
  "yclid",
  "mc_eid",
];

/** One touch: `utm_*`, click ids, the referrer's host, the page it began on, and when. As a query. */
type Kept = { first?: string; last?: string; until?: number };

/**
 * Remembers the first and the last campaign that brought the visitor, over pages and with consent over visits, and
 * sends both with a lead whose visitor consented: `_fp_first` and `_fp_last`.
 *
 * @param options - What is kept, and for how long.
 * @returns What looks again, forgets and ends.
 * @example
 * const first = touch({ consent: () => agreed });
 */
export function touch(options: TouchOptions = {}): Touch {
  const life = new AbortController();
  let kept: Kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(NAME) ?? "{}") as Kept;
    if (!kept.until || kept.until < Date.now()) kept = {};
  } catch {
    // Storage is off, or somebody else wrote there.
  }

  const store = (): void => {
    try {
      if (options.consent?.()) localStorage.setItem(NAME, JSON.stringify(kept));
    } catch {
      // Then it is remembered until the page goes.
    }
  };

  const visit = (): void => {
    const query = new URLSearchParams(location.search);
    const found = new URLSearchParams();
    for (const [name, value] of query)
      if (value && (/^utm_\w{1,40}$/.test(name) || CLICK_IDS.includes(name)))
        found.set(name, value.slice(0, 300));
    let from = "";
    try {
      from = new URL(document.referrer).host;
    } catch {
      // None.
    }
    if (from && from !== location.host) found.set("referrer", from);
    // Going from page to page is no touch; nor is coming by oneself, when something is known.
    if (!found.size && kept.first) return;
    found.set("page", location.pathname.slice(0, 300));
    const now = Date.now();
    const seen = `${found}`;
    if (kept.last?.startsWith(`${seen}&at=`)) return;
    kept.last = `${seen}&at=${now}`;
    if (!kept.first) {
      kept.first = kept.last;
      kept.until = now + (options.days ?? 90) * 86_400_000;
    }
    store();
  };

  const on = (target: EventTarget | undefined, type: string, act: (event: Event) => void): void =>
    target?.addEventListener(type, act, { signal: life.signal });

  on(document, "fieldpost:submit", (event) => {
    const { consented, set } = (event as CustomEvent<SubmitDetail>).detail;
    if (!consented) return;
    if (kept.first) set("first", kept.first);
    if (kept.last) set("last", kept.last);
  });
  on(window, "popstate", visit);
  // Where it is there, it also tells of pushState.
  on((window as { navigation?: EventTarget }).navigation, "navigatesuccess", visit);
  visit();

  return {
    visit() {
      visit();
      store();
    },
    forget() {
      kept = {};
      try {
        localStorage.removeItem(NAME);
      } catch {
        // Nothing was kept.
      }
    },
    detach: () => life.abort(),
  };
}
