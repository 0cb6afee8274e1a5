/** What a user may see of a room: documents, then the log tail's membership events applied in order. */

import type { Epoch, Log, Position, RoomDoc, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import type { StampedEvent, Tombstone } from "../../actors/room/events.ts";
import { eventOf, linesOf } from "../../actors/room/frame.ts";
import { advance, type Sight } from "../../actors/room/sight.ts";
import { tailOf } from "../../actors/room/tail.ts";

export interface Access {
  sight: Sight;
  /** null: no such room. */
  epoch: Epoch | null;
  /** The room's last seq, this read included. */
  head: Seq;
  /** null while the room is only in the log. */
  document: RoomDoc | null;
  banned: boolean;
  /** Position of the last record above the checkpoint that the user may know of; 0 when the documents have all of that. */
  tail: Position;
}

export type AccessSources = { log: Log; store: Pick<Store, "rooms" | "memberships" | "projection"> };

/** Every kind that `advance` acts on. A quote inside of a text is escaped, so user content can't match. */
const concerns = /"kind":"(created|history|joined|added|left|removed|banned|unbanned|role|transferred)"/;

/** One tail read serves many users. Complete up to the head at the time of the call. */
export async function accessOf(
  sources: AccessSources,
  room: RoomId,
  users: readonly UserId[],
): Promise<Access[]> {
  const { log, store } = sources;
  const checkpoint = await store.projection.checkpoint(log.streamOf(room));
  const [documents, memberships] = await Promise.all([
    store.rooms.many([room]),
    store.memberships.of(room, users),
  ]);
  const document = documents[0] ?? null;
  const byUser = new Map(memberships.map((membership) => [membership.user, membership]));
  const accesses = users.map((user): Access => {
    const membership = byUser.get(user);
    return {
      sight: {
        user,
        role: membership?.role ?? null,
        intervals: membership?.intervals.map(([from, to]) => [from, to]) ?? [],
        rules: document?.rules.map((rule) => ({ ...rule })) ?? [],
        // Not the room's seq: the two documents may have been read at different seqs.
        asOf: membership?.seq ?? 0,
      },
      epoch: document?.epoch ?? null,
      head: document?.seq ?? 0,
      document,
      banned: membership?.banned ?? false,
      tail: 0,
    };
  });
  await applyTail(log, room, checkpoint, accesses);
  for (const access of accesses) access.sight.asOf = Math.max(access.sight.asOf, access.head);
  return accesses;
}

async function applyTail(log: Log, room: RoomId, checkpoint: Position, accesses: Access[]): Promise<void> {
  for await (const records of tailOf(log, room, checkpoint)) {
    for (const record of records) {
      const events = concerns.test(record.frame) ? linesOf(record.frame).map(eventOf) : [];
      for (const access of accesses) {
        for (const event of events) {
          noteBan(access, event);
          advance(access.sight, event);
        }
        access.head = Math.max(access.head, record.from + record.count - 1);
        access.epoch = record.epoch;
        if (reaches(access.sight, record.from)) access.tail = record.position;
      }
    }
  }
}

/** A member may know of every seq, a former one of those up to the end, a stranger of none. */
function reaches({ role, intervals }: Sight, seq: Seq): boolean {
  return role !== null || seq < (intervals.at(-1)?.[1] ?? 0);
}

function noteBan(access: Access, event: StampedEvent | Tombstone): void {
  if (event.seq <= access.sight.asOf) return;
  if (event.kind === "banned" && event.user === access.sight.user) access.banned = true;
  if (event.kind === "unbanned" && event.user === access.sight.user) access.banned = false;
}
