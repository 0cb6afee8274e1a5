/** One command on one state: the events that it makes, or why not. Pure; idempotency is the turn's (turn.ts). */
import type { Refusal, RoomAction, RoomCommand } from "./commands.ts";
import type { RoomEvent } from "./events.ts";
import { decideAdd, decideBan, decideJoin, decideLeave, decideRemove, decideUnban } from "./membership.ts";
import { inDirect, lowestRole, rank } from "./permissions.ts";
import { decideCreate, decideDelete, decideEdit, decidePost, decideReact } from "./posting.ts";
import { refuse } from "./refusals.ts";
import { decideRole, decideSetting, decideTransfer } from "./settings.ts";
import { type RoomState, roleOf } from "./state.ts";

export type Decision =
  | { events: RoomEvent[] }
  | { error: Refusal }
  /** The fact in the command is too old to judge by. */
  | { stale: true };

export function decide(room: RoomState, command: RoomCommand): Decision {
  const denied = deny(room, command) ?? command.deny ?? null;
  if (denied !== null) return { error: denied };
  switch (command.do) {
    case "create":
      return decideCreate(room, command);
    case "post":
      return decidePost(room, command);
    case "edit":
      return decideEdit(room, command);
    case "delete":
      return decideDelete(room, command);
    case "react":
      return decideReact(room, command);
    case "join":
      return decideJoin(room, command);
    case "leave":
      return decideLeave(room, command);
    case "add":
      return decideAdd(room, command);
    case "remove":
      return decideRemove(room, command);
    case "ban":
      return decideBan(room, command);
    case "unban":
      return decideUnban(room, command);
    case "role":
      return decideRole(room, command);
    case "transfer":
      return decideTransfer(room, command);
    case "rename":
    case "describe":
    case "history":
    case "access":
      return decideSetting(room, command);
    case "landed":
      return { error: refuse("closed") };
  }
}

/** The rules that every command shares. Strangers get the same answer for a room that is and one that isn't. */
function deny(room: RoomState, command: RoomCommand): Refusal | null {
  if (command.do === "landed" || command.do === "create") return null;
  const role = roleOf(room, command.by);
  if (room.kind === null) {
    return command.do === "post" && command.pair !== undefined ? null : refuse("not-found");
  }
  if (command.do === "join") return null;
  if (role === null) return refuse(room.banned.has(command.by) ? "banned" : "not-found");
  if (room.kind === "direct" && !inDirect.has(command.do)) return refuse("forbidden");
  return mayDo(command, role) ? null : refuse("forbidden");
}

function mayDo(command: Exclude<RoomAction, { do: "join" | "create" | "landed" }>, role: RoomRole): boolean {
  return rank[role] >= rank[lowestRole[command.do]];
}

type RoomRole = NonNullable<ReturnType<typeof roleOf>>;
