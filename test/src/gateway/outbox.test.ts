import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { Flusher, type Outbox } from "../../../src/gateway/outbox.ts";
import { FakeSocket, settle } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";

function given() {
  const socket = new FakeSocket();
  const flusher = new Flusher(manualPlatform());
  let overflowed = false;
  const outbox: Outbox = {
    ...{ socket, next: null, later: null, waiting: 0, clogged: false, dirty: false },
    flushed() {},
    overflowed() {
      overflowed = true;
    },
  };
  return { socket, flusher, outbox, overflowed: () => overflowed };
}

/** Two of them fit the outbox. */
const frame = JSON.stringify({ text: "x".repeat(limits.outboxBytesMax / 2 - 100) });

test("a turn with more to say than an outbox holds costs a healthy reader one more write, not the connection", async () => {
  const { socket, flusher, outbox, overflowed } = given();
  for (let i = 0; i < 5; i++) {
    flusher.push(outbox, frame);
    expect(outbox.waiting).toBeLessThanOrEqual(limits.outboxBytesMax);
  }
  await settle(2);
  expect(socket.frames).toHaveLength(5);
  expect(flusher.writes).toBe(2);
  expect(overflowed()).toBe(false);
});

test("a reader whose socket is full overflows at the cap", async () => {
  const { socket, flusher, outbox, overflowed } = given();
  socket.takes = () => -1;
  flusher.push(outbox, frame);
  await settle(2);
  flusher.push(outbox, frame);
  flusher.push(outbox, frame);
  expect(overflowed()).toBe(false);
  flusher.push(outbox, frame);
  expect(overflowed()).toBe(true);
});

test("a fan-out to very many leaves in slices, and a reply doesn't wait for it", async () => {
  const { flusher, outbox } = given();
  const crowd = Array.from({ length: 3 * limits.flushSliceMax }, () => ({
    ...outbox,
    socket: new FakeSocket(),
  }));
  const served = () => crowd.filter(({ socket }) => socket.frames.length > 0).length;
  for (const reader of crowd) flusher.push(reader, '{"t":"events"}');
  const asker = { ...outbox, socket: new FakeSocket() };
  flusher.push(asker, '{"re":1,"ok":{}}', true);
  const turns: number[] = [];
  while (served() < crowd.length && turns.length < 10) {
    await settle(1);
    turns.push(served());
    expect(asker.socket.frames).toHaveLength(1);
  }
  expect(turns).toEqual([1, 2, 3].map((slices) => slices * limits.flushSliceMax));
});

test("all frames of one turn are one write per socket, in their order", async () => {
  const { socket, flusher, outbox } = given();
  for (let seq = 1; seq <= 10; seq++) flusher.push(outbox, JSON.stringify({ seq }));
  await settle(2);
  expect(flusher.writes).toBe(1);
  expect(socket.frames as unknown[]).toEqual(Array.from({ length: 10 }, (_, i) => ({ seq: i + 1 })));
});
