/**
 * A few values per key, mostly one: connections of a session, of a user. A list of one takes 48 bytes where a Set takes 256,
 * and there are as many of these as connections.
 */
export class Groups<Key, Value> {
  readonly #lists = new Map<Key, readonly Value[]>();

  /** As they are now: later changes make another list, so a loop over this one may add and remove. */
  of(key: Key): readonly Value[] {
    return this.#lists.get(key) ?? [];
  }

  add(key: Key, value: Value): void {
    this.#lists.set(key, [...this.of(key), value]);
  }

  remove(key: Key, value: Value): void {
    const others = this.of(key).filter((other) => other !== value);
    if (others.length > 0) this.#lists.set(key, others);
    else this.#lists.delete(key);
  }
}
