import { memoryStore } from "../../src/store/memory.ts";
import { storeContract } from "./store.contract.ts";

storeContract("memory", async () => ({
  store: memoryStore(),
  reopen: "it lives in memory: the simulator keeps it while its nodes restart",
  async [Symbol.asyncDispose]() {},
}));
