import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { settle, startLive, until } from "../../support/live.ts";

async function given() {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const { socket, connection } = await node.connect(ana);
  await node.resume(connection, socket, { [room]: null });
  const flush = async () => {
    await settle();
    node.platform.advance(limits.receiptsFlushMs);
    await settle();
  };
  return { node, ana, eve, room, socket, flush };
}

test("receipts carry the room's head, not the highest mark", async () => {
  const { node, ana, eve, room, socket, flush } = await given();
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "two" });
  await until(() => node.feeds.get(room)?.seq === 3);
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await flush();
  expect(socket.of("receipts").at(-1)).toMatchObject({ seq: 3, marks: [[eve.user, 1, 0]] });
});

test("a former member's marks are nobody's business", async () => {
  const { node, ana, eve, room, socket, flush } = await given();
  void node.call(eve, "room.delivered", { room, seq: 1 });
  await settle();
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  await flush();
  expect((await node.store.receipts.ofRoom(room, "all", 10)).map(({ user }) => user)).toContain(eve.user);
  expect(socket.of("receipts")).toEqual([]);
});
