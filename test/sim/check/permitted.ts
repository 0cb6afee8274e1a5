/** Who may do what, once more: the table of actors/room/permissions.ts in other words, for what stands in a log. */
import type { Line, Truth } from "./truth.ts";

const ranks: Record<string, number> = { member: 1, moderator: 2, admin: 3, owner: 4 };

/** Lowest rank for what isn't about one's own. */
const least: Record<string, number> = {
  posted: 1,
  edited: 1,
  deleted: 1,
  reacted: 1,
  left: 1,
  added: 2,
  removed: 2,
  banned: 2,
  unbanned: 2,
  role: 3,
  renamed: 3,
  described: 3,
  history: 3,
  access: 3,
  transferred: 4,
};

/** Why the line must not stand where it does; null: it may. */
export function faultOf(truth: Truth, { seq, by, event }: Line): string | null {
  const { kind, user = "", target } = event;
  const before = seq - 1;
  const rankOf = (who: string) => ranks[truth.standing(who, before).role ?? ""] ?? 0;
  if (kind === "created") return seq === 1 ? null : "the room was there already";
  if (kind === "joined") return mayJoin(truth, by, before) ? null : "the room was closed to them";
  const rank = rankOf(by);
  if (rank === 0) return "they weren't in the room";
  const isDirect = truth.line(1)?.event.room?.kind === "direct";
  if (!isDirect && rank < (least[kind] ?? 0)) return "their rank is too low";
  if (["removed", "banned", "role"].includes(kind) && rankOf(user) >= rank)
    return "they acted on a rank like theirs";
  if (kind === "added" && truth.standing(user, before).banned) return "they added somebody who is banned";
  if (kind === "left" && rank === ranks.owner) return "the room lost its owner";
  return target === undefined ? null : targetFault(truth, { by, kind, target, before, rank, rankOf });
}

function mayJoin(truth: Truth, user: string, seq: number): boolean {
  const { role, banned } = truth.standing(user, seq);
  return role === null && !banned && truth.joinRule(seq) === "open";
}

interface OnTarget {
  by: string;
  kind: string;
  target: number;
  before: number;
  rank: number;
  rankOf(user: string): number;
}

function targetFault(truth: Truth, { by, kind, target, before, rank, rankOf }: OnTarget): string | null {
  const line = truth.line(target);
  if (line === undefined || target > before || line.event.kind !== "posted")
    return "there was no such message";
  if ((truth.deletion.get(target) ?? Number.POSITIVE_INFINITY) <= before) return "it was deleted already";
  if (kind === "edited" && line.by !== by) return "it wasn't theirs";
  const overOthers = rank >= 2 && rankOf(line.by) < rank;
  if (kind === "deleted" && line.by !== by && !overOthers) return "it wasn't theirs to delete";
  return null;
}
