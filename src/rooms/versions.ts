/** Older texts of a message, as far as a viewer may see the events that made them. */

import { limits } from "../../actors/limits.ts";
import type { Millis, RoomId, Seq } from "../../actors/ports.ts";
import { catchUp, type Sources } from "../../actors/room/catch-up.ts";
import { eventOf } from "../../actors/room/frame.ts";
import { closedAt, sees } from "../../actors/room/sight.ts";
import type { Access } from "./access.ts";
import { keepLater, type Later } from "./history.ts";

export interface Version {
  seq: Seq;
  at: Millis;
  text: string;
}

export interface Versions {
  /** The newest limits.versionsMax, oldest first, without the text that the viewer sees now. */
  versions: Version[];
  /** Older ones were left out. */
  more: boolean;
}

/** null: there is no such message for this viewer. */
export async function versionsOf(
  sources: Sources,
  room: RoomId,
  { sight, head }: Access,
  seq: Seq,
): Promise<Versions | null> {
  if (seq > head || !sees(sight, seq)) return null;
  const { messages, projection } = sources.store;
  const checkpoint = await projection.checkpoint(sources.log.streamOf(room));
  const before = closedAt(sight) ?? Number.MAX_SAFE_INTEGER;
  // First what is the newest edit, then those before: an edit that lands in between makes it one of them.
  const [fields] = await messages.fields(room, [seq]);
  // Two more: the text seen now goes, and one beyond the list says that there is more.
  const versions = await messages.versions(room, seq, before, limits.versionsMax + 2);
  // Last, since it knows every deletion: what was read before counts only if the message is still there.
  const later: Later[] = [];
  const { lines } = await catchUp(sources, room, seq - 1, 1, { checkpoint, met: keepLater(later) });
  const post = lines[0] === undefined ? null : eventOf(lines[0].line);
  if (post === null || post.kind !== "posted") return null;
  const all = new Map<Seq, Version>([[seq, { seq, at: post.at, text: post.text }]]);
  const edits = later.filter((event) => event.kind === "edited" && event.target === seq) as Version[];
  for (const { seq, at, text } of [...versions, ...(fields?.edit ? [fields.edit] : []), ...edits]) {
    all.set(seq, { seq, at, text });
  }
  const visible = [...all.values()].filter((version) => sees(sight, version.seq));
  const older = visible.sort((a, b) => a.seq - b.seq).slice(0, -1);
  const listed = older.slice(-limits.versionsMax);
  return { versions: listed, more: listed.length < older.length };
}
