import { describe } from "bun:test";
import { part } from "../../load/kit/parts.ts";
import { MemoryBus } from "../../src/bus/memory.ts";
import { natsWorld } from "../support/nats.ts";
import { busContract } from "./bus.contract.ts";
import { ManualPlatform } from "./manual-platform.ts";

const program = await part("nats-server");

busContract("memory", async () => {
  const platform = new ManualPlatform();
  return {
    bus: new MemoryBus(platform),
    advance: (ms) => platform.advance(ms),
    async [Symbol.asyncDispose]() {},
  };
});

for (const count of [1, 3] as const) {
  describe.skipIf(program === null)(`nats-server × ${count}`, () => {
    const world = natsWorld(program, count);
    busContract(`nats × ${count}`, async () => {
      const nats = await world.open();
      return {
        bus: nats.bus,
        // Real time passes by itself.
        advance() {},
        [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
      };
    });
  });
}
