import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { settle, startLive } from "../../support/live.ts";

const hourMs = 3_600_000;

async function given() {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const post = (text: string) => node.call(ana, "room.post", { room, cid: node.cid(), text });
  const inLog = async () => {
    await settle();
    return (await node.log.tail(room, 0, limits.tailBytesMax)).map(({ frame }) => frame).join();
  };
  return { node, ana, room, post, inLog };
}

test("a deleted text leaves the log when its age is up; the room's head stays", async () => {
  const { node, ana, room, post, inLog } = await given();
  await post("secret plan");
  await node.call(ana, "room.delete", { room, seq: 2, cid: node.cid() });
  node.platform.advance(limits.logKeptMs);
  expect(await inLog()).toContain("secret plan");
  node.platform.advance(hourMs);
  expect(await inLog()).toBe("");
  expect((await node.log.heads([room]))[0]?.seq).toBe(3);
  expect(node.faults).toEqual([]);
});

test("what the documents don't have yet stays, however old it is", async () => {
  const { node, post, inLog } = await given();
  await post("in the documents");
  await node.history.caughtUp();
  await node.history[Symbol.asyncDispose]();
  await post("in the log alone");
  node.platform.advance(2 * limits.logKeptMs);
  const left = await inLog();
  expect(left).not.toContain("in the documents");
  expect(left).toContain("in the log alone");
});
