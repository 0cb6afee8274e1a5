/** One simulated world: its clock and chance, the machine of log, store and bus, what goes wrong, what was witnessed. */
import { createSim, type Sim, type SimNode } from "../../actors/runtime/sim.ts";
import { calm, type Faults, faultsOf } from "./faults.ts";
import { Trace } from "./trace.ts";
import { noWitness, type Witness, type Witnessed } from "./witness.ts";

export class World {
  readonly sim: Sim;
  /** Where log, store and bus live. Never fails by itself. */
  readonly infra: SimNode;
  readonly trace: Trace;
  readonly witnessed: Witnessed = noWitness();
  /** What goes wrong now. */
  faults: Faults = calm;
  /** How often some node was told an old head, or none. */
  blinded = 0;
  /** The storm is over for good. */
  healed = false;
  /** Ends a node; set by whoever runs them. */
  doom: (node: SimNode) => void = () => {};
  /** What goes wrong in this seed's storm. */
  readonly stormy: Faults;
  /** Nodes know of each other and route commands as a cluster does; in other seeds each believes to own every room. */
  readonly routed: boolean;

  constructor(seed: number, keepTrace: boolean) {
    this.sim = createSim(seed);
    this.infra = this.sim.node();
    this.trace = new Trace(this.sim.now, keepTrace);
    // By the seed's own number, not by chance: the others' stories stay as they are.
    this.routed = seed % 6 === 5;
    this.stormy = faultsOf(this.sim.random);
  }

  storm(): void {
    this.faults = this.stormy;
    this.trace.add("storm", this.faults);
  }

  /** From here on everything works. */
  heal(): void {
    this.faults = calm;
    this.healed = true;
    this.trace.add("heal");
  }

  now(): number {
    return this.sim.now();
  }

  /** For readers of a trace. */
  note(what: string, ...details: readonly unknown[]): void {
    this.trace.note(what, ...details);
  }

  saw(witness: Witness, times = 1): void {
    this.witnessed[witness] += times;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.sim.random() < probability;
  }

  /** [0, most) */
  upTo(most: number): number {
    return this.sim.random() * most;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.sim.random() * items.length)];
  }

  /** How long a message travels, ms. */
  travel(): number {
    return this.upTo(this.faults.travelMs);
  }

  /** A question to the infrastructure: it travels, is worked on there, and the answer travels back. */
  remote<T>(from: SimNode, work: () => Promise<T>, extraMs = 0): Promise<T> {
    if (this.chance(this.faults.crashes)) this.infra.after(this.travel() * 2, () => this.doom(from));
    return new Promise((resolve, reject) => {
      this.infra.after(this.travel() + extraMs, () => {
        work().then(
          (value) => from.after(this.travel(), () => resolve(value)),
          (error) => from.after(this.travel(), () => reject(error)),
        );
      });
    });
  }
}
