import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { roleOf } from "../../../actors/room/state.ts";
import { decided, group, happen, outcome } from "./given.ts";

test("a closed room answers a stranger like one that isn't there", () => {
  const room = group({ ana: "owner" }, { join: "closed" });
  expect(outcome(decided(room, "eve", { do: "join" }))).toBe("not-found");
  expect(outcome(decided(room, "eve", { do: "post", text: "hi" }))).toBe("not-found");
});

test("a banned user can't join or be added, until unbanned", () => {
  const room = group({ ana: "owner", bob: "member" });
  happen(room, "ana", { kind: "banned", user: "bob" });
  expect(outcome(decided(room, "bob", { do: "join" }))).toBe("banned");
  expect(outcome(decided(room, "bob", { do: "post", text: "hi" }))).toBe("banned");
  expect(outcome(decided(room, "ana", { do: "add", users: ["bob"] }))).toBe("banned");
  happen(room, "ana", { kind: "unbanned", user: "bob" });
  expect(outcome(decided(room, "bob", { do: "join" }))).toBe("joined");
});

test("somebody who never was in can be banned beforehand", () => {
  const room = group({ ana: "owner" });
  expect(outcome(decided(room, "ana", { do: "ban", user: "eve" }))).toBe("banned");
});

test("an owner leaves only after a transfer, which makes them an admin", () => {
  const room = group({ ana: "owner", bob: "member" });
  expect(outcome(decided(room, "ana", { do: "leave" }))).toBe("forbidden");
  happen(room, "ana", { kind: "transferred", user: "bob" });
  expect([roleOf(room, "ana"), roleOf(room, "bob")]).toEqual(["admin", "owner"]);
  expect(outcome(decided(room, "ana", { do: "leave" }))).toBe("left");
});

test("adding skips members, and adding only members changes nothing", () => {
  const room = group({ ana: "owner", bob: "member" });
  expect(outcome(decided(room, "ana", { do: "add", users: ["bob", "cid", "cid", "dan"] }))).toBe(
    "added added",
  );
  expect(outcome(decided(room, "ana", { do: "add", users: ["bob"] }))).toBe("unchanged");
});

test("a room takes membersMax members, and then names the bound", () => {
  const room = group({ ana: "owner" });
  for (let i = room.members.size; i < limits.membersMax; i++) room.members.set(`user${i}`, "member");
  expect(decided(room, "eve", { do: "join" })).toMatchObject({
    error: { code: "limit", bound: limits.membersMax },
  });
});

test("a room bans bannedMax people, and then names the bound", () => {
  const room = group({ ana: "owner" });
  for (let i = 1; i < limits.bannedMax; i++) happen(room, "ana", { kind: "banned", user: `user-${i}` });
  expect(outcome(decided(room, "ana", { do: "ban", user: "last" }))).toBe("banned");
  happen(room, "ana", { kind: "banned", user: "last" });
  expect(decided(room, "ana", { do: "ban", user: "eve" })).toMatchObject({
    error: { code: "limit", bound: limits.bannedMax },
  });
});
