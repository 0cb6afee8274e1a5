import { limits } from "../../../actors/limits.ts";
import type { Fields, Seq, UserId } from "../../../actors/ports.ts";

/** One user's stand on one key of a post: the newest event decides. */
export interface ReactionRow {
  key: string;
  user: UserId;
  seq: Seq;
  on: boolean;
}

/** Of rows in any order: those that stand, oldest first, at most limits.reactionsListMax of them. */
export function reactionFields(rows: Iterable<ReactionRow>): Pick<Fields, "reactions" | "more"> {
  const standing = [...rows].filter(({ on }) => on).sort((a, b) => a.seq - b.seq);
  const listed = standing.slice(0, limits.reactionsListMax);
  return { reactions: byKey(listed), ...(listed.length < standing.length && { more: true as const }) };
}

/** Keys and, in each, users, in the order in which they came. */
function byKey(rows: readonly ReactionRow[]): Fields["reactions"] {
  const found = new Map<string, Fields["reactions"][number]>();
  for (const { key, user, seq } of rows) {
    const reaction = found.get(key) ?? { key, users: [], seqs: [] };
    found.set(key, reaction);
    reaction.users.push(user);
    reaction.seqs.push(seq);
  }
  return [...found.values()];
}
