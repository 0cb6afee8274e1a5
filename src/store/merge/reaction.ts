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
  const users = new Map<string, UserId[]>();
  for (const { key, user, on } of [...rows].sort((a, b) => a.seq - b.seq)) {
    if (on) users.set(key, [...(users.get(key) ?? []), user]);
  }
  return [...users].map(([key, list]) => ({ key, users: list }));
}
