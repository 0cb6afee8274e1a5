/** What a room's row in a list shows: the server's summary, moved on by the events that came after it. Pure. */
import type { Epoch, Millis, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { Role, RoomKind, RoomSettings } from "../actors/room/model.ts";
import type { Line } from "./entry.ts";
import type { RoomLog } from "./room-log.ts";
import type { OwnMark } from "./unread.ts";

export interface Facts extends RoomSettings {
  kind: RoomKind;
  members: number;
  /** As of this seq. */
  head: Seq;
  /** Time of the newest event. */
  at: Millis;
  /** null: not a member. */
  role: Role | null;
  /** The other user of a direct room. */
  peer?: UserId | null;
  /** The newest visible post. */
  last?: { seq: Seq; by: UserId; at: Millis; text: string } | null;
}

/** An item of `room.summaries`. */
export interface Summary extends Facts, Omit<OwnMark, "seq"> {
  room: RoomId;
  epoch: Epoch;
}

export const noFacts: Facts = {
  ...{ kind: "group", name: "", about: "", history: "everyone", join: "closed", members: 0, head: 0, at: 0 },
  role: null,
};

/** The facts after one more line; lines at or below their head change nothing. */
export function evolveFacts(facts: Facts, line: Line, me: UserId, log: RoomLog): Facts {
  if (line.seq <= facts.head) return facts;
  return { ...facts, head: line.seq, at: line.at, ...changeOf(facts, line, me, log) };
}

/** My own removal, ban or leave is the last event that I get. */
export function closesFor(line: Line, me: UserId): boolean {
  const { kind, by } = line;
  return (kind === "left" && by === me) || ((kind === "removed" || kind === "banned") && line.user === me);
}

function changeOf(facts: Facts, line: Line, me: UserId, log: RoomLog): Partial<Facts> {
  const { seq, by, at } = line;
  if (closesFor(line, me)) return { role: null };
  switch (line.kind) {
    case "posted":
      return { last: { seq, by, at, text: line.text } };
    case "edited":
      return facts.last?.seq === line.target ? { last: { ...facts.last, text: line.text } } : {};
    case "deleted":
      return facts.last?.seq === line.target ? { last: newestPost(log, seq) } : {};
    case "created": {
      const roleOf = (user: UserId): Role | null =>
        line.members.find((member) => member.user === user)?.role ?? null;
      const peer = line.room.kind === "direct" ? line.members.find(({ user }) => user !== me)?.user : null;
      return { ...line.room, members: line.members.length, role: roleOf(me), peer: peer ?? null };
    }
    case "joined":
      return { members: facts.members + 1, ...(by === me ? { role: line.role } : {}) };
    case "added":
      return { members: facts.members + 1, ...(line.user === me ? { role: line.role } : {}) };
    case "left":
    case "removed":
      return { members: facts.members - 1 };
    case "role":
      return line.user === me ? { role: line.role } : {};
    case "transferred":
      return line.user === me ? { role: "owner" } : by === me ? { role: "admin" } : {};
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

function newestPost(log: RoomLog, below: Seq): NonNullable<Facts["last"]> | null {
  for (let seq = below - 1; log.ranges.has(seq); seq--) {
    const line = log.line(seq);
    const post = log.post(seq);
    if (line?.kind === "posted" && post) return { seq, by: line.by, at: line.at, text: post.text };
  }
  return null;
}
