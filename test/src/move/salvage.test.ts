import { expect, test } from "bun:test";
import { project } from "../../../actors/room/project.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { salvage } from "../../../src/move/salvage.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { draft } from "../../contract/log.contract.ts";
import { created } from "../../contract/writes.ts";
import { manualPlatform } from "../../support/node.ts";

test("what follows on the documents goes into them; what lies behind a hole doesn't, and is told", async () => {
  const log = new MemoryLog(manualPlatform());
  const store = memoryStore();
  for (const room of ["whole", "torn"]) await store.projection.apply([created(room)]);
  const append = async (room: string, seq: number) => {
    const [head] = await log.heads([room]);
    return await log.append(room, head?.position ?? 0, draft(room, seq));
  };
  await append("whole", 1);
  const upTo = await append("torn", 1);
  const early = await log.scan(0, 0, 9);
  await store.projection.apply(early.flatMap(project), { stream: 0, position: upTo });
  const gone = await append("torn", 2);
  for (const seq of [2, 3]) await append("whole", seq);
  for (const seq of [3, 4]) await append("torn", seq);
  const scan = log.scan.bind(log);
  log.scan = async (...args) => (await scan(...args)).filter(({ position }) => position !== gone);

  expect(await salvage({ log, store }, 0)).toEqual(new Map([["torn", 4]]));
  const seqsOf = async (room: string) => (await store.messages.range(room, 1, 9, 9)).map(({ seq }) => seq);
  expect(await seqsOf("whole")).toEqual([1, 2, 3]);
  expect(await seqsOf("torn")).toEqual([1]);
});
