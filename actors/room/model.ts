/** What a room is made of: kinds, roles, settings, memberships. */
import type { RoomId, Seq, UserId } from "../ports.ts";

export type RoomKind = "direct" | "group";

/** From highest to lowest rank; see permissions.ts. */
export const roles = ["owner", "admin", "moderator", "member"] as const;
export type Role = (typeof roles)[number];

/** Who may see events from before their joining. A change applies to later events only. */
export type HistoryRule = "everyone" | "joined";
/** `open`: anyone who knows the id may join. `closed` (default): members are added. */
export type JoinRule = "open" | "closed";

export interface RoomSettings {
  name: string;
  about: string;
  history: HistoryRule;
  join: JoinRule;
}

/** [from, to) in seqs; `to` = removal seq + 1, null while it lasts. */
export type Interval = [from: Seq, to: Seq | null];

export interface Membership {
  room: RoomId;
  user: UserId;
  /** null: a former member. */
  role: Role | null;
  banned: boolean;
  intervals: Interval[];
  /** The event that set it last. Valid only up to the projection that it was read with. */
  seq: Seq;
}
