/** One user's membership of one room, and how writes change it: twice or in any order, the result is the same. */
import type { Json, RoomId, Seq, UserId, Write } from "../../../actors/ports.ts";
import type { Interval, Membership, Role } from "../../../actors/room/model.ts";

type MembershipWrite = Extract<Write, { t: "membership" }>;

export interface MembershipRow {
  room: RoomId;
  user: UserId;
  role: Role | null;
  banned: boolean;
  /** Newest event that was applied. */
  seq: Seq;
  /** Every seq at which an interval opened or closed, ascending: intervals can't be patched out of order. */
  turns: readonly (readonly [seq: Seq, turn: Turn])[];
}

/** `ban` closes as well, and says why. */
type Turn = "open" | "close" | "ban";

/** The same row when the write brings nothing new. */
export function withMembership(row: MembershipRow | null, write: MembershipWrite): MembershipRow {
  const { room, user, seq, role, banned, interval } = write;
  const turns = row?.turns ?? [];
  const turn = interval === "close" && banned ? "ban" : interval;
  const turned = turn !== "keep" && !turns.some(([at]) => at === seq);
  const newer = row === null || seq > row.seq;
  if (row !== null && !newer && !turned) return row;
  return {
    room,
    user,
    ...(newer ? { role, banned, seq } : { role: row.role, banned: row.banned, seq: row.seq }),
    turns: turned ? [...turns, [seq, turn] as const].sort(([a], [b]) => a - b) : turns,
  };
}

/** What makes this row of none. */
export function writesOfMembership({
  room,
  user,
  role,
  banned,
  seq,
  turns,
}: MembershipRow): MembershipWrite[] {
  const earlier = turns.filter(([at]) => at !== seq);
  const last = turns.find(([at]) => at === seq)?.[1];
  return [
    ...earlier.map(([at, turn]): MembershipWrite => {
      const was = turn === "open" ? "member" : null;
      const interval = intervalOf(turn);
      return { t: "membership", room, user, seq: at, role: was, banned: turn === "ban", interval };
    }),
    { t: "membership", room, user, seq, role, banned, interval: last ? intervalOf(last) : "keep" },
  ];
}

const intervalOf = (turn: Turn) => (turn === "open" ? "open" : "close");

export function membershipOf({ room, user, role, banned, seq, turns }: MembershipRow): Membership {
  const intervals: Interval[] = [];
  for (const [at, turn] of turns) {
    const last = intervals.at(-1);
    const open = last !== undefined && last[1] === null;
    if (turn === "open" && !open) intervals.push([at, null]);
    if (turn !== "open" && open) last[1] = at + 1;
  }
  return { room, user, role, banned, intervals, seq };
}

/** What a change brings to the user's clients under `room:<id>`; null when it is nothing to them. */
export function itemChanged(before: MembershipRow | null, after: MembershipRow): Json {
  const item = membershipItem(after);
  const known = before && membershipItem(before);
  return JSON.stringify(item) === JSON.stringify(known) ? null : item;
}

/**
 * The newest interval. null for somebody who was never in: whoever bans strangers, or lets them come back, writes nothing
 * into their accounts. A former member's ends with it: a later ban is none of theirs to know (P5).
 */
function membershipItem(row: MembershipRow): Json {
  const { role, banned, intervals, seq } = membershipOf(row);
  const newest = intervals.at(-1);
  if (newest === undefined) return null;
  const [from, to] = newest;
  if (role !== null || to === null) return { role, from, to, banned, seq };
  const end = to - 1;
  return { role, from, to, banned: row.turns.some(([at, turn]) => at === end && turn === "ban"), seq: end };
}
