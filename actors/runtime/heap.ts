/** A binary heap: the least item first. */
export class Heap<Item> {
  readonly #items: Item[] = [];
  readonly #before: (a: Item, b: Item) => boolean;

  constructor(before: (a: Item, b: Item) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  get least(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !this.#before(item, parent)) break;
      items[index] = parent;
      index = above;
    }
    items[index] = item;
  }

  pop(): Item | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return least;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      const left = items[below];
      if (left === undefined) break;
      const right = items[below + 1];
      let child = left;
      if (right !== undefined && this.#before(right, left)) {
        child = right;
        below++;
      }
      if (!this.#before(child, last)) break;
      items[index] = child;
      index = below;
    }
    items[index] = last;
    return least;
  }
}
