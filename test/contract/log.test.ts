import { MemoryLog } from "../../src/log/memory.ts";
import { logContract } from "./log.contract.ts";
import { ManualPlatform } from "./manual-platform.ts";

logContract("memory", async () => ({
  log: new MemoryLog(new ManualPlatform()),
  reopen: "it lives in memory: the simulator keeps it while its nodes restart",
  async [Symbol.asyncDispose]() {},
}));
