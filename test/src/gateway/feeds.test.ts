import { expect, test } from "bun:test";
import { settle, startLive } from "../../support/live.ts";

test("a feed whose only reader went while it was attached is closed", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection } = await node.connect(ana);
  await settle();
  node.gateway.receive(connection, JSON.stringify({ t: "resume", n: 1, rooms: { [room]: null } }));
  await Promise.resolve();
  connection.gone();
  await settle();
  expect(node.feeds.get(room)?.size).toBe(0);
  node.platform.advance(20_000);
  expect(node.feeds.size).toBe(0);
});

test("a feed is not dropped from under somebody who is about to read it", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection } = await node.connect(ana);
  (await node.feeds.hold(room, connection)).feed.detach(connection);
  const holding = node.feeds.hold(room, connection);
  node.feeds.drop(room);
  expect(node.feeds.get(room)).toBe((await holding).feed);
});

test("a room that its feed let go right after the release isn't live", async () => {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const room = await node.room(ana, [eve]);
  const [anas, eves] = [await node.connect(ana), await node.connect(eve)];
  await node.resume(anas.connection, anas.socket, { [room]: null });
  const feed = node.feeds.get(room);
  if (feed === undefined) throw new Error("ana reads it");
  const release = feed.release.bind(feed);
  feed.release = (subscriber, sight) => {
    // As a removal that is delivered in the very next microtask does.
    queueMicrotask(() => {
      feed.detach(subscriber);
      subscriber.detached(room, "left");
    });
    return release(subscriber, sight);
  };
  await node.resume(eves.connection, eves.socket, { [room]: null });
  expect(eves.socket.of("live").at(-1)).toMatchObject({ rooms: {}, refused: { [room]: "left" } });
  expect(eves.connection.rooms.has(room)).toBe(false);
});
