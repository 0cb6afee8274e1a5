/** Who is in a room. Who may do what stands in actors/room/permissions.ts. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import { lowestRole, rank } from "../../actors/room/permissions.ts";
import { refuse } from "../../actors/room/refusals.ts";
import { done, sendTo } from "./command.ts";
import { commandInput } from "./command-input.ts";
import { id, role } from "./fields.ts";
import { denyFull } from "./full.ts";
import { operation } from "./operation.ts";
import { refuseUnknown } from "./room.ts";

const moderators = "moderators and above, over lower ranks";

/** A page of a room's people, by user id. */
const usersPage = v.strictObject({
  room: id,
  after: v.optional(v.pipe(v.string(), v.maxLength(22)), ""),
  limit: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.pageMax)),
    limits.pageMax,
  ),
});

export const roomJoin = operation({
  name: "room.join",
  summary: "Join an open group",
  who: "session",
  policy: "anyone signed in who isn't banned, if the group is open",
  http: { method: "POST", path: "/v1/rooms/:room/join" },
  rate: "write",
  input: commandInput({ room: id }),
  output: done,
  async handle(services, call, input) {
    const deny = await denyFull(services, { room: input.room, caller: call.caller.user });
    const result = await sendTo(services, call, "room.join", input.room, input, { do: "join" }, deny);
    if ("ok" in result && call.connection !== null) services.live.enter(call.connection, input.room);
    return result;
  },
});

export const roomLeave = operation({
  name: "room.leave",
  summary: "Leave a group; an owner transfers it first",
  who: "session",
  policy: "members but the owner",
  http: { method: "POST", path: "/v1/rooms/:room/leave" },
  rate: "write",
  input: commandInput({ room: id }),
  output: done,
  handle: (services, call, input) => sendTo(services, call, "room.leave", input.room, input, { do: "leave" }),
});

export const roomAdd = operation({
  name: "room.add",
  summary: "Add people to a group",
  who: "session",
  policy: "moderators and above",
  http: { method: "POST", path: "/v1/rooms/:room/members" },
  rate: "write",
  input: commandInput({
    room: id,
    users: v.pipe(v.array(id), v.minLength(1), v.maxLength(limits.addMax)),
  }),
  output: done,
  async handle(services, call, input) {
    const unknown = await refuseUnknown(services, input.users, "users");
    if (unknown !== null) return unknown;
    const { room, users } = input;
    const deny = await denyFull(services, { room, others: { users, field: "users" } });
    return sendTo(services, call, "room.add", room, input, { do: "add", users: [...users] }, deny);
  },
});

export const roomRemove = operation({
  name: "room.remove",
  summary: "Remove a member; they keep what they saw",
  who: "session",
  policy: moderators,
  http: { method: "DELETE", path: "/v1/rooms/:room/members/:user" },
  rate: "write",
  input: commandInput({ room: id, user: id }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.remove", input.room, input, { do: "remove", user: input.user }),
});

export const roomBan = operation({
  name: "room.ban",
  summary: "Remove somebody and keep them out",
  who: "session",
  policy: moderators,
  http: { method: "PUT", path: "/v1/rooms/:room/bans/:user" },
  rate: "write",
  input: commandInput({ room: id, user: id }),
  output: done,
  async handle(services, call, input) {
    const unknown = await refuseUnknown(services, [input.user], "user");
    if (unknown !== null) return unknown;
    return sendTo(services, call, "room.ban", input.room, input, { do: "ban", user: input.user });
  },
});

export const roomUnban = operation({
  name: "room.unban",
  summary: "Let somebody come back",
  who: "session",
  policy: "moderators and above",
  http: { method: "DELETE", path: "/v1/rooms/:room/bans/:user" },
  rate: "write",
  input: commandInput({ room: id, user: id }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.unban", input.room, input, { do: "unban", user: input.user }),
});

export const roomRole = operation({
  name: "room.role",
  summary: "Give a member another role, below your own",
  who: "session",
  policy: "owner, admins, over lower ranks",
  http: { method: "PUT", path: "/v1/rooms/:room/members/:user/role" },
  rate: "write",
  input: commandInput({ room: id, user: id, role }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.role", input.room, input, {
      do: "role",
      user: input.user,
      role: input.role,
    }),
});

export const roomTransfer = operation({
  name: "room.transfer",
  summary: "Make another member the owner; you become an admin",
  who: "session",
  policy: "the owner",
  http: { method: "POST", path: "/v1/rooms/:room/transfer" },
  rate: "write",
  input: commandInput({ room: id, user: id }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.transfer", input.room, input, { do: "transfer", user: input.user }),
});

export const roomMembers = operation({
  name: "room.members",
  summary: "Who is in, by user id; `next` continues",
  who: "session",
  policy: "members",
  http: { method: "GET", path: "/v1/rooms/:room/members" },
  rate: "read",
  input: usersPage,
  output: v.object({
    members: v.array(v.object({ user: v.string(), role: v.string() })),
    next: v.nullable(v.string()),
  }),
  async handle(services, { caller }, { room, after, limit }) {
    const { sight } = await services.rooms.settledAccess(room, caller.user);
    if (sight.role === null) return { error: refuse("not-found") };
    const members = await services.store.memberships.ofRoom(room, after, limit);
    const next = members.length < limit ? null : (members.at(-1)?.user ?? null);
    const listed = members.flatMap(({ user, role }) => (role === null ? [] : [{ user, role }]));
    return { ok: { members: listed, next } };
  },
});

export const roomBanned = operation({
  name: "room.banned",
  summary: "Who is banned, by user id; `next` continues",
  who: "session",
  policy: "moderators and above",
  http: { method: "GET", path: "/v1/rooms/:room/bans" },
  rate: "read",
  input: usersPage,
  output: v.object({ users: v.array(v.string()), next: v.nullable(v.string()) }),
  async handle(services, { caller }, { room, after, limit }) {
    const { sight } = await services.rooms.settledAccess(room, caller.user);
    if (sight.role === null) return { error: refuse("not-found") };
    if (rank[sight.role] < rank[lowestRole.ban]) return { error: refuse("forbidden") };
    const users = await services.store.memberships.banned(room, after, limit);
    return { ok: { users, next: users.length < limit ? null : (users.at(-1) ?? null) } };
  },
});
