/** Others' watermarks in one room. Pure. */
import type { Seq, UserId } from "../actors/ports.ts";
import type { SendStatus } from "./api.ts";

export interface Receipt {
  user: UserId;
  delivered: Seq;
  read: Seq;
}

export type Mark = [user: UserId, delivered: Seq, read: Seq];

/** Merged as maxima: a late frame takes nothing back. */
export function mergeMarks(
  receipts: readonly Receipt[],
  marks: readonly Mark[],
  me: UserId,
): readonly Receipt[] {
  const merged = new Map(receipts.map((receipt) => [receipt.user, receipt]));
  for (const [user, delivered, read] of marks) {
    const old = merged.get(user);
    merged.set(user, {
      user,
      delivered: Math.max(delivered, read, old?.delivered ?? 0),
      read: Math.max(read, old?.read ?? 0),
    });
  }
  merged.delete(me);
  return [...merged.values()];
}

/** What the sender of a post may say of it: at least one other has it, or has read it. */
export function statusOf(receipts: readonly Receipt[], seq: Seq): SendStatus {
  if (receipts.some(({ read }) => read >= seq)) return "read";
  return receipts.some(({ delivered }) => delivered >= seq) ? "delivered" : "stored";
}
