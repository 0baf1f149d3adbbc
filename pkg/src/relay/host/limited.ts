/**
 * A map of at most so many entries: one more, and the oldest goes. What outlives a request is kept in one of these, unless
 * its keys are the owner's own (`tests/bounds.test.mjs` has the list), because a stranger may send anything any number of times.
 */
export class Limited<K, V> extends Map<K, V> {
  constructor(readonly most: number) {
    super();
  }

  override set(key: K, value: V): this {
    if (this.get(key) === undefined && this.size >= this.most)
      this.delete(this.keys().next().value as K);
    return super.set(key, value);
  }
}
