/** Who is in: join, leave, add, remove, ban, unban. */
import { limits } from "../limits.ts";
import type { UserId } from "../ports.ts";
import type { Command, Refusal } from "./commands.ts";
import type { Decision } from "./decide.ts";
import { outranks } from "./permissions.ts";
import { refuse, refuseField } from "./refusals.ts";
import { type RoomState, roleOf } from "./state.ts";

export function decideJoin(room: RoomState, command: Command<"join">): Decision {
  if (room.members.has(command.by)) return { error: refuse("unchanged") };
  if (room.banned.has(command.by)) return { error: refuse("banned") };
  // A closed room answers a stranger like one that isn't there.
  if (room.join === "closed" || room.kind === "direct") return { error: refuse("not-found") };
  if (room.members.size >= limits.membersMax) return { error: refuse("limit", { bound: limits.membersMax }) };
  return { events: [{ kind: "joined", role: "member" }] };
}

export function decideLeave(room: RoomState, command: Command<"leave">): Decision {
  // A room is never left without an owner: transfer it first.
  if (roleOf(room, command.by) === "owner") return { error: refuse("forbidden", { field: "owner" }) };
  return { events: [{ kind: "left" }] };
}

export function decideAdd(room: RoomState, command: Command<"add">): Decision {
  const users = [...new Set(command.users)].filter((user) => !room.members.has(user));
  if (users.length === 0) return { error: refuse("unchanged") };
  if (users.length > limits.addMax) return { error: refuseField("users", "too many at once", limits.addMax) };
  if (users.some((user) => room.banned.has(user))) return { error: refuse("banned", { field: "users" }) };
  if (room.members.size + users.length > limits.membersMax) {
    return { error: refuse("limit", { bound: limits.membersMax }) };
  }
  return { events: users.map((user) => ({ kind: "added", user, role: "member" })) };
}

export function decideRemove(room: RoomState, command: Command<"remove">): Decision {
  const denied = denyActingOn(room, command.by, command.user);
  if (denied !== null) return { error: denied };
  if (!room.members.has(command.user)) return { error: refuse("unchanged") };
  return { events: [{ kind: "removed", user: command.user }] };
}

export function decideBan(room: RoomState, command: Command<"ban">): Decision {
  const denied = denyActingOn(room, command.by, command.user);
  if (denied !== null) return { error: denied };
  if (room.banned.has(command.user)) return { error: refuse("unchanged") };
  if (room.banned.size >= limits.bannedMax) return { error: refuse("limit", { bound: limits.bannedMax }) };
  return { events: [{ kind: "banned", user: command.user }] };
}

export function decideUnban(room: RoomState, command: Command<"unban">): Decision {
  if (!room.banned.has(command.user)) return { error: refuse("unchanged") };
  return { events: [{ kind: "unbanned", user: command.user }] };
}

/** Nobody acts on a rank at or above their own, themselves included. */
export function denyActingOn(room: RoomState, by: UserId, user: UserId): Refusal | null {
  const actor = roleOf(room, by);
  const target = roleOf(room, user);
  if (actor === null) return refuse("not-found");
  return target !== null && !outranks(actor, target) ? refuse("forbidden", { field: "user" }) : null;
}
