import { MemoryBus } from "../../src/bus/memory.ts";
import { busContract } from "./bus.contract.ts";
import { ManualPlatform } from "./manual-platform.ts";

busContract("memory", async () => {
  const platform = new ManualPlatform();
  return {
    bus: new MemoryBus(platform),
    advance: (ms) => platform.advance(ms),
    async [Symbol.asyncDispose]() {},
  };
});
