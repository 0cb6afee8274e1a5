/**
 * Reads of many by one question: of one key one read is under way at a time, and who comes meanwhile shares the next. Nobody waits
 * when nobody else asks; a storm of resumes asks once per room and round trip. A read begins after all whom it serves have asked.
 */

/** What one read is asked for at most. */
const readMax = 500;

interface Waiting<Item, Value> {
  item: Item;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

export class Gathered<Item, Value> {
  readonly #read: (key: string, items: readonly Item[]) => Promise<Value[]>;
  /** Who waits for the next read, by key. A key is here as long as one is under way. */
  readonly #waiting = new Map<string, Waiting<Item, Value>[]>();

  /** @param read the values in the order of the items */
  constructor(read: (key: string, items: readonly Item[]) => Promise<Value[]>) {
    this.#read = read;
  }

  ask(key: string, item: Item): Promise<Value> {
    return new Promise((resolve, reject) => {
      const one = { item, resolve, reject };
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) {
        waiting.push(one);
        return;
      }
      this.#waiting.set(key, []);
      void this.#serve(key, [one]);
    });
  }

  /** Never rejects: those who asked do. */
  async #serve(key: string, served: readonly Waiting<Item, Value>[]): Promise<void> {
    try {
      const items = served.map(({ item }) => item);
      const values = await this.#read(key, items);
      for (const [i, { resolve }] of served.entries()) resolve(values[i] as Value);
    } catch (error) {
      for (const { reject } of served) reject(error);
    }
    const next = this.#waiting.get(key)?.splice(0, readMax) ?? [];
    if (next.length === 0) this.#waiting.delete(key);
    else void this.#serve(key, next);
  }
}
