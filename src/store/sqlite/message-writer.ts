/** How the projection's writes reach `messages`, `mentions`, `reactions` and `closed`. Rules: merge/message.ts. */
import type { Database } from "bun:sqlite";
import type { RoomId, Seq, UserId, Write } from "../../../actors/ports.ts";
import {
  emptyMessage,
  type MessageRow,
  mentionsOf,
  withEdit,
  withEvent,
  withTombstone,
} from "../merge/message.ts";
import {
  type MessageColumns,
  type MessageValues,
  messageColumns,
  messageOf,
  valuesOf,
} from "./message-columns.ts";

type Of<T extends Write["t"]> = Extract<Write, { t: T }>;

const insert = `INSERT INTO messages (room, ${messageColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function messageWriter(db: Database) {
  const get = db.prepare<MessageColumns, [RoomId, Seq]>(
    `SELECT ${messageColumns} FROM messages WHERE room = ? AND seq = ?`,
  );
  const add = db.prepare<null, MessageValues>(`${insert} ON CONFLICT (room, seq) DO NOTHING`);
  const put = db.prepare<null, MessageValues>(
    `${insert} ON CONFLICT (room, seq) DO UPDATE SET line = excluded.line, at = excluded.at, ord = excluded.ord,
     "by" = excluded."by", kind = excluded.kind, cid = excluded.cid, hash = excluded.hash, origin = excluded.origin,
     n = excluded.n, target = excluded.target, mentions = excluded.mentions, edit = excluded.edit,
     gone = excluded.gone`,
  );
  const goneOf = db.prepare<{ gone: Seq | null }, [RoomId, Seq]>(
    "SELECT gone FROM messages WHERE room = ? AND seq = ?",
  );
  const edits = db.prepare<{ seq: Seq }, [RoomId, Seq]>(
    "SELECT seq FROM messages WHERE room = ? AND target = ? AND kind = 'edited'",
  );
  const mention = db.prepare<null, [RoomId, UserId, Seq]>(
    "INSERT INTO mentions (room, user, seq) VALUES (?, ?, ?)",
  );
  const unmention = db.prepare<null, [RoomId, UserId, Seq]>(
    "DELETE FROM mentions WHERE room = ? AND user = ? AND seq = ?",
  );
  const react = db.prepare<null, [RoomId, Seq, UserId, string, Seq, boolean]>(
    `INSERT INTO reactions (room, target, user, key, seq, "on") VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (room, target, user, key) DO UPDATE SET seq = excluded.seq, "on" = excluded."on"
     WHERE excluded.seq > seq`,
  );
  const unreact = db.prepare<null, [RoomId, Seq]>("DELETE FROM reactions WHERE room = ? AND target = ?");
  const close = db.prepare<null, [RoomId, UserId, string, string]>(
    "INSERT INTO closed (room, sender, cid, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );

  const isGone = (room: RoomId, seq: Seq): Seq | null => goneOf.get(room, seq)?.gone ?? null;

  function change(room: RoomId, seq: Seq, merge: (row: MessageRow) => MessageRow): void {
    const columns = get.get(room, seq);
    const before = columns ? messageOf(columns) : emptyMessage(seq);
    const after = merge(before);
    if (after === before) return;
    put.run(room, ...valuesOf(after));
    setMentions(room, seq, mentionsOf(before), mentionsOf(after));
  }

  function setMentions(room: RoomId, seq: Seq, before: readonly UserId[], after: readonly UserId[]): void {
    for (const user of new Set(before)) if (!after.includes(user)) unmention.run(room, user, seq);
    for (const user of new Set(after)) if (!before.includes(user)) mention.run(room, user, seq);
  }

  return {
    event(write: Of<"event">): void {
      const { room, seq, kind, target } = write;
      const row = withEvent(emptyMessage(seq), write);
      // Nearly every event is new and alone: one insert, nothing to read.
      if (add.run(room, ...valuesOf(row)).changes > 0) setMentions(room, seq, [], mentionsOf(row));
      else change(room, seq, (known) => withEvent(known, write));
      if (kind !== "edited" || target === null) return;
      const gone = isGone(room, target);
      if (gone !== null) change(room, seq, (edit) => withTombstone(edit, gone));
    },
    edit(write: Of<"edit">): void {
      change(write.room, write.target, (row) => withEdit(row, write));
    },
    tombstone({ room, target, seq }: Of<"tombstone">): void {
      for (const gone of [target, ...edits.all(room, target).map((edit) => edit.seq)]) {
        change(room, gone, (row) => withTombstone(row, seq));
      }
      unreact.run(room, target);
    },
    reaction({ room, target, user, key, seq, on }: Of<"reaction">): void {
      if (isGone(room, target) === null) react.run(room, target, user, key, seq, on);
    },
    closed({ room, sender, cid, hash }: Of<"closed">): void {
      close.run(room, sender, cid, hash);
    },
  };
}
