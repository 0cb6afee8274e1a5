/** Rooms: making them, finding them, what they are called, and their history. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { UserId } from "../../actors/ports.ts";
import { refuse, refuseField } from "../../actors/room/refusals.ts";
import { horizon, pageOf } from "../rooms/history.ts";
import { done, sendTo } from "./command.ts";
import { commandInput } from "./command-input.ts";
import { about, cid, count, history, id, join, roomName, seq } from "./fields.ts";
import { denyFull } from "./full.ts";
import { operation } from "./operation.ts";
import type { Services } from "./services.ts";

export const roomCreate = operation({
  name: "room.create",
  summary: "Make a group; you are its owner",
  who: "session",
  policy: "anyone signed in",
  http: { method: "POST", path: "/v1/rooms" },
  rate: "write",
  input: commandInput({
    name: roomName,
    about: v.optional(about, ""),
    history: v.optional(history, "everyone"),
    join: v.optional(join, "closed"),
    members: v.optional(v.pipe(v.array(id), v.maxLength(limits.addMax)), []),
  }),
  output: v.object({ room: v.string(), ...done.entries }),
  async handle(services, call, input) {
    const { name, about, history, join, members } = input;
    const { user } = call.caller;
    const unknown = await refuseUnknown(services, members, "members");
    if (unknown !== null) return unknown;
    const room = services.auth.ids.roomIdOf(user, input.cid);
    const others = { users: members, field: "members" };
    const deny = await denyFull(services, { room, caller: user, others });
    const epoch = services.platform.id();
    const draft = { do: "create", epoch, name, about, history, join, members } as const;
    const asked = { ...draft, members: [...members] };
    const result = await sendTo(services, call, "room.create", room, input, asked, deny);
    if ("error" in result) return result;
    return { ok: { room, ...result.ok } };
  },
});

export const roomDirect = operation({
  name: "room.direct",
  summary: "The id of the direct room with a user; its first message makes it",
  who: "session",
  policy: "anyone signed in",
  http: { method: "POST", path: "/v1/rooms/direct" },
  rate: "read",
  input: v.strictObject({ user: id }),
  output: v.object({ room: v.string(), exists: v.boolean() }),
  async handle(services, { caller }, { user }) {
    if (user === caller.user) return { error: refuseField("user", "that is you") };
    const unknown = await refuseUnknown(services, [user], "user");
    if (unknown !== null) return unknown;
    const room = services.auth.ids.directRoomId(caller.user, user);
    const access = await services.rooms.access(room, caller.user);
    return { ok: { room, exists: access.sight.role !== null } };
  },
});

export const roomSummaries = operation({
  name: "room.summaries",
  summary: "What a chat list shows: names, heads, unread counts, newest posts",
  who: "session",
  policy: "rooms that you are or were in; others are left out",
  http: { method: "POST", path: "/v1/rooms/summaries" },
  rate: "read",
  cost: ({ rooms }) => Math.ceil(rooms.length / limits.summariesAtOnce),
  input: v.strictObject({ rooms: v.pipe(v.array(id), v.maxLength(limits.pageMax)) }),
  output: v.object({ rooms: v.array(v.record(v.string(), v.unknown())) }),
  async handle(services, { caller }, { rooms }) {
    const summaries = await services.summaries.of(caller.user, rooms);
    if (summaries === null)
      return { error: refuse("overloaded", { retryAfterMs: limits.overloadedRetryMs }) };
    return { ok: { rooms: summaries.map((summary) => ({ ...summary })) } };
  },
});

export const roomHistory = operation({
  name: "room.history",
  summary: "A page of a room: every seq resolved to an event, a tombstone or a void",
  who: "session",
  policy: "members, and former members up to their removal; what they may see",
  http: { method: "GET", path: "/v1/rooms/:room/history" },
  rate: "read",
  input: v.pipe(
    v.strictObject({
      room: id,
      before: v.exactOptional(seq),
      after: v.exactOptional(count),
      around: v.exactOptional(seq),
      limit: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.pageMax)),
        limits.newestPage,
      ),
      /** Highest seq that the client knows of: the answer is never older. */
      known: v.exactOptional(count),
    }),
    v.check(
      ({ before, after, around }) => [before, after, around].filter((at) => at !== undefined).length <= 1,
      "only one of before, after and around",
    ),
  ),
  output: v.object({
    room: v.string(),
    epoch: v.string(),
    head: v.number(),
    from: v.number(),
    to: v.number(),
    entries: v.array(v.unknown()),
    fields: v.array(v.unknown()),
  }),
  async handle(services, { caller }, { room, known = 0, ...where }) {
    const access = await services.rooms.access(room, caller.user);
    const { sight } = access;
    if (sight.intervals.length === 0) return { error: refuse("not-found") };
    // The log is behind what the client has seen: another node will know, or this one a little later.
    if (sight.role !== null && horizon(access) < known)
      return { error: refuse("unavailable", { retryAfterMs: 500 }) };
    return { ok: await pageOf(services, room, access, where) };
  },
});

export const roomLanded = operation({
  name: "room.landed",
  summary: "Did a command land? A no closes its cid for ever",
  who: "session",
  policy: "the sender, about their own cids",
  http: { method: "POST", path: "/v1/rooms/:room/landed" },
  rate: "retry",
  /** `new`: the room that a `room.create` with this cid makes. */
  input: v.strictObject({ room: v.union([id, v.literal("new")]), cid }),
  output: v.variant("landed", [
    v.object({ landed: v.literal(true), ...done.entries }),
    v.object({ landed: v.literal(false) }),
  ]),
  async handle(services, { caller, connection }, { room: asked, cid }) {
    const room = asked === "new" ? services.auth.ids.roomIdOf(caller.user, cid) : asked;
    const result = await services.rooms.send(
      { user: caller.user, connection },
      { room, draft: { do: "landed" }, cid, again: true, hash: "" },
    );
    if ("ok" in result) return { ok: { landed: true as const, ...result.ok } };
    return result.error.code === "closed" ? { ok: { landed: false as const } } : result;
  },
});

export const roomRename = operation({
  name: "room.rename",
  summary: "Give a group another name",
  who: "session",
  policy: "owner, admins",
  http: { method: "PUT", path: "/v1/rooms/:room/name" },
  rate: "write",
  input: commandInput({ room: id, name: roomName }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.rename", input.room, input, { do: "rename", name: input.name }),
});

export const roomDescribe = operation({
  name: "room.describe",
  summary: "Say what a group is about",
  who: "session",
  policy: "owner, admins",
  http: { method: "PUT", path: "/v1/rooms/:room/about" },
  rate: "write",
  input: commandInput({ room: id, about }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.describe", input.room, input, { do: "describe", about: input.about }),
});

export const roomSetHistory = operation({
  name: "room.setHistory",
  summary: "Who sees what lies before their joining; holds for later events only",
  who: "session",
  policy: "owner, admins",
  http: { method: "PUT", path: "/v1/rooms/:room/history-rule" },
  rate: "write",
  input: commandInput({ room: id, history }),
  output: done,
  async handle(services, call, input) {
    const { room, history } = input;
    const [document] = await services.store.rooms.many([room]);
    const bound = limits.rulesMax;
    // Counted in the documents: some that come at once may pass.
    const deny = (document?.rules.length ?? 0) >= bound ? refuse("limit", { bound }) : undefined;
    return sendTo(services, call, "room.setHistory", room, input, { do: "history", history }, deny);
  },
});

export const roomSetAccess = operation({
  name: "room.setAccess",
  summary: "Whether anyone who knows the id may join",
  who: "session",
  policy: "owner, admins",
  http: { method: "PUT", path: "/v1/rooms/:room/access" },
  rate: "write",
  input: commandInput({ room: id, join }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.setAccess", input.room, input, { do: "access", join: input.join }),
});

/** null when all of these accounts exist. */
export async function refuseUnknown(services: Services, users: readonly UserId[], field: string) {
  const wanted = new Set(users);
  const known = await services.store.accounts.many([...wanted]);
  return known.length === wanted.size ? null : { error: refuseField(field, "there is no such user") };
}
