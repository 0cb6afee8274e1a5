/** Who may see which seq of a room (P5), and what a seq resolves to (P4). */
import type { StampedEvent, Tombstone } from "../../../actors/room/events.ts";
import type { HistoryRule } from "../../../actors/room/model.ts";
import type { ModelRoom } from "./room.ts";

/** [from, to) in seqs; `to` null while it lasts. */
export type Interval = [from: number, to: number | null];

/** When somebody was a member, by the events up to `head`. The event that ends it is the last they see. */
export function intervals(room: ModelRoom, user: string, head: number = room.head): Interval[] {
  const found: Interval[] = [];
  for (let seq = 1; seq <= head; seq++) {
    const was = seq > 1 && isMember(room, user, seq - 1);
    const is = isMember(room, user, seq);
    if (is && !was) found.push([seq, null]);
    const last = found.at(-1);
    if (was && !is && last !== undefined) last[1] = seq + 1;
  }
  return found;
}

export function isMember(room: ModelRoom, user: string, head: number = room.head): boolean {
  return room.state(head).members.has(user);
}

/** A change of the rule applies to later events only. */
function ruleAt(room: ModelRoom, seq: number): HistoryRule {
  return seq === 1 ? room.state(1).history : room.state(seq - 1).history;
}

/** May they see this seq, as things stand at `head`? */
export function visible(room: ModelRoom, user: string, seq: number, head: number = room.head): boolean {
  const within = intervals(room, user, head).some(([from, to]) => seq >= from && (to === null || seq < to));
  return within || (isMember(room, user, head) && ruleAt(room, seq) === "everyone");
}

/**
 * Do they get this seq as more than a void? Besides what they see: the deletion of a message that they may have a copy of,
 * since they were there at some time between the message and its deletion.
 */
export function shown(room: ModelRoom, user: string, seq: number, head: number = room.head): boolean {
  if (visible(room, user, seq, head)) return true;
  const event = room.event(seq);
  if (event.kind !== "deleted" || !visible(room, user, event.target, head)) return false;
  return intervals(room, user, head).some(([from, to]) => from < seq && (to === null || to > event.target));
}

/** The highest seq that they may know of; 0 for a stranger. */
export function horizon(room: ModelRoom, user: string): number {
  const last = intervals(room, user).at(-1);
  if (last === undefined) return 0;
  return last[1] === null ? room.head : last[1] - 1;
}

/** The seq of the deletion that made a tombstone of this one. */
export function goneAt(room: ModelRoom, seq: number): number | null {
  const event = room.event(seq);
  const target = event.kind === "edited" ? event.target : seq;
  const deletion = room.upTo().find((each) => each.kind === "deleted" && each.target === target);
  return deletion?.seq ?? null;
}

export function resolved(room: ModelRoom, seq: number): StampedEvent | Tombstone {
  const event = room.event(seq);
  const deleted = goneAt(room, seq);
  if (deleted === null) return event;
  const { at, ord, by } = event;
  return { seq, at, ord, by, kind: "tombstone", deleted };
}
