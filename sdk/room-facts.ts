/** What a room's row in a list shows: the server's summary, moved on by the events that came after it. Pure. */
import type { Epoch, Millis, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { Role, RoomKind, RoomSettings } from "../actors/room/model.ts";
import type { Kept, Line } from "./entry.ts";
import type { OwnMark } from "./unread.ts";

export interface Facts extends RoomSettings {
  kind: RoomKind;
  members: number;
  /** As of this seq. */
  head: Seq;
  /** Time of the newest event. */
  at: Millis;
  /** The other user of a direct room. */
  peer: UserId | null;
  /** The newest visible post; null also while that isn't known. */
  last: { seq: Seq; by: UserId; at: Millis; text: string } | null;
}

/** An item of `room.summaries`. */
export interface Summary extends Facts, OwnMark {
  room: RoomId;
  epoch: Epoch;
  /** null: not a member. */
  role: Role | null;
  delivered: Seq;
}

// biome-ignore format: one glance
export const noFacts: Facts = {
  kind: "group", name: "", about: "", history: "everyone", join: "closed", members: 0, head: 0, at: 0, peer: null, last: null,
};

/** The facts after one more line; lines at or below their head change nothing. */
export function evolveFacts(facts: Facts, line: Kept): Facts {
  const { seq, at } = line;
  return seq > facts.head ? { ...facts, head: seq, at, ...changeOf(facts, line) } : facts;
}

/** Whether the summary must be asked for: the event doesn't say what becomes of the room's row. */
export function puzzles(facts: Facts, line: Kept): boolean {
  // A member was banned or a stranger; the newest post is now an older one.
  return line.kind === "banned" || (line.kind === "deleted" && facts.last === null);
}

/** My role after this line; undefined where the line doesn't say. */
export function roleAfter(line: Line, me: UserId): Role | null | undefined {
  if (("user" in line ? line.user : line.by) !== me) return undefined;
  if ("role" in line) return line.role;
  // Whoever hands over the ownership hears of their own new role through the account.
  if (line.kind === "transferred") return "owner";
  return line.kind === "left" || line.kind === "removed" || line.kind === "banned" ? null : undefined;
}

function changeOf({ members, last }: Facts, line: Kept): Partial<Facts> {
  switch (line.kind) {
    case "posted": {
      const { seq, by, at, text } = line;
      return { last: { seq, by, at, text } };
    }
    case "edited":
      return last?.seq === line.target ? { last: { ...last, text: line.text } } : {};
    case "deleted":
      return last?.seq === line.target ? { last: null } : {};
    case "joined":
    case "added":
      return { members: members + 1 };
    case "left":
    case "removed":
      return { members: members - 1 };
    case "renamed":
    case "described":
    case "history":
    case "access": {
      // What these carry is called as the fact that it sets.
      const { seq: _seq, at: _at, ord: _ord, by: _by, cid: _cid, kind: _kind, ...settings } = line;
      return settings;
    }
    default:
      return {};
  }
}
