import type { Fields, Seq, UserId } from "../../../actors/ports.ts";

/** One user's stand on one key of a post: the newest event decides. */
export interface ReactionRow {
  key: string;
  user: UserId;
  seq: Seq;
  on: boolean;
}

/** Keys and, in each, users, in the order in which they came. */
export function reactionsOf(rows: Iterable<ReactionRow>): Fields["reactions"] {
  const byKey = new Map<string, Fields["reactions"][number]>();
  for (const { key, user, seq, on } of [...rows].sort((a, b) => a.seq - b.seq)) {
    if (!on) continue;
    const reaction = byKey.get(key) ?? { key, users: [], seqs: [] };
    byKey.set(key, reaction);
    reaction.users.push(user);
    reaction.seqs.push(seq);
  }
  return [...byKey.values()];
}
