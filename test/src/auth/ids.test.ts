import { expect, test } from "bun:test";
import { canonical } from "../../../src/auth/canonical.ts";
import { createIds, directRoomId } from "../../../src/auth/ids.ts";
import { openInstallation } from "../../../src/auth/installation.ts";
import { memoryStore } from "../../../src/store/memory.ts";

const { secrets } = memoryStore();
const installation = await openInstallation(secrets);
const ids = createIds(installation);
const shape = /^[1-9A-HJ-NP-Za-km-z]{22}$/;

test("a pair has one direct room, whoever asks, and no other pair shares it", () => {
  expect(directRoomId("ana", "bo")).toBe(directRoomId("bo", "ana"));
  expect(directRoomId("ana", "bo")).toMatch(shape);
  expect(directRoomId("an", "abo")).not.toBe(directRoomId("ana", "bo"));
});

test("the id of a direct room never changes: clients and backups hold it", () => {
  expect(directRoomId("ana", "bo")).toBe("EdKBBoB85fEBQuqFm93X7J");
});

test("creating a room twice makes one; another creator, cid or installation makes another", async () => {
  const room = ids.roomIdOf("ana", "c1");
  expect(room).toMatch(shape);
  const elsewhere = createIds(await openInstallation(memoryStore().secrets));
  const rooms = [room, ids.roomIdOf("bo", "c1"), ids.roomIdOf("ana", "c2"), elsewhere.roomIdOf("ana", "c1")];
  expect(ids.roomIdOf("ana", "c1")).toBe(room);
  expect(new Set(rooms).size).toBe(4);
});

test("the installation key outlives a restart", async () => {
  const again = createIds(await openInstallation(secrets));
  expect(again.roomIdOf("ana", "c1")).toBe(ids.roomIdOf("ana", "c1"));
});

test("a body's hash doesn't depend on the order of its fields, but on all of them and on the operation", () => {
  const hash = ids.hashOf("room.post", { text: "hi", mentions: ["a", "b"] });
  expect(ids.hashOf("room.post", { mentions: ["a", "b"], text: "hi" })).toBe(hash);
  expect(hash).toMatch(/^[\w-]{22}$/);
  for (const [op, body] of [
    ["room.edit", { text: "hi", mentions: ["a", "b"] }],
    ["room.post", { text: "hi", mentions: ["b", "a"] }],
    ["room.post", { text: "hi" }],
  ] as const) {
    expect(ids.hashOf(op, body)).not.toBe(hash);
  }
});

test("no two purposes and no two lists of parts share a derived value", () => {
  const { mac } = installation;
  expect(mac("room", "a", "b")).not.toBe(mac("refresh", "a", "b"));
  expect(mac("room", "a", "bc")).not.toBe(mac("room", "ab", "c"));
});

test("canonical JSON sorts keys at every depth and drops what is undefined", () => {
  expect(canonical({ b: [{ d: 1, c: null }], a: undefined, "": "x" })).toBe(
    '{"":"x","b":[{"c":null,"d":1}]}',
  );
});
