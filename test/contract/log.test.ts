import { MemoryLog } from "../../src/log/memory.ts";
import { openTemporary } from "./embedded.ts";
import { logContract } from "./log.contract.ts";
import { ManualPlatform } from "./manual-platform.ts";

logContract("memory", async () => ({
  log: new MemoryLog(new ManualPlatform()),
  reopen: "it lives in memory: the simulator keeps it while its nodes restart",
  async [Symbol.asyncDispose]() {},
}));

logContract("sqlite", async () => {
  const temporary = await openTemporary();
  return {
    log: temporary.embedded.log,
    reopen: async () => (await temporary.reopen()).log,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
});
