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
