import { expect, test } from "bun:test";
import { frameOf } from "../../actors/room/frame.ts";
import { Crowd, Listener, RoomCopy } from "../../load/bench/crowd.ts";

const id = "r".repeat(22);

function frame(from: number, ...texts: string[]): Buffer {
  const lines = texts.map((text, i) => JSON.stringify({ seq: from + i, text }));
  return Buffer.from(frameOf(id, id, from, lines));
}

function given() {
  const crowd = new Crowd();
  const copy = new RoomCopy(id);
  return { crowd, copy, one: new Listener(crowd, copy), other: new Listener(crowd, copy) };
}

test("whoever gets every frame once is without fault, and the copy says what was heard", async () => {
  const { crowd, copy, one, other } = given();
  for (const listener of [one, other]) {
    listener.text(frame(1, "a"));
    listener.text(frame(2, "b", "c"));
  }
  await crowd.expect(6, 0);
  expect(crowd.faults).toEqual([]);
  expect(copy.texts().map(({ text }) => text)).toEqual(["a", "b", "c"]);
});

test("a frame that is missing, doubled or out of order is a fault", () => {
  for (const order of [
    [1, 3],
    [1, 1],
    [2, 1],
  ]) {
    const { crowd, one } = given();
    for (const from of order) one.text(frame(from, "x"));
    expect(crowd.faults).not.toEqual([]);
  }
});

test("a frame that differs from what another one got is a fault", () => {
  const { crowd, one, other } = given();
  one.text(frame(1, "a"));
  other.text(frame(1, "b"));
  expect(crowd.faults).toEqual(["two listeners got different frames from 1"]);
});

test("too few and too many deliveries are faults", async () => {
  for (const wanted of [0, 2]) {
    const { crowd, one } = given();
    one.text(frame(1, "a"));
    await crowd.expect(wanted, 1);
    expect(crowd.faults).toEqual([`1 deliveries instead of ${wanted}`]);
  }
});
