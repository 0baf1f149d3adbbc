import { isUnderWay, states } from "./deliveries.js";
import { at, make } from "./elements.js";
import { call, type Delivery, isOpen, type Round } from "./interface.js";
import { when } from "./words.js";

/** Shows where a lead is that was sent on, and says whether it is settled. */
type Told = (now: Delivery[]) => boolean;

/** What was sent on from this page, by lead. */
const followed = new Map<string, Told>();
let pause = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
/** What a group's replay waits to hear, and where that is said. */
let watched: { round: string | undefined; place: HTMLElement } | undefined;
/** What is done once nothing is on its way. */
let settled: () => Promise<unknown> = async () => {};

export function whenSettled(act: () => Promise<unknown>): void {
  settled = act;
}

export function forget(): void {
  followed.clear();
}

export function follow(id?: string, told?: Told): void {
  if (id !== undefined && told) followed.set(id, told);
  pause = 500;
  clearTimeout(timer);
  timer = setTimeout(look, pause);
}

export function watch(round: string | undefined, place: HTMLElement): void {
  watched = { round, place };
  follow();
}

/** Goes on to look at what was sent on until it is settled; at a slower pace the longer it takes. */
async function look(): Promise<void> {
  let goesOn = true;
  try {
    const some = [...followed].slice(0, 50);
    const asked = some.map(([id]) => `id=${encodeURIComponent(id)}`).join("&");
    const rows = asked ? await call<Delivery[]>(`leads?limit=10000&${asked}`) : [];
    for (const [id, told] of some) {
      followed.delete(id);
      // Whoever is not settled comes after the others.
      if (!told(rows.filter((row) => row.lead === id).reverse())) followed.set(id, told);
    }
    goesOn = await rounds();
    if (!goesOn) await settled();
  } catch {
    // It is asked again.
  }
  pause = Math.min(pause * 1.5, 30_000);
  if (isOpen() && (goesOn || followed.size > 0)) timer = setTimeout(look, pause);
}

/** What became of what was sent on, replay by replay. Says whether something is still on its way. */
export async function rounds(): Promise<boolean> {
  const { rounds: all } = await call<{ rounds: Round[] }>("rounds");
  at("sent").hidden = all.length === 0;
  at("rounds").replaceChildren(
    ...all.map((one) =>
      make("li", {}, make("strong", { textContent: when(one.at) }), `: ${states(one.states)}.`),
    ),
  );
  const own = all.find(({ round }) => round === watched?.round);
  const text = own ? `What became of it: ${states(own.states)}.` : "";
  // A text that stays the same is not read out again.
  if (own && watched && watched.place.textContent !== text) watched.place.textContent = text;
  return all.some((one) => one.states.some(isUnderWay));
}
