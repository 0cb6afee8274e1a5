import { expect, test } from "bun:test";
import { limits } from "../../../../actors/limits.ts";
import type { Store } from "../../../../actors/ports.ts";
import { serverOf } from "../../../../actors/room/frame.ts";
import { project } from "../../../../actors/room/project.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { openTemporary } from "../../../contract/embedded.ts";
import { startLive } from "../../../support/live.ts";

async function given() {
  const temporary = await openTemporary();
  const { log, store } = temporary.embedded;
  const node = await startLive({ log, store });
  const [ana, bo] = [await node.join("ana"), await node.join("bo")];
  const room = await node.room(ana, [bo]);
  const send = (op: string, input: object) =>
    node.call<{ seq: number }>(ana, op, { room, cid: node.cid(), ...input });
  return { temporary, log, store, node, ana, bo, room, send };
}

/** Everything that a reader can ask of the room's documents. */
async function documentsOf(store: Store, room: string, user: string) {
  const events = await store.messages.range(room, 1, 1_000, 1_000);
  return {
    events,
    fields: await store.messages.fields(
      room,
      events.map(({ seq }) => seq),
    ),
    mentions: await store.messages.mentions(room, user, 0, 1_000, 100),
    rooms: await store.rooms.many([room]),
    members: await store.memberships.ofRoom(room, "", 100),
    item: (await store.items.since(user, 0, 100)).items.filter(({ key }) => key.startsWith("room:")),
    checkpoint: await store.projection.checkpoint(0),
  };
}

test("what is projected where the records lie is what a reader would have written", async () => {
  const { temporary, log, store, node, ana, bo, room, send } = await given();
  await using _ = temporary;
  const { seq: target } = await send("room.post", { text: "one", mentions: [bo.user] });
  await send("room.edit", { seq: target, text: "two" });
  await send("room.react", { seq: target, key: "👍", on: true });
  const { seq: gone } = await send("room.post", { text: "gone" });
  await send("room.delete", { seq: gone });
  await send("room.remove", { user: bo.user });
  for (let i = 0; i < 3 * limits.recordsPerOperationMax; i++) await send("room.post", { text: `more ${i}` });
  await node.history.caughtUp();
  const twin = memoryStore();
  for (const { id, name } of await store.accounts.many([ana.user, bo.user])) {
    const account = { id, name, display: name, about: "", password: "", createdAt: 0, lastSeenAt: 0 };
    await twin.accounts.create(account);
  }
  const records = await log.scan(0, 0, 1_000);
  const position = records.at(-1)?.position ?? 0;
  await twin.projection.apply(records.flatMap(project), { stream: 0, position });
  const documents = await documentsOf(store, room, bo.user);
  expect(documents.events.length).toBeGreaterThan(3 * limits.recordsPerOperationMax);
  const { item, ...rest } = await documentsOf(twin, room, bo.user);
  expect(documents).toMatchObject(rest);
  expect(documents.item.map(({ value }) => value)).toEqual(item.map(({ value }) => value));
  await node[Symbol.asyncDispose]();
});

test("a record that can't be projected parks its room, not the others", async () => {
  const { temporary, log, store, node, ana, bo, room, send } = await given();
  await using _ = temporary;
  const other = await node.room(ana);
  await node.history.caughtUp();
  const [head] = await log.heads([room]);
  const server = serverOf({ parts: [], closed: [] }).replace(/"format":\d+/, '"format":99');
  await log.append(room, head?.position ?? 0, {
    ...{ epoch: "e", from: 3, count: 0, at: node.platform.now(), frame: "", server },
  });
  const before = await store.projection.checkpoint(0);
  const told = Promise.withResolvers<void>();
  await node.bus.subscribe(`user.${bo.user}`, () => told.resolve());
  await send("room.add", { room: other, users: [bo.user] });
  await told.promise;
  expect(node.history.parked()).toBe(1);
  expect(await store.rooms.many([other])).toMatchObject([{ seq: 2 }]);
  expect(await store.projection.checkpoint(0)).toBe(before);
});
