/** Simulated machines on one bus: they freeze, crash and thaw, and what a machine hears may be dropped. */
import { type Bus, type Json, Unavailable, type Unsubscribe } from "../../actors/ports.ts";
import { createSim, type Sim, type SimNode } from "../../actors/runtime/sim.ts";
import { MemoryBus } from "../../src/bus/memory.ts";

type Handler = (message: Json, answer?: (reply: Json) => void) => void;

/** The bus as one machine meets it. */
export class MachineBus implements Bus {
  readonly #machine: SimNode;
  readonly #bus: Bus;
  readonly #stops: Unsubscribe[] = [];
  /** What doesn't arrive here. */
  drops: (subject: string, message: Json) => boolean = () => false;

  constructor(machine: SimNode, bus: Bus) {
    this.#machine = machine;
    this.#bus = bus;
  }

  publish(subject: string, message: Json): void {
    this.#bus.publish(subject, message);
  }

  async subscribe(subject: string, handler: Handler): Promise<Unsubscribe> {
    let active = true;
    const stop = await this.#bus.subscribe(subject, (message, answer) => {
      if (this.drops(subject, message)) return;
      this.#machine.soon(() => active && handler(message, answer));
    });
    const unsubscribe = () => {
      active = false;
      stop();
    };
    this.#stops.push(unsubscribe);
    return unsubscribe;
  }

  request(subject: string, message: Json, timeoutMs: number, enough?: number): Promise<Json[]> {
    return this.#machine.through(this.#bus.request(subject, message, timeoutMs, enough));
  }

  /** Its connection ended: nobody listens any more. */
  cut(): void {
    for (const stop of this.#stops) stop();
  }
}

/**
 * A port as one machine meets it: what it answers and whom it calls comes as a task of the machine, so never after a crash and
 * late after a freeze. While `broken`, calls fail.
 */
export function remote<Port extends object>(machine: SimNode, port: Port, broken: () => boolean): Port {
  const wrapped = (argument: unknown): unknown =>
    typeof argument === "function"
      ? (...heard: unknown[]) => machine.soon(() => argument(...heard))
      : argument;
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member === "object" && member !== null) return remote(machine, member, broken);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        const call = () => Reflect.apply(member, target, args.map(wrapped));
        if (broken()) return machine.through(Promise.reject(new Unavailable(String(key))));
        const answer: unknown = call();
        return answer instanceof Promise ? machine.through(answer) : answer;
      };
    },
  });
}

export interface Machine {
  platform: SimNode;
  bus: MachineBus;
  /** As kill -9 does. */
  crash(): void;
}

export interface Machines {
  sim: Sim;
  /** Where what all share lives. */
  infra: SimNode;
  bus: MemoryBus;
  machine(): Machine;
  /** Runs the world until it is so. @throws when it never is */
  until(so: () => boolean): Promise<void>;
  elapsed(ms: number): Promise<void>;
  settled<T>(promise: Promise<T>): Promise<T>;
}

export function machines(seed = 1): Machines {
  const sim = createSim(seed);
  const infra = sim.node();
  const bus = new MemoryBus(infra);
  const until = async (so: () => boolean) => {
    const { end } = await sim.run(so);
    if (end !== "until") throw new Error(`it never happens: the world is out of ${end}`);
  };
  return {
    sim,
    infra,
    bus,
    machine() {
      const platform = sim.node();
      const own = new MachineBus(platform, bus);
      return {
        platform,
        bus: own,
        crash() {
          platform.crash();
          own.cut();
        },
      };
    },
    until,
    async elapsed(ms) {
      let over = false;
      infra.after(ms, () => {
        over = true;
      });
      await until(() => over);
    },
    async settled(promise) {
      let done = false;
      const end = () => {
        done = true;
      };
      promise.then(end, end);
      await until(() => done);
      return await promise;
    },
  };
}
