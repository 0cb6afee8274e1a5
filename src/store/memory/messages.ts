import type {
  Cid,
  Fields,
  Messages,
  Outcome,
  RoomId,
  Seq,
  StoredEvent,
  Unread,
  UserId,
  Write,
} from "../../../actors/ports.ts";
import {
  emptyMessage,
  type MessageRow,
  mentionsOf,
  settingKinds,
  versionOf,
  withEdit,
  withEvent,
  withTombstone,
  writesOfMessage,
} from "../merge/message.ts";
import { type ReactionRow, reactionFields } from "../merge/reaction.ts";

type Of<T extends Write["t"]> = Extract<Write, { t: T }>;

class Room {
  rows = new Map<Seq, MessageRow>();
  /** Highest seq that has a row. */
  last: Seq = 0;
  /** Edits of a post, in any order. */
  edits = new Map<Seq, Set<Seq>>();
  reactions = new Map<Seq, Map<string, ReactionRow>>();
  cids = new Map<string, Seq>();
  closed = new Map<string, string>();
}

const nobody = new Room();
const cidKey = (sender: UserId, cid: Cid) => `${sender} ${cid}`;

export class MemoryMessages implements Messages {
  #rooms = new Map<RoomId, Room>();

  event(write: Of<"event">): void {
    const room = this.#room(write.room);
    const { seq, kind, target, by, cid } = write;
    this.#put(room, withEvent(this.#row(room, seq), write));
    if (cid !== null) room.cids.set(cidKey(by, cid), seq);
    if (kind !== "edited" || target === null) return;
    room.edits.set(target, (room.edits.get(target) ?? new Set()).add(seq));
    const { gone } = this.#row(room, target);
    if (gone !== null) this.#put(room, withTombstone(this.#row(room, seq), gone));
  }

  edit(write: Of<"edit">): void {
    const room = this.#room(write.room);
    this.#put(room, withEdit(this.#row(room, write.target), write));
  }

  tombstone({ room: id, target, seq }: Of<"tombstone">): void {
    const room = this.#room(id);
    for (const gone of [target, ...(room.edits.get(target) ?? [])]) {
      this.#put(room, withTombstone(this.#row(room, gone), seq));
    }
    room.reactions.delete(target);
  }

  reaction({ room: id, target, user, key, seq, on }: Of<"reaction">): void {
    const room = this.#room(id);
    if (this.#row(room, target).gone !== null) return;
    const rows = room.reactions.get(target) ?? new Map<string, ReactionRow>();
    room.reactions.set(target, rows);
    const place = `${user} ${key}`;
    if ((rows.get(place)?.seq ?? 0) < seq) rows.set(place, { key, user, seq, on });
  }

  closed({ room, sender, cid, hash }: Of<"closed">): void {
    const { closed } = this.#room(room);
    if (!closed.has(cidKey(sender, cid))) closed.set(cidKey(sender, cid), hash);
  }

  /** Everything, as the writes that make it. */
  *all(): Iterable<Write> {
    for (const [room, { rows, reactions, closed }] of this.#rooms) {
      for (const row of rows.values()) yield* writesOfMessage(room, row);
      for (const [target, standing] of reactions) {
        for (const row of standing.values()) yield { t: "reaction", room, target, ...row };
      }
      for (const [key, hash] of closed) {
        yield { t: "closed", room, sender: key.slice(0, -37), cid: key.slice(-36), hash };
      }
    }
  }

  async range(id: RoomId, from: Seq, to: Seq, limit: number): Promise<StoredEvent[]> {
    const room = this.#rooms.get(id) ?? nobody;
    const events: StoredEvent[] = [];
    const last = Math.min(to, room.last);
    for (let seq = Math.max(1, from); seq <= last && events.length < limit; seq++) {
      const event = room.rows.get(seq)?.event;
      if (event) events.push({ seq, line: event.line, by: event.by, cid: event.cid, origin: event.origin });
    }
    return events;
  }

  async settings(id: RoomId, upTo: Seq): Promise<StoredEvent[]> {
    const all = await this.range(id, 1, upTo, Number.MAX_SAFE_INTEGER);
    const kindOf = ({ seq }: StoredEvent) => this.#rooms.get(id)?.rows.get(seq)?.event?.kind;
    return settingKinds
      .flatMap((kind) => all.findLast((event) => kindOf(event) === kind) ?? [])
      .sort((a, b) => a.seq - b.seq);
  }

  async fields(id: RoomId, seqs: readonly Seq[]): Promise<Fields[]> {
    const room = this.#rooms.get(id) ?? nobody;
    return seqs.flatMap((seq) => {
      const edit = room.rows.get(seq)?.edit ?? null;
      const reacted = reactionFields(room.reactions.get(seq)?.values() ?? []);
      if (!edit && reacted.reactions.length === 0) return [];
      return { seq, edit: edit && { ...edit }, ...reacted };
    });
  }

  async reactionsBy(id: RoomId, seq: Seq, user: UserId, limit: number): Promise<string[]> {
    const rows = [...(this.#rooms.get(id)?.reactions.get(seq)?.values() ?? [])];
    return rows
      .filter((row) => row.user === user && row.on)
      .map(({ key }) => key)
      .slice(0, limit);
  }

  async editsBy(id: RoomId, seq: Seq, user: UserId, limit: number): Promise<number> {
    const room = this.#rooms.get(id) ?? nobody;
    const own = this.#row(room, seq).event?.by === user;
    return own ? Math.min(limit, room.edits.get(seq)?.size ?? 0) : 0;
  }

  async versions(id: RoomId, seq: Seq, before: Seq, limit: number) {
    const room = this.#rooms.get(id) ?? nobody;
    const { event, gone, edit } = this.#row(room, seq);
    if (event === null || gone !== null || edit === null) return [];
    return [seq, ...(room.edits.get(seq) ?? [])]
      .sort((a, b) => a - b)
      .flatMap((at) => (at < Math.min(before, edit.seq) ? (room.rows.get(at)?.event ?? []) : []))
      .slice(-limit)
      .map(({ line }) => versionOf(line));
  }

  async outcome(id: RoomId, sender: UserId, cid: Cid): Promise<Outcome | null> {
    const room = this.#rooms.get(id) ?? nobody;
    const seq = room.cids.get(cidKey(sender, cid));
    const event = seq === undefined ? null : this.#row(room, seq).event;
    if (seq !== undefined && event)
      return { closed: false, seq, n: event.n, at: event.at, hash: event.hash ?? "" };
    const hash = room.closed.get(cidKey(sender, cid));
    return hash === undefined ? null : { closed: true, hash };
  }

  async lastClosed(id: RoomId): Promise<Cid | null> {
    const cids = [...(this.#rooms.get(id) ?? nobody).closed.keys()].map((key) => key.slice(-36));
    return cids.sort().at(-1) ?? null;
  }

  async edited(id: RoomId, after: Seq, upTo: Seq, since: Seq, limit: number): Promise<Seq[]> {
    const targets = [...(this.#rooms.get(id) ?? nobody).edits]
      .filter(([target, edits]) => target > after && target <= upTo && [...edits].some((seq) => seq > since))
      .map(([target]) => target);
    return targets.sort((a, b) => a - b).slice(0, limit);
  }

  async unread(
    room: RoomId,
    user: UserId,
    after: Seq,
    upTo: Seq,
    limit: number,
    look: number,
  ): Promise<Unread> {
    const posts = this.#posts(room, after, upTo);
    const looked = posts.slice(0, look);
    const seqs = looked.filter((row) => row.event?.by !== user).map(({ seq }) => seq);
    return { seqs: seqs.slice(0, limit), more: looked.length < posts.length || seqs.length > limit };
  }

  async newestPost(room: RoomId, upTo: Seq): Promise<Seq | null> {
    return this.#posts(room, 0, upTo).at(-1)?.seq ?? null;
  }

  async mentions(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]> {
    return this.#posts(room, after, upTo)
      .filter((row) => mentionsOf(row).includes(user))
      .map(({ seq }) => seq)
      .slice(0, limit);
  }

  /** Those that aren't tombstoned, oldest first. */
  #posts(id: RoomId, after: Seq, upTo: Seq): MessageRow[] {
    const room = this.#rooms.get(id) ?? nobody;
    const posts: MessageRow[] = [];
    for (let seq = after + 1; seq <= Math.min(upTo, room.last); seq++) {
      const row = room.rows.get(seq);
      if (row?.event?.kind === "posted" && row.gone === null) posts.push(row);
    }
    return posts;
  }

  #room(id: RoomId): Room {
    const room = this.#rooms.get(id) ?? new Room();
    this.#rooms.set(id, room);
    return room;
  }

  #row(room: Room, seq: Seq): MessageRow {
    return room.rows.get(seq) ?? emptyMessage(seq);
  }

  #put(room: Room, row: MessageRow): void {
    room.rows.set(row.seq, row);
    room.last = Math.max(room.last, row.seq);
  }
}
