import { describe } from "bun:test";
import { part } from "../../load/kit/parts.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import { natsWorld } from "../support/nats.ts";
import { openTemporary } from "./embedded.ts";
import { logContract } from "./log.contract.ts";
import { ManualPlatform } from "./manual-platform.ts";

const program = await part("nats-server");

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

for (const count of [1, 3] as const) {
  describe.skipIf(program === null)(`nats-server × ${count}`, () => {
    const world = natsWorld(program, count);
    logContract(`jetstream × ${count}`, async () => {
      let nats = await world.open();
      return {
        log: nats.log,
        async reopen() {
          await nats[Symbol.asyncDispose]();
          for (const server of world.servers.servers) await server.restart();
          nats = await world.open();
          return nats.log;
        },
        keeps: "removing a room's last record would move its fence back; records leave by age",
        async [Symbol.asyncDispose]() {
          await nats[Symbol.asyncDispose]();
          await world.empty();
        },
      };
    });
  });
}
