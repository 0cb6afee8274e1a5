/** Two nodes that both believe they own every room, over one log, store and bus. They crash, freeze and come again. */
import { MemoryBus } from "../../src/bus/memory.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { Owner } from "./faulty-route.ts";
import { Server, type Shared, type Sizes } from "./server.ts";
import { SharedLog } from "./shared-log.ts";
import type { World } from "./world.ts";

const slots = ["A", "B"] as const;
type Slot = (typeof slots)[number];

export class Cluster {
  readonly shared: Shared;
  readonly #world: World;
  readonly #sizes: Sizes;
  readonly #servers = new Map<Slot, Server>();
  readonly #births: Record<Slot, number> = { A: 0, B: 0 };
  /** Every server that there ever was, for the sums at the end. */
  readonly ever: Server[] = [];

  constructor(world: World, sizes: Sizes) {
    this.#world = world;
    this.#sizes = sizes;
    this.shared = { log: new SharedLog(world), store: memoryStore(), bus: new MemoryBus(world.infra) };
  }

  async start(): Promise<void> {
    // Before the first node: a seed's ids must not depend on a key that is made by chance.
    await this.shared.store.secrets.putIfAbsent("installation", "a2V5IG9mIHRoZSBzaW11bGF0aW9u");
    for (const slot of slots) await this.#boot(slot);
    this.#world.doom = (machine) => {
      for (const [slot, server] of this.#servers) if (server.machine === machine) this.#crash(slot, server);
    };
  }

  /** The nodes that are up. */
  get servers(): Server[] {
    return [...this.#servers.values()];
  }

  /** As long as the storm lasts: nodes freeze and lose sight of the newest heads at random moments. */
  haunt(): void {
    const { infra, faults } = this.#world;
    infra.after(100 + this.#world.upTo(400), () => {
      if (this.#world.healed) return;
      const seconds = 0.3;
      if (this.#world.chance(faults.freezes * seconds)) this.#freeze(this.#world.pick(slots) ?? "A");
      if (this.#world.chance(faults.staleHeads * seconds)) {
        this.#servers.get(this.#world.pick(slots) ?? "A")?.cutOff(this.#world.upTo(2_000));
      }
      this.haunt();
    });
  }

  /** Clocks are set right; what is down comes up by itself. */
  heal(): void {
    for (const { machine } of this.servers) machine.skewMs = 0;
  }

  #crash(slot: Slot, server: Server): void {
    this.#world.saw("crashes");
    this.#world.trace.add("crash", server.name);
    this.#servers.delete(slot);
    server.crash();
    this.#world.infra.after(this.#world.upTo(1_500), () => {
      this.#boot(slot).catch((error) => this.#world.trace.add("boot failed", slot, String(error)));
    });
  }

  #freeze(slot: Slot): void {
    const server = this.#servers.get(slot);
    if (server === undefined) return;
    this.#world.saw("freezes");
    this.#world.trace.add("freeze", server.name);
    server.machine.freeze();
    this.#world.infra.after(this.#world.upTo(4_000), () => {
      this.#world.trace.add("thaw", server.name);
      server.machine.thaw();
    });
  }

  async #boot(slot: Slot): Promise<void> {
    const name = `${slot}${++this.#births[slot]}`;
    const server = await Server.start(this.#world, name, this.shared, this.#sizes, () => this.#other(slot));
    if (this.#world.healed) server.machine.skewMs = 0;
    this.#servers.set(slot, server);
    this.ever.push(server);
  }

  #other(slot: Slot): Owner | null {
    return this.#servers.get(slot === "A" ? "B" : "A")?.owner ?? null;
  }
}
