/** What the claims of this folder share: a simulated node with a system on it. */
import type { Probe } from "../../../actors/runtime/probe.ts";
import { createSim, type Sim, type SimNode } from "../../../actors/runtime/sim.ts";
import { createSystem, type System } from "../../../actors/runtime/system.ts";

export interface Given {
  sim: Sim;
  node: SimNode;
  system: System;
  /** Runs the world until the promise settles. */
  settled<T>(promise: Promise<T>): Promise<T>;
  /** Runs the world until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  /** Runs the world for so many simulated ms. */
  elapsed(ms: number): Promise<void>;
  /** Runs the world until nobody has anything left to do, timers included. */
  quiet(): Promise<void>;
}

export function given(options: { seed?: number; probe?: Probe; recoveriesMax?: number } = {}): Given {
  const { seed = 1, ...rest } = options;
  const sim = createSim(seed);
  const node = sim.node();
  const clock = sim.node();
  const until = async (condition: () => boolean): Promise<void> => {
    const { end } = await sim.run(condition);
    if (end !== "until") throw new Error(`it never happens: the world is out of ${end}`);
  };
  return {
    sim,
    node,
    system: createSystem({ platform: node, ...rest }),
    async settled(promise) {
      let done = false;
      const end = (): void => {
        done = true;
      };
      promise.then(end, end);
      await until(() => done);
      return promise;
    },
    until,
    async elapsed(ms) {
      let done = false;
      clock.after(ms, () => {
        done = true;
      });
      await until(() => done);
    },
    async quiet() {
      const { end } = await sim.run(() => false);
      if (end !== "quiet") throw new Error("the world never comes to rest");
    },
  };
}
