import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { type FakeSocket, settle, startLive } from "../../support/live.ts";

test("a ping carries the sum of the cursors, so that a frame that was lost shows, and sync brings it", async () => {
  const node = await startLive();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const rooms = [await node.room(ana, [eve]), await node.room(ana, [eve])] as const;
  const { socket, connection } = await node.connect(eve);
  await node.resume(connection, socket, { [rooms[0]]: null, [rooms[1]]: null });
  const nextPing = async () => {
    await settle();
    const before = socket.of("ping").length;
    for (let ms = 0; ms < limits.pingMs; ms += 1_000) node.platform.advance(1_000);
    await settle();
    expect(socket.of("ping")).toHaveLength(before + 1);
    return socket.of("ping").at(-1)?.heads;
  };
  expect(await nextPing()).toBe(2);
  await node.call(ana, "room.post", { room: rooms[1], cid: node.cid(), text: "lost on its way" });
  expect(await nextPing()).toBe(3);

  // As a client that never got the last frame of the second room.
  const { epoch = "" } = socket.of("events").at(-1) ?? {};
  const [frames, lives] = [socket.of("events").length, socket.of("live").length];
  const told = { [rooms[1]]: [epoch, 1] };
  node.gateway.receive(connection, JSON.stringify({ t: "sync", rooms: told }));
  await settle();
  expect(socket.of("events")).toHaveLength(frames + 1);
  expect(socket.of("events").at(-1)).toMatchObject({
    room: rooms[1],
    events: [{ seq: 2, text: "lost on its way" }],
  });
  expect(socket.of("live")).toHaveLength(lives + 1);
  expect(socket.of("live").at(-1)?.rooms).toEqual({ [rooms[1]]: [epoch, 2] });
  expect(await nextPing()).toBe(3);
});

test("sockets that came at different times are not pinged at once, and each about every pingMs", async () => {
  const node = await startLive();
  const ana = await node.join("ana");
  const sockets: FakeSocket[] = [];
  for (let tab = 0; tab < 5; tab++) {
    sockets.push((await node.connect(ana, `tab ${tab}`)).socket);
    node.platform.advance(1_000);
  }
  const pinged = () => sockets.reduce((sum, socket) => sum + socket.of("ping").length, 0);
  const each: number[] = [];
  for (let ms = 0; ms < limits.pingMs; ms += 1_000) {
    const before = pinged();
    node.platform.advance(1_000);
    await settle(2);
    each.push(pinged() - before);
  }
  expect(Math.max(...each)).toBe(1);
  expect(pinged()).toBe(sockets.length);
});
