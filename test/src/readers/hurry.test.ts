import { expect, test } from "bun:test";
import type { Json } from "../../../actors/ports.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { Members } from "../../../src/cluster/members.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { startHistory } from "../../../src/readers/history.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { settle } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";

test("many who wait within a moment are one message to the other nodes, which names their streams", async () => {
  const platform = manualPlatform();
  const bus = new MemoryBus(platform);
  const members = new Members({ node: "a", roles: ["readers"], bus, platform });
  const parts = { store: memoryStore(), log: new MemoryLog(platform), onFailure: () => {} };
  await using history = startHistory({ ...parts, bus, platform, members });
  const heard: Json[] = [];
  await bus.subscribe("history.hurry", (streams) => void heard.push(streams));
  for (const stream of [3, 3, 5, 3]) history.hurry(stream);
  platform.advance(5);
  await settle(5);
  expect(heard).toEqual([[3, 5]]);
  history.hurry(1);
  platform.advance(5);
  await settle(5);
  expect(heard).toEqual([[3, 5], [1]]);
});
