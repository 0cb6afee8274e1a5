/** The bus as one node meets it: messages are lost and late, but stay in order per subject. */
import type { Bus, Json, Unsubscribe } from "../../actors/ports.ts";
import type { SimNode } from "../../actors/runtime/sim.ts";
import { Way } from "./way.ts";
import type { World } from "./world.ts";

interface Message {
  message: Json;
  answer: ((reply: Json) => void) | undefined;
}

export class FaultyBus implements Bus {
  readonly #world: World;
  readonly #node: SimNode;
  readonly #bus: Bus;
  readonly #unsubscribes: Unsubscribe[] = [];

  constructor(world: World, node: SimNode, bus: Bus) {
    this.#world = world;
    this.#node = node;
    this.#bus = bus;
  }

  publish(subject: string, message: Json): void {
    this.#bus.publish(subject, message);
  }

  async subscribe(
    subject: string,
    handler: (message: Json, answer?: (reply: Json) => void) => void,
  ): Promise<Unsubscribe> {
    const way = new Way<Message>(this.#world, this.#node, ({ message, answer }) => handler(message, answer));
    const unsubscribe = await this.#world.remote(this.#node, () =>
      this.#bus.subscribe(subject, (message, answer) => this.#take(way, { message, answer })),
    );
    this.#unsubscribes.push(unsubscribe);
    return unsubscribe;
  }

  request(subject: string, message: Json, timeoutMs: number, enough?: number): Promise<Json[]> {
    return this.#world.remote(this.#node, () => this.#bus.request(subject, message, timeoutMs, enough));
  }

  /** The node is gone. */
  cut(): void {
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
  }

  #take(way: Way<Message>, message: Message): void {
    const { faults } = this.#world;
    if (this.#world.chance(faults.busDropped)) return;
    way.send(message, this.#world.chance(faults.busDelayed) ? this.#world.upTo(2_000) : 0);
  }
}
