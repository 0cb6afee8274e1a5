/** What a room's row in a list shows: the server's summary, moved on by the events that came after it. Pure. */
import type { Epoch, Millis, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { HistoryRule, JoinRule, Role, RoomKind } from "../actors/room/model.ts";
import type { Line, RoomLog } from "./room-log.ts";

/** An item of `room.summaries`. `last` is the newest visible post. */
export interface Summary {
  room: RoomId;
  epoch: Epoch;
  kind: RoomKind;
  name: string;
  about: string;
  history: HistoryRule;
  join: JoinRule;
  members: number;
  head: Seq;
  at: Millis;
  role: Role | null;
  peer?: UserId | null;
  read: Seq;
  delivered: Seq;
  unread: number;
  mentions: number;
  last?: { seq: Seq; by: UserId; at: Millis; text: string } | null;
}

export type Facts = Pick<
  Summary,
  "kind" | "name" | "about" | "history" | "join" | "members" | "head" | "at" | "role"
> & { peer: UserId | null; last: { seq: Seq; by: UserId; at: Millis; text: string } | null };

export const noFacts: Facts = {
  kind: "group",
  name: "",
  about: "",
  history: "everyone",
  join: "closed",
  members: 0,
  head: 0,
  at: 0,
  role: null,
  peer: null,
  last: null,
};

export function factsOf(summary: Summary): Facts {
  const { kind, name, about, history, join, members, head, at, role } = summary;
  const { peer = null, last = null } = summary;
  return { kind, name, about, history, join, members, head, at, role, peer, last };
}

/** The facts after one more line; lines at or below their head change nothing. */
export function evolveFacts(facts: Facts, line: Line, me: UserId, log: RoomLog): Facts {
  if (line.seq <= facts.head) return facts;
  return { ...facts, head: line.seq, at: line.at, ...changeOf(facts, line, me, log) };
}

function changeOf(facts: Facts, line: Line, me: UserId, log: RoomLog): Partial<Facts> {
  const { seq, by, at } = line;
  switch (line.kind) {
    case "posted":
      return { last: { seq, by, at, text: line.text } };
    case "edited":
      return facts.last?.seq === line.target ? { last: { ...facts.last, text: line.text } } : {};
    case "deleted":
      return facts.last?.seq === line.target ? { last: newestPost(log, seq) } : {};
    case "created":
      return {
        ...line.room,
        members: line.members.length,
        role: line.members.find(({ user }) => user === me)?.role ?? null,
        peer:
          line.room.kind === "direct" ? (line.members.find(({ user }) => user !== me)?.user ?? null) : null,
      };
    case "joined":
      return { members: facts.members + 1, ...(by === me ? { role: line.role } : {}) };
    case "added":
      return { members: facts.members + 1, ...(line.user === me ? { role: line.role } : {}) };
    case "left":
      return { members: facts.members - 1, ...(by === me ? { role: null } : {}) };
    case "removed":
      return { members: facts.members - 1, ...(line.user === me ? { role: null } : {}) };
    case "banned":
      // Whether a member was banned or a stranger, the event doesn't say: the room asks for a summary.
      return line.user === me ? { role: null } : {};
    case "role":
      return line.user === me ? { role: line.role } : {};
    case "transferred":
      return line.user === me ? { role: "owner" } : by === me ? { role: "admin" } : {};
    case "renamed":
      return { name: line.name };
    case "described":
      return { about: line.about };
    case "history":
      return { history: line.history };
    case "access":
      return { join: line.join };
    default:
      return {};
  }
}

function newestPost(log: RoomLog, below: Seq): Facts["last"] {
  for (let seq = below - 1; log.ranges.has(seq); seq--) {
    const line = log.line(seq);
    const post = log.post(seq);
    if (line?.kind === "posted" && post) return { seq, by: line.by, at: line.at, text: post.text };
  }
  return null;
}
