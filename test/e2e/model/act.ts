/** What people do to rooms: one durable command each, as it goes over the wire without its cid. */
import type { ErrorCode } from "../../../actors/room/errors.ts";
import type { HistoryRule, JoinRule, Role } from "../../../actors/room/model.ts";

export type Act =
  | {
      op: "room.create";
      name: string;
      about: string;
      history: HistoryRule;
      join: JoinRule;
      members: string[];
    }
  | { op: "room.post"; text: string; re?: number; mentions?: string[]; with?: string }
  | { op: "room.edit"; seq: number; text: string; mentions?: string[] }
  | { op: "room.delete"; seq: number }
  | { op: "room.react"; seq: number; key: string; on: boolean }
  | { op: "room.join" }
  | { op: "room.leave" }
  | { op: "room.add"; users: string[] }
  | { op: "room.remove"; user: string }
  | { op: "room.ban"; user: string }
  | { op: "room.unban"; user: string }
  | { op: "room.role"; user: string; role: Role }
  | { op: "room.transfer"; user: string }
  | { op: "room.rename"; name: string }
  | { op: "room.describe"; about: string }
  | { op: "room.setHistory"; history: HistoryRule }
  | { op: "room.setAccess"; join: JoinRule }
  /** "Did it land?" */
  | { op: "room.landed" };

/** An act under its cid, by a person, in a room. */
export interface Sent {
  act: Act;
  by: string;
  /** Key of the room in the model; see Model. */
  room: string;
  cid: string;
  again: boolean;
  /** The cid's time lies more than 60 s ahead of the server's clock. */
  ahead: boolean;
}

/** What must come back. A create answers with its room, too. */
export type Answer = { ok: { seq: number; n: number } } | { landed: false } | { error: ErrorCode };

/** The body that a cid stands for. */
export function bodyOf({ act, room }: Sent): string {
  return JSON.stringify([room, Object.entries(act).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The input of the request. `room`: its id. */
export function inputOf({ act, cid, again }: Sent, room: string): Record<string, unknown> {
  const { op, ...fields } = act;
  if (op === "room.landed") return { room, cid };
  return { ...fields, ...(op === "room.create" ? {} : { room }), cid, ...(again ? { again } : {}) };
}
