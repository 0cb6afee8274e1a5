/**
 * Every collection and index. An index is named after the query that it serves; primary keys serve the others. Keys that
 * are documents keep this order of fields: MongoDB compares them field by field.
 */
import type { CreateIndexesOptions, Db, IndexSpecification } from "mongodb";
import type {
  Account,
  Checkpoint,
  Cid,
  ConnectionId,
  Json,
  Mark,
  Millis,
  RoomId,
  Seq,
  Session,
  Snapshot,
  UserId,
} from "../../../actors/ports.ts";
import type { Role } from "../../../actors/room/model.ts";
import type { MembershipRow } from "../merge/membership.ts";
import { type EditPart, type EventPart, settingKinds } from "../merge/message.ts";
import type { RoomRow } from "../merge/room.ts";

type Optional = "line" | "cid" | "hash" | "origin" | "target" | "mentions";

/** What is absent is null in the port. A deleted event keeps neither line nor origin nor mentions. */
export type EventDoc = Omit<EventPart, Optional> & {
  line?: string;
  cid?: Cid;
  hash?: string;
  origin?: ConnectionId;
  target?: Seq;
  mentions?: readonly UserId[];
};

/** A port's type whose id is the primary key. */
type Keyed<T, Id extends keyof T> = Omit<T, Id> & { _id: T[Id] };

export type AccountDoc = Keyed<Account, "id">;
export type SessionDoc = Keyed<Session, "id">;
export type SnapshotDoc = Keyed<Snapshot, "room">;

export interface ReceiptDoc extends Omit<Mark, "room" | "user"> {
  _id: Pick<Mark, "room" | "user">;
}

/** One per seq. Everything but `event` is set by later events, and may come first. */
export interface MessageDoc {
  _id: { room: RoomId; seq: Seq };
  event?: EventDoc;
  /** Newest edit. */
  edit?: EditPart;
  /** Seq of the first deletion. */
  gone?: Seq;
  /** Author, while this is a post that stands: what can be unread. */
  post?: UserId;
  /** Whom a standing post mentions now, its author apart. */
  mentions?: UserId[];
}

export interface ReactionDoc {
  _id: { room: RoomId; target: Seq; user: UserId; key: string };
  seq: Seq;
  on: boolean;
}

export interface MembershipDoc {
  _id: { room: RoomId; user: UserId };
  /** Absent: a former member. */
  role?: Role;
  banned: boolean;
  seq: Seq;
  turns: MembershipRow["turns"];
}

/** `members` is counted with the memberships. What came before the room's creation leaves the rest absent. */
export interface RoomDocument extends Partial<Omit<RoomRow, "room">> {
  _id: RoomId;
  members?: number;
}

export interface VersionDoc {
  _id: UserId;
  version?: number;
  /** Counts sign-ins and new passwords, so that two at once meet. */
  signIns?: number;
}

/** Replaced as a whole, so that its anchor goes with the position. */
export type CheckpointDoc = Keyed<Checkpoint, "stream">;

export function collectionsOf(db: Db) {
  return {
    accounts: db.collection<AccountDoc>("accounts"),
    names: db.collection<{ _id: string; user: UserId }>("names"),
    sessions: db.collection<SessionDoc>("sessions"),
    versions: db.collection<VersionDoc>("versions"),
    items: db.collection<{ _id: { user: UserId; key: string }; version: number; value: Json }>("items"),
    rooms: db.collection<RoomDocument>("rooms"),
    memberships: db.collection<MembershipDoc>("memberships"),
    messages: db.collection<MessageDoc>("messages"),
    reactions: db.collection<ReactionDoc>("reactions"),
    /** Recorded refusals. */
    closed: db.collection<{ _id: { room: RoomId; cid: Cid; sender: UserId }; hash: string }>("closed"),
    receipts: db.collection<ReceiptDoc>("receipts"),
    snapshots: db.collection<SnapshotDoc>("snapshots"),
    secrets: db.collection<{ _id: string; value: string }>("secrets"),
    attempts: db.collection<{ _id: string; at: Millis[]; until: Millis }>("attempts"),
    checkpoints: db.collection<CheckpointDoc>("checkpoints"),
  };
}

export type Collections = ReturnType<typeof collectionsOf>;

export interface IndexStep {
  collection: keyof Collections;
  key: IndexSpecification;
  options: CreateIndexesOptions & { name: string };
}

/**
 * Step i leads from version i to i + 1. One that was released never changes; a change is a new step at the end. Several
 * nodes may run the same step at once: creating what is there does nothing.
 */
export const migrations: readonly (readonly IndexStep[])[] = [
  [
    {
      collection: "sessions",
      key: { user: 1, createdAt: -1, _id: -1 },
      options: { name: "Sessions.ofUser", partialFilterExpression: { revokedAt: null } },
    },
    { collection: "items", key: { "_id.user": 1, version: 1 }, options: { name: "Items.since" } },
    {
      // And Receipts.counts.
      collection: "memberships",
      key: { "_id.room": 1, "_id.user": 1 },
      options: { name: "Memberships.ofRoom", partialFilterExpression: { role: { $exists: true } } },
    },
    {
      collection: "memberships",
      key: { "_id.room": 1, "_id.user": 1 },
      options: { name: "Memberships.banned", partialFilterExpression: { banned: true } },
    },
    {
      collection: "memberships",
      key: { "_id.user": 1, role: 1 },
      options: { name: "Memberships.roomsOf", partialFilterExpression: { role: { $exists: true } } },
    },
    {
      // P2 itself. The cid comes before the sender: cids grow, so that inserts stay local.
      collection: "messages",
      key: { "_id.room": 1, "event.cid": 1, "event.by": 1 },
      options: {
        name: "Messages.outcome",
        unique: true,
        partialFilterExpression: { "event.cid": { $exists: true } },
      },
    },
    {
      collection: "messages",
      key: { "_id.room": 1, "_id.seq": 1, post: 1 },
      options: { name: "Messages.unread", partialFilterExpression: { post: { $exists: true } } },
    },
    {
      collection: "messages",
      key: { "_id.room": 1, mentions: 1, "_id.seq": 1 },
      options: { name: "Messages.mentions", partialFilterExpression: { mentions: { $exists: true } } },
    },
    {
      // And the edits that a deletion takes along. With the kind it covers Messages.editsBy and Messages.edited.
      collection: "messages",
      key: { "_id.room": 1, "event.kind": 1, "event.target": 1, "_id.seq": 1 },
      options: { name: "Messages.versions", partialFilterExpression: { "event.kind": "edited" } },
    },
    {
      collection: "messages",
      key: { "_id.room": 1, "event.kind": 1, "_id.seq": 1 },
      options: {
        name: "Messages.settings",
        partialFilterExpression: { "event.kind": { $in: [...settingKinds] } },
      },
    },
    {
      // Only what stands: whoever toggles a thousand keys makes no read longer.
      collection: "reactions",
      key: { "_id.room": 1, "_id.target": 1, seq: 1 },
      options: { name: "Messages.fields", partialFilterExpression: { on: true } },
    },
    {
      collection: "reactions",
      key: { "_id.room": 1, "_id.target": 1, "_id.user": 1 },
      options: { name: "Messages.reactionsBy", partialFilterExpression: { on: true } },
    },
    // Forgetting what no window reaches.
    { collection: "attempts", key: { until: 1 }, options: { name: "Attempts.fail" } },
  ],
];
