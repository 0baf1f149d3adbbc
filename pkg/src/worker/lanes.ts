import { CONNECTIONS } from "./platform.js";

/** So many deliveries to one account run at once in one outbox: as many as its sender may have out. The gates hold the accounts' own limits. */
export const AT_ONCE = CONNECTIONS;

interface Row {
  id: string;
  account: string;
  persons: string;
}

/** What is under way in an outbox, and how much more may be: of each account so many, and never two about one person. */
export class Lanes {
  /** The deliveries that are out, with their accounts. */
  readonly running = new Map<string, string>();
  /** The persons they are about: another lead of one of them need not ask the gate. */
  readonly busy = new Set<string>();
  /** By account: until when the gate has no place for this shard. */
  readonly held = new Map<string, number>();
  /** By account: so many deliveries may ask or run. Where the gate is full, six that ask in vain cost six calls and writes. */
  readonly width = new Map<string, number>();

  /** So many more of an account may begin. */
  room(account: string, now: number): number {
    return this.heldUntil(account) > now ? 0 : this.widthOf(account) - this.out(account);
  }

  isFull(account: string): boolean {
    return this.out(account) >= this.widthOf(account);
  }

  /** Neither this delivery nor another one about one of its persons is under way here. */
  isFree(row: Row): boolean {
    return !this.running.has(row.id) && !personsOf(row).some((person) => this.busy.has(person));
  }

  /** It is under way until it leaves. */
  enter(row: Row): () => void {
    const persons = personsOf(row);
    this.running.set(row.id, row.account);
    for (const person of persons) this.busy.add(person);
    return () => {
      this.running.delete(row.id);
      for (const person of persons) this.busy.delete(person);
    };
  }

  hold(account: string, until: number): void {
    this.held.set(account, until);
  }

  heldUntil(account: string): number {
    return this.held.get(account) ?? 0;
  }

  /** The gate had no place. */
  narrow(account: string): void {
    this.width.set(account, Math.max(1, this.widthOf(account) - 1));
  }

  /** There was a place, so there may be another one. Says whether there is room for it. */
  widen(account: string): boolean {
    const width = this.widthOf(account);
    if (width < AT_ONCE) this.width.set(account, width + 1);
    return width < AT_ONCE;
  }

  private widthOf(account: string): number {
    return this.width.get(account) ?? AT_ONCE;
  }

  private out(account: string): number {
    return [...this.running.values()].filter((other) => other === account).length;
  }
}

/** Whom a delivery is about. The kind of a key says nothing here; leads of older versions have none. */
const personsOf = ({ account, persons }: Row): string[] => persons.split(" ").map((key) => `${account} ${key.slice(key.indexOf(":") + 1)}`);
