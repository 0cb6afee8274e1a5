import { expect, test } from "bun:test";
import type { RoomAction } from "../../../actors/room/commands.ts";
import { roles } from "../../../actors/room/model.ts";
import { decided, direct, group, outcome, post } from "./given.ts";

const everyone = { olga: "owner", adam: "admin", mona: "moderator", mel: "member", max: "member" } as const;
const byRole = { owner: "olga", admin: "adam", moderator: "mona", member: "mel" } as const;

/** What each role gets: rows are actions on a plain member (max), or on the room. */
const table: [RoomAction, Record<(typeof roles)[number] | "stranger", string>][] = [
  [
    { do: "post", text: "hi" },
    { owner: "posted", admin: "posted", moderator: "posted", member: "posted", stranger: "not-found" },
  ],
  [
    { do: "delete", target: post(2, "max") },
    { owner: "deleted", admin: "deleted", moderator: "deleted", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "add", users: ["new"] },
    { owner: "added", admin: "added", moderator: "added", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "remove", user: "max" },
    { owner: "removed", admin: "removed", moderator: "removed", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "ban", user: "max" },
    { owner: "banned", admin: "banned", moderator: "banned", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "role", user: "max", role: "moderator" },
    { owner: "role", admin: "role", moderator: "forbidden", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "rename", name: "New" },
    {
      owner: "renamed",
      admin: "renamed",
      moderator: "forbidden",
      member: "forbidden",
      stranger: "not-found",
    },
  ],
  [
    { do: "history", history: "joined" },
    {
      owner: "history",
      admin: "history",
      moderator: "forbidden",
      member: "forbidden",
      stranger: "not-found",
    },
  ],
  [
    { do: "access", join: "closed" },
    { owner: "access", admin: "access", moderator: "forbidden", member: "forbidden", stranger: "not-found" },
  ],
  [
    { do: "transfer", user: "max" },
    {
      owner: "transferred",
      admin: "forbidden",
      moderator: "forbidden",
      member: "forbidden",
      stranger: "not-found",
    },
  ],
  [
    { do: "leave" },
    { owner: "forbidden", admin: "left", moderator: "left", member: "left", stranger: "not-found" },
  ],
];

for (const [action, expected] of table) {
  test(`who may ${action.do}`, () => {
    const room = group(everyone);
    const found = Object.fromEntries([
      ...roles.map((role) => [role, outcome(decided(room, byRole[role], action))]),
      ["stranger", outcome(decided(room, "stranger", action))],
    ]);
    expect(found).toEqual(expected);
  });
}

test("nobody acts on a rank at or above their own", () => {
  const room = group({ ...everyone, ada: "admin" });
  expect(outcome(decided(room, "adam", { do: "remove", user: "ada" }))).toBe("forbidden");
  expect(outcome(decided(room, "adam", { do: "ban", user: "olga" }))).toBe("forbidden");
  expect(outcome(decided(room, "adam", { do: "role", user: "ada", role: "member" }))).toBe("forbidden");
  expect(outcome(decided(room, "adam", { do: "remove", user: "adam" }))).toBe("forbidden");
  expect(outcome(decided(room, "adam", { do: "delete", target: post(2, "olga") }))).toBe("forbidden");
});

test("nobody gives a role at or above their own", () => {
  const room = group(everyone);
  expect(outcome(decided(room, "adam", { do: "role", user: "max", role: "admin" }))).toBe("invalid");
  expect(outcome(decided(room, "olga", { do: "role", user: "max", role: "owner" }))).toBe("invalid");
});

test("only the author edits; a moderator may delete but never rewrite", () => {
  const room = group(everyone);
  expect(outcome(decided(room, "max", { do: "edit", target: post(2, "max"), text: "x" }))).toBe("edited");
  expect(outcome(decided(room, "mona", { do: "edit", target: post(2, "max"), text: "x" }))).toBe("forbidden");
});

test("in a direct room both may post, edit, delete and react, and nothing else changes", () => {
  const room = direct("ana", "bob");
  const allowed: RoomAction[] = [
    { do: "post", text: "hi" },
    { do: "edit", target: post(2, "ana"), text: "x" },
    { do: "delete", target: post(2, "ana") },
    { do: "react", target: post(2, "bob"), key: "+", on: true },
  ];
  const refused: RoomAction[] = [
    { do: "leave" },
    { do: "add", users: ["eve"] },
    { do: "remove", user: "bob" },
    { do: "ban", user: "bob" },
    { do: "rename", name: "x" },
    { do: "history", history: "joined" },
    { do: "access", join: "open" },
    { do: "transfer", user: "bob" },
  ];
  expect(allowed.map((action) => outcome(decided(room, "ana", action)))).toEqual([
    "posted",
    "edited",
    "deleted",
    "reacted",
  ]);
  for (const action of refused) expect(outcome(decided(room, "ana", action))).toBe("forbidden");
  expect(outcome(decided(room, "ana", { do: "delete", target: post(2, "bob") }))).toBe("forbidden");
  expect(outcome(decided(room, "eve", { do: "join" }))).toBe("not-found");
});
