import type { Document, Filter } from "mongodb";
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
} from "../../../actors/ports.ts";
import { settingKinds, versionOf } from "../merge/message.ts";
import { reactionFields } from "../merge/reaction.ts";
import type { Connection } from "./connection.ts";
import { lineIn } from "./message-doc.ts";
import { closedIn, messagesIn } from "./ranges.ts";
import { firstReactions } from "./reactions.ts";
import type { MessageDoc } from "./schema.ts";

/** What makes a line, and says whose it is. */
const asEvent = {
  gone: 1,
  ...{ "event.line": 1, "event.at": 1, "event.ord": 1, "event.by": 1, "event.cid": 1, "event.origin": 1 },
};

/** Where several indexes could serve a query, it names its own: the planner would choose by what it tried last. */
export class MongoMessages implements Messages {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async range(room: RoomId, from: Seq, to: Seq, limit: number): Promise<StoredEvent[]> {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages
        .find(
          { _id: messagesIn(room, from, to), event: { $exists: true } },
          { projection: asEvent, sort: { _id: 1 }, limit, batchSize: limit, session },
        )
        .toArray(),
    );
    return found.map(storedOf);
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
      firstReactions(this.#connection, room, seqs),
    ]);
    const bySeq = new Map(documents.map((document) => [document._id.seq, document]));
    return seqs.flatMap((seq) => {
      const { edit = null, gone } = bySeq.get(seq) ?? {};
      const reacted = reactionFields(gone === undefined ? (reactions.get(seq) ?? []) : []);
      return edit === null && reacted.reactions.length === 0 ? [] : { seq, edit, ...reacted };
    });
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

  async editsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<number> {
    if (limit <= 0) return 0;
    const { messages } = this.#connection.collections;
    return this.#connection.run(async (session) => {
      const own = { _id: { room, seq }, "event.by": user };
      if ((await messages.findOne(own, { projection: { _id: 1 }, session })) === null) return 0;
      const edits = { "_id.room": room, "event.kind": "edited", "event.target": seq };
      return messages.countDocuments(edits, { limit, hint: "Messages.versions", session });
    });
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

  async unread(
    room: RoomId,
    user: UserId,
    after: Seq,
    upTo: Seq,
    limit: number,
    look: number,
  ): Promise<Unread> {
    // So few seqs hold no more posts: nothing to find out.
    const beyond = upTo - after <= look ? null : await this.#post(within(room, after, upTo), 1, look);
    const others = {
      post: { ...aPost, $ne: user },
      ...within(room, after, beyond === null ? upTo : beyond - 1),
    };
    const seqs = await this.#seqs("Messages.unread", others, limit + 1);
    return { seqs: seqs.slice(0, limit), more: beyond !== null || seqs.length > limit };
  }

  newestPost(room: RoomId, upTo: Seq): Promise<Seq | null> {
    return this.#post(within(room, 0, upTo), -1, 0);
  }

  /** The one after so many, in this order. */
  async #post(filter: Filter<MessageDoc>, order: 1 | -1, skip: number): Promise<Seq | null> {
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages.findOne(
        { post: aPost, ...filter },
        { projection: seqOnly, sort: { "_id.seq": order }, hint: "Messages.unread", skip, session },
      ),
    );
    return found?._id.seq ?? null;
  }

  mentions(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]> {
    return this.#seqs("Messages.mentions", { mentions: user, ...within(room, after, upTo) }, limit);
  }

  async edited(room: RoomId, after: Seq, upTo: Seq, since: Seq, limit: number): Promise<Seq[]> {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages
        .aggregate<{ _id: Seq }>(
          [
            {
              $match: {
                ...{ "_id.room": room, "event.kind": "edited" },
                ...{ "event.target": { $gt: after, $lte: upTo }, "_id.seq": { $gt: since } },
              },
            },
            { $group: { _id: "$event.target" } },
            { $sort: { _id: 1 } },
            { $limit: limit },
          ],
          { hint: "Messages.versions", batchSize: limit, session },
        )
        .toArray(),
    );
    return found.map(({ _id }) => _id);
  }

  async #seqs(hint: string, filter: Filter<MessageDoc>, limit: number): Promise<Seq[]> {
    if (limit <= 0) return [];
    const { messages } = this.#connection.collections;
    const found = await this.#connection.run((session) =>
      messages
        .find(filter, {
          projection: seqOnly,
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

/** `$exists` would do, but not from the index alone. */
const aPost = { $gt: "" };
const seqOnly = { "_id.seq": 1 };

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
