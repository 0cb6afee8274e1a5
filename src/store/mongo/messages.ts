import type { Document, Filter } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import type {
  Cid,
  Fields,
  Messages,
  Outcome,
  RoomId,
  Seq,
  StoredEvent,
  UserId,
} from "../../../actors/ports.ts";
import { settingKinds, versionOf } from "../merge/message.ts";
import { type ReactionRow, reactionFields } from "../merge/reaction.ts";
import type { Connection } from "./connection.ts";
import { lineIn } from "./message-doc.ts";
import { closedIn, messagesIn } from "./ranges.ts";
import type { MessageDoc } from "./schema.ts";

/** What makes a line, and says whose it is. */
const asEvent = {
  gone: 1,
  ...{ "event.line": 1, "event.at": 1, "event.ord": 1, "event.by": 1, "event.cid": 1, "event.origin": 1 },
};

/** Reactions that one query takes: of most pages all. */
const reactionsAtOnce = 10 * limits.reactionsListMax;

/** Where several indexes could serve a query, it names its own: the planner would choose by what it tried last. */
export class MongoMessages implements Messages {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async range(room: RoomId, from: Seq, to: Seq, limit: number, newest = false): Promise<StoredEvent[]> {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages
        .find(
          { _id: messagesIn(room, from, to), event: { $exists: true } },
          { projection: asEvent, sort: { _id: newest ? -1 : 1 }, limit, batchSize: limit, session },
        )
        .toArray(),
    );
    return (newest ? found.reverse() : found).map(storedOf);
  }

  async settings(room: RoomId, upTo: Seq): Promise<StoredEvent[]> {
    const { messages } = this.#connection.collections;
    const newestOf = (kind: string): Document[] => [
      { $match: { "_id.room": room, "event.kind": kind, "_id.seq": { $lte: upTo } } },
      { $sort: { "_id.seq": -1 } },
      { $limit: 1 },
      { $project: asEvent },
    ];
    const [first, ...others] = settingKinds;
    const found = await this.#connection.run((session) =>
      messages
        .aggregate<MessageDoc>(
          [
            ...newestOf(first),
            ...others.map((kind) => ({
              $unionWith: { coll: messages.collectionName, pipeline: newestOf(kind) },
            })),
          ],
          { session },
        )
        .toArray(),
    );
    return found.map(storedOf).sort((a, b) => a.seq - b.seq);
  }

  async fields(room: RoomId, seqs: readonly Seq[]): Promise<Fields[]> {
    const { messages } = this.#connection.collections;
    const [documents, reactions] = await Promise.all([
      this.#connection.run((session) =>
        messages
          .find(
            {
              _id: { $in: seqs.map((seq) => ({ room, seq })) },
              $or: [{ edit: { $exists: true } }, { gone: { $exists: true } }],
            },
            { projection: { edit: 1, gone: 1 }, batchSize: seqs.length + 1, session },
          )
          .toArray(),
      ),
      this.#reactions(room, seqs),
    ]);
    const bySeq = new Map(documents.map((document) => [document._id.seq, document]));
    return seqs.flatMap((seq) => {
      const { edit, gone } = bySeq.get(seq) ?? {};
      const reacted = reactionFields(gone === undefined ? (reactions.get(seq) ?? []) : []);
      if (edit === undefined && reacted.reactions.length === 0) return [];
      return { seq, edit: edit === undefined ? null : { ...edit, mentions: [...edit.mentions] }, ...reacted };
    });
  }

  /** The first ones of each seq. Each query finishes at least one seq; nearly always the first finishes all. */
  async #reactions(room: RoomId, seqs: readonly Seq[]): Promise<Map<Seq, ReactionRow[]>> {
    const { reactions } = this.#connection.collections;
    const enough = limits.reactionsListMax + 1;
    const found = new Map<Seq, ReactionRow[]>();
    let open = [...seqs];
    while (open.length > 0) {
      const rows = await this.#connection.run((session) =>
        reactions
          .find(
            { "_id.room": room, "_id.target": { $in: open }, on: true },
            {
              ...{ sort: { "_id.target": 1, seq: 1 }, hint: "Messages.fields" },
              ...{ limit: reactionsAtOnce, batchSize: reactionsAtOnce, session },
            },
          )
          .toArray(),
      );
      for (const [target, ofTarget] of Map.groupBy(rows, ({ _id }) => _id.target)) {
        const first = ofTarget.slice(0, enough);
        found.set(
          target,
          first.map(({ _id: { user, key }, seq, on }) => ({ user, key, seq, on })),
        );
      }
      const last = rows.at(-1)?._id.target;
      if (rows.length < reactionsAtOnce || last === undefined) break;
      const isCut = (found.get(last)?.length ?? 0) < enough;
      open = open.filter((seq) => seq > last || (seq === last && isCut));
    }
    return found;
  }

  async versions(room: RoomId, seq: Seq, before: Seq, limit: number) {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const documents = await this.#connection.run(async (session) => {
      const post = await messages.findOne({ _id: { room, seq } }, { session });
      if (!post?.edit || post.event === undefined) return [];
      const edits = await messages
        .find(
          {
            ...{ "_id.room": room, "event.target": seq, "event.kind": "edited" },
            "_id.seq": { $lt: Math.min(before, post.edit.seq) },
          },
          { sort: { "_id.seq": -1 }, hint: "Messages.versions", limit, batchSize: limit, session },
        )
        .toArray();
      return [...edits, post];
    });
    return documents
      .slice(0, limit)
      .map((document) => versionOf(lineIn(document)))
      .reverse();
  }

  async reactionsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<string[]> {
    if (limit <= 0) return [];
    const { reactions } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      reactions
        .find(
          { "_id.room": room, "_id.target": seq, "_id.user": user, on: true },
          { projection: { _id: 1 }, hint: "Messages.reactionsBy", limit, batchSize: limit, session },
        )
        .toArray(),
    );
    return found.map(({ _id }) => _id.key);
  }

  async outcome(room: RoomId, sender: UserId, cid: Cid): Promise<Outcome | null> {
    const { messages, closed } = this.#connection.collections;
    const [landed, refused] = await Promise.all([
      this.#connection.run((session) =>
        messages.findOne(
          { "_id.room": room, "event.cid": cid, "event.by": sender },
          {
            projection: { "event.n": 1, "event.at": 1, "event.hash": 1 },
            ...{ hint: "Messages.outcome", session },
          },
        ),
      ),
      this.#connection.run((session) => closed.findOne({ _id: { room, cid, sender } }, { session })),
    ]);
    if (landed?.event) {
      const { n, at, hash = "" } = landed.event;
      return { closed: false, seq: landed._id.seq, n, at, hash };
    }
    return refused && { closed: true, hash: refused.hash };
  }

  async lastClosed(room: RoomId): Promise<Cid | null> {
    const { closed } = this.#connection.collections;
    const last = await this.#connection.run((session) =>
      closed.findOne({ _id: closedIn(room) }, { sort: { _id: -1 }, session }),
    );
    return last?._id.cid ?? null;
  }

  unread(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]> {
    const post = { $exists: true, $ne: user };
    return this.#seqs("Messages.unread", { post, ...within(room, after, upTo) }, limit);
  }

  mentions(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]> {
    return this.#seqs("Messages.mentions", { mentions: user, ...within(room, after, upTo) }, limit);
  }

  async #seqs(hint: string, filter: Filter<MessageDoc>, limit: number): Promise<Seq[]> {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages
        .find(filter, {
          projection: { "_id.seq": 1 },
          sort: { "_id.seq": 1 },
          hint,
          limit,
          batchSize: limit,
          session,
        })
        .toArray(),
    );
    return found.map(({ _id }) => _id.seq);
  }
}

const within = (room: RoomId, after: Seq, upTo: Seq) => ({
  "_id.room": room,
  "_id.seq": { $gt: after, $lte: upTo },
});

function storedOf(document: MessageDoc): StoredEvent {
  const { _id, event } = document;
  if (event === undefined) throw new Error("a query for events found something else");
  const { by, cid = null, origin = null } = event;
  return { seq: _id.seq, line: lineIn(document), by, cid, origin };
}
