import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { Summaries } from "../../../src/rooms/summaries.ts";
import { edgeOf, groupOfTwo, room } from "./written-room.ts";

/** Lists of a room and of many that aren't, and how many rooms were read so far. */
async function given() {
  const written = await groupOfTwo();
  await written.project();
  const { of } = written.store.memberships;
  const read = { rooms: 0 };
  written.store.memberships.of = (...asked) => {
    read.rooms++;
    return of.apply(written.store.memberships, asked);
  };
  const { platform, log, store } = written;
  const summaries = new Summaries({ platform, log, store, rooms: edgeOf(written) });
  const list = [room, ...Array.from({ length: limits.pageMax - 1 }, (_, i) => `absent ${i}`)];
  return { ...written, summaries, list, read };
}

test("however many lists are asked for, others get the loop after a few rooms", async () => {
  const { summaries, list, read } = await given();
  const lists = Array.from({ length: 20 }, () => summaries.of("bob", list));
  let most = 0;
  for (let before = -1; before < read.rooms; ) {
    before = read.rooms;
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, read.rooms - before);
  }
  expect(most).toBeLessThanOrEqual(limits.slicesAtOnce * limits.summariesAtOnce);
  for (const found of await Promise.all(lists)) expect(found?.map((one) => one.room)).toEqual([room]);
});

test("more lists than may wait are said to be too many", async () => {
  const { summaries } = await given();
  const count = limits.slicesAtOnce + limits.slicesWaitingMax + 1;
  const lists = await Promise.all(Array.from({ length: count }, () => summaries.of("bob", ["absent"])));
  expect(lists.filter((found) => found === null)).toHaveLength(1);
});

test("a list that waited longer than anybody waits for it is not made any more, and said to be too many", async () => {
  const { summaries, platform, store } = await given();
  const asked: string[] = [];
  const database = Promise.withResolvers<void>();
  const { of } = store.memberships;
  store.memberships.of = async (id, users) => {
    asked.push(id);
    await database.promise;
    return of(id, users);
  };
  const taken = Array.from({ length: limits.slicesAtOnce }, () => summaries.of("bob", [room]));
  const late = summaries.of("ana", ["absent"]);
  platform.advance(limits.askTimeoutMs);
  database.resolve();
  expect(await late).toBeNull();
  for (const found of await Promise.all(taken)) expect(found).toHaveLength(1);
  expect(asked).not.toContain("absent");
});
