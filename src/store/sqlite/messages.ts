import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import type {
  Cid,
  Fields,
  Messages,
  Millis,
  Outcome,
  RoomId,
  Seq,
  StoredEvent,
  Unread,
  UserId,
} from "../../../actors/ports.ts";
import { settingKinds, versionOf } from "../merge/message.ts";
import { type ReactionRow, reactionFields } from "../merge/reaction.ts";
import { editIn } from "./message-columns.ts";

/** Left to itself, the planner takes the primary key: every event of the room, content and all. */
const posts = "FROM messages INDEXED BY messages_unread WHERE kind = 'posted' AND gone IS NULL";

const statements = (reads: Database) => ({
  range: reads.prepare<StoredEvent, [RoomId, Seq, Seq, number]>(
    `SELECT seq, line, "by", cid, origin FROM messages
     WHERE room = ? AND seq BETWEEN ? AND ? AND line IS NOT NULL ORDER BY seq LIMIT ?`,
  ),
  // None of them is a post: it must be said for the index to fit.
  setting: reads.prepare<StoredEvent, [RoomId, string, Seq]>(
    `SELECT seq, line, "by", cid, origin FROM messages INDEXED BY messages_settings
     WHERE room = ? AND kind = ? AND seq <= ? AND kind <> 'posted' AND line IS NOT NULL
     ORDER BY seq DESC LIMIT 1`,
  ),
  edit: reads.prepare<{ edit: string | null }, [RoomId, Seq]>(
    "SELECT edit FROM messages WHERE room = ? AND seq = ?",
  ),
  line: reads.prepare<{ line: string | null }, [RoomId, Seq]>(
    "SELECT line FROM messages WHERE room = ? AND seq = ?",
  ),
  editsBefore: reads.prepare<{ line: string }, [RoomId, Seq, Seq, number]>(
    `SELECT line FROM messages INDEXED BY messages_edits
     WHERE room = ? AND target = ? AND kind = 'edited' AND seq < ? ORDER BY seq DESC LIMIT ?`,
  ),
  editsBy: reads.prepare<{ edits: number }, [RoomId, Seq, number, RoomId, Seq, UserId]>(
    `SELECT count(*) AS edits
     FROM (SELECT seq FROM messages WHERE room = ? AND target = ? AND kind = 'edited' LIMIT ?)
     WHERE EXISTS (SELECT 1 FROM messages WHERE room = ? AND seq = ? AND "by" = ?)`,
  ),
  reactions: reads.prepare<Omit<ReactionRow, "on">, [RoomId, Seq, number]>(
    `SELECT key, user, seq FROM reactions WHERE room = ? AND target = ? AND "on" = 1 ORDER BY seq LIMIT ?`,
  ),
  reactionsBy: reads.prepare<{ key: string }, [RoomId, Seq, UserId, number]>(
    `SELECT key FROM reactions WHERE room = ? AND target = ? AND user = ? AND "on" = 1 LIMIT ?`,
  ),
  landed: reads.prepare<{ seq: Seq; n: number; at: Millis; hash: string | null }, [RoomId, Cid, UserId]>(
    `SELECT seq, n, at, hash FROM messages WHERE room = ? AND cid = ? AND "by" = ?`,
  ),
  closed: reads.prepare<{ hash: string }, [RoomId, Cid, UserId]>(
    "SELECT hash FROM closed WHERE room = ? AND cid = ? AND sender = ?",
  ),
  lastClosed: reads.prepare<{ cid: Cid | null }, [RoomId]>(
    "SELECT max(cid) AS cid FROM closed WHERE room = ?",
  ),
  unread: reads.prepare<{ seq: Seq }, [RoomId, Seq, Seq, UserId, number]>(
    `SELECT seq ${posts} AND room = ? AND seq > ? AND seq <= ? AND "by" <> ? ORDER BY seq LIMIT ?`,
  ),
  /** The post after so many. */
  postAfter: reads.prepare<{ seq: Seq }, [RoomId, Seq, Seq, number]>(
    `SELECT seq ${posts} AND room = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT 1 OFFSET ?`,
  ),
  newestPost: reads.prepare<{ seq: Seq | null }, [RoomId, Seq]>(
    `SELECT max(seq) AS seq ${posts} AND room = ? AND seq <= ?`,
  ),
  mentions: reads.prepare<{ seq: Seq }, [RoomId, UserId, Seq, Seq, number]>(
    "SELECT seq FROM mentions WHERE room = ? AND user = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
  ),
  edited: reads.prepare<{ seq: Seq }, [RoomId, Seq, Seq, Seq, number]>(
    `SELECT DISTINCT target AS seq FROM messages WHERE room = ? AND kind = 'edited'
     AND target > ? AND target <= ? AND seq > ? ORDER BY target LIMIT ?`,
  ),
});

export class SqliteMessages implements Messages {
  #sql: ReturnType<typeof statements>;
  #fields;
  #versions;
  #unread;

  constructor(reads: Database) {
    this.#sql = statements(reads);
    // Several statements, one state of the database.
    this.#fields = reads.transaction((room: RoomId, seqs: readonly Seq[]) =>
      seqs.flatMap((seq) => this.#fieldsOf(room, seq) ?? []),
    );
    this.#versions = reads.transaction((room: RoomId, seq: Seq, before: Seq, limit: number) =>
      this.#versionsOf(room, seq, before, limit),
    );
    this.#unread = reads.transaction(
      (room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number, look: number) =>
        this.#unreadOf(room, user, after, upTo, limit, look),
    );
  }

  async range(room: RoomId, from: Seq, to: Seq, limit: number): Promise<StoredEvent[]> {
    return this.#sql.range.all(room, from, to, limit);
  }

  async settings(room: RoomId, upTo: Seq): Promise<StoredEvent[]> {
    return settingKinds
      .flatMap((kind) => this.#sql.setting.get(room, kind, upTo) ?? [])
      .sort((a, b) => a.seq - b.seq);
  }

  async lastClosed(room: RoomId): Promise<Cid | null> {
    return this.#sql.lastClosed.get(room)?.cid ?? null;
  }

  async fields(room: RoomId, seqs: readonly Seq[]): Promise<Fields[]> {
    return this.#fields(room, seqs);
  }

  async versions(room: RoomId, seq: Seq, before: Seq, limit: number) {
    return this.#versions(room, seq, before, limit);
  }

  async editsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<number> {
    return this.#sql.editsBy.get(room, seq, limit, room, seq, user)?.edits ?? 0;
  }

  async reactionsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<string[]> {
    return this.#sql.reactionsBy.all(room, seq, user, limit).map(({ key }) => key);
  }

  async outcome(room: RoomId, sender: UserId, cid: Cid): Promise<Outcome | null> {
    const landed = this.#sql.landed.get(room, cid, sender);
    if (landed) return { closed: false, ...landed, hash: landed.hash ?? "" };
    const closed = this.#sql.closed.get(room, cid, sender);
    return closed && { closed: true, hash: closed.hash };
  }

  async unread(
    room: RoomId,
    user: UserId,
    after: Seq,
    upTo: Seq,
    limit: number,
    look: number,
  ): Promise<Unread> {
    return this.#unread(room, user, after, upTo, limit, look);
  }

  async newestPost(room: RoomId, upTo: Seq): Promise<Seq | null> {
    return this.#sql.newestPost.get(room, upTo)?.seq ?? null;
  }

  async mentions(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]> {
    return this.#sql.mentions.all(room, user, after, upTo, limit).map(({ seq }) => seq);
  }

  async edited(room: RoomId, after: Seq, upTo: Seq, since: Seq, limit: number): Promise<Seq[]> {
    return this.#sql.edited.all(room, after, upTo, since, limit).map(({ seq }) => seq);
  }

  #fieldsOf(room: RoomId, seq: Seq): Fields | null {
    const edit = editIn(this.#sql.edit.get(room, seq)?.edit ?? null);
    const rows = this.#sql.reactions.all(room, seq, limits.reactionsListMax + 1);
    if (!edit && rows.length === 0) return null;
    const reacted = reactionFields(rows.map((row) => ({ ...row, on: true })));
    return { seq, edit, ...reacted };
  }

  #unreadOf(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number, look: number): Unread {
    // So few seqs hold no more posts: nothing to find out.
    const beyond = upTo - after <= look ? null : this.#sql.postAfter.get(room, after, upTo, look);
    const last = beyond === null ? upTo : beyond.seq - 1;
    const seqs = this.#sql.unread.all(room, after, last, user, limit + 1).map(({ seq }) => seq);
    return { seqs: seqs.slice(0, limit), more: beyond !== null || seqs.length > limit };
  }

  #versionsOf(room: RoomId, seq: Seq, before: Seq, limit: number) {
    const edit = editIn(this.#sql.edit.get(room, seq)?.edit ?? null);
    const first = this.#sql.line.get(room, seq)?.line;
    if (!edit || typeof first !== "string") return [];
    const below = Math.min(before, edit.seq);
    const others = this.#sql.editsBefore.all(room, seq, below, limit).map(({ line }) => line);
    return [...others, first].slice(0, limit).map(versionOf).reverse();
  }
}
