/** A one-way street to a machine: what is sent comes in order, later. */
import type { SimNode } from "../../actors/runtime/sim.ts";
import type { World } from "./world.ts";

export class Way<Item> {
  readonly #world: World;
  readonly #to: SimNode;
  readonly #deliver: (item: Item) => void;
  readonly #queue: Item[] = [];
  #lastAt = 0;
  #cut = false;

  constructor(world: World, to: SimNode, deliver: (item: Item) => void) {
    this.#world = world;
    this.#to = to;
    this.#deliver = deliver;
  }

  send(item: Item, extraMs = 0): void {
    if (this.#cut) return;
    const now = this.#world.sim.now();
    this.#lastAt = Math.max(this.#lastAt, now + this.#world.travel() + extraMs);
    this.#queue.push(item);
    // Tasks that are due together run in any order: each takes the oldest item, whichever it was set for.
    this.#to.after(this.#lastAt - now, () => this.#next());
  }

  /** What is on its way is lost. */
  cut(): void {
    this.#cut = true;
    this.#queue.length = 0;
  }

  #next(): void {
    const item = this.#queue.shift();
    if (item !== undefined) this.#deliver(item);
  }
}
