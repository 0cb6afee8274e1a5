/** Roles, ownership, and what the room is called and allows. */
import type { Command } from "./commands.ts";
import type { Decision } from "./decide.ts";
import type { RoomEvent } from "./events.ts";
import { denyActingOn } from "./membership.ts";
import { outranks } from "./permissions.ts";
import { refuse, refuseField } from "./refusals.ts";
import { type RoomState, roleOf } from "./state.ts";

export function decideRole(room: RoomState, command: Command<"role">): Decision {
  const denied = denyActingOn(room, command.by, command.user);
  if (denied !== null) return { error: denied };
  const actor = roleOf(room, command.by);
  const target = roleOf(room, command.user);
  if (target === null || actor === null) return { error: refuse("not-found", { field: "user" }) };
  if (!outranks(actor, command.role)) {
    return { error: refuseField("role", "you can give only roles below your own") };
  }
  if (target === command.role) return { error: refuse("unchanged") };
  return { events: [{ kind: "role", user: command.user, role: command.role }] };
}

export function decideTransfer(room: RoomState, command: Command<"transfer">): Decision {
  if (command.user === command.by) return { error: refuse("unchanged") };
  if (!room.members.has(command.user)) return { error: refuse("not-found", { field: "user" }) };
  return { events: [{ kind: "transferred", user: command.user }] };
}

export function decideSetting(
  room: RoomState,
  command: Command<"rename" | "describe" | "history" | "access">,
): Decision {
  const event = settingOf(room, command);
  return event === null ? { error: refuse("unchanged") } : { events: [event] };
}

function settingOf(
  room: RoomState,
  command: Command<"rename" | "describe" | "history" | "access">,
): RoomEvent | null {
  switch (command.do) {
    case "rename":
      return command.name === room.name ? null : { kind: "renamed", name: command.name };
    case "describe":
      return command.about === room.about ? null : { kind: "described", about: command.about };
    case "history":
      return command.history === room.history ? null : { kind: "history", history: command.history };
    case "access":
      return command.join === room.join ? null : { kind: "access", join: command.join };
  }
}
