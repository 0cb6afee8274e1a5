/**
 * What `src/` must implement. Everything that the actors need from the world is named here, and
 * every port has an in-memory twin that passes the same contract suite (test/contract/).
 */
import type { Membership, Role, RoomKind, RoomSettings } from "./room/model.ts";

/** 128 bit, base58 (22 characters), minted by servers only. */
export type RoomId = string;
export type UserId = string;
export type SessionId = string;
export type ConnectionId = string;
/** UUIDv7 chosen by the client: names one durable command of one sender in one room for ever. */
export type Cid = string;
/** 1..n per room, no holes. */
export type Seq = number;
/** Place of a record in its stream. Grows, may skip; 0 means "nothing in the log", never "new room". */
export type Position = number;
/** Which incarnation of a room's log. Compared for equality only. */
export type Epoch = string;
/** Milliseconds since 1970. */
export type Millis = number;

export type Unsubscribe = () => void;

/** One append: events of one room, or closed cids, or both. */
export interface RecordDraft {
  epoch: Epoch;
  /** Seq of the first event; when count is 0, the seq that the next event will get. */
  from: Seq;
  count: number;
  at: Millis;
  /** What clients get: see actors/room/frame.ts. Empty when count is 0. */
  frame: string;
  /** JSON of ServerPart (actors/room/frame.ts). Never sent. */
  server: string;
}

export interface LogRecord extends RecordDraft {
  room: RoomId;
  position: Position;
  /** Position of the room's previous record; 0 for its first. A hint: consecutive seqs decide. */
  prev: Position;
}

export interface Head {
  position: Position;
  /** Last seq of the room; 0 if the log holds nothing of it. */
  seq: Seq;
}

/** The fence refused: the room's last record isn't the expected one. Definite: nothing was written. */
export class Fenced extends Error {
  override name = "Fenced";
}
/** The log can't take the record (disk full, no quorum). Definite: nothing was written. */
export class Unavailable extends Error {
  override name = "Unavailable";
}
/** Nobody knows whether the record was written. */
export class UnknownOutcome extends Error {
  override name = "UnknownOutcome";
}

/**
 * At this position the log holds something that this version can't read. It stays there for an operator; only its room
 * waits. A reader parks it, bytes included, and goes on after `position`.
 */
export class Unreadable extends Error {
  override name = "Unreadable";
  readonly room: RoomId;
  readonly position: Position;
  /** Written by a newer version; not all there; or not one of our records of this room. */
  readonly why: "newer" | "truncated" | "foreign";
  readonly bytes: Uint8Array;

  constructor(room: RoomId, position: Position, why: Unreadable["why"], bytes: Uint8Array) {
    super(`the record at position ${position} of room ${room} is ${why}`);
    this.room = room;
    this.position = position;
    this.why = why;
    this.bytes = bytes;
  }
}

/** A checkpoint's proof that the stream is still the one that it was made from (DESIGN §8). */
export interface Anchor {
  /** When the stream was made: names its incarnation. */
  created: string;
  position: Position;
  /** When the record there was stored; empty for position 0 and where the record had left the log. */
  time: string;
}

/** The ordered, durable record of room events. Append-only, fenced per room. */
export interface Log {
  /** Streams are independent orders of positions; a room stays in one for ever. */
  readonly streams: number;
  streamOf(room: RoomId): number;
  /**
   * Durable when it resolves, and only then visible to head, tail, scan and subscribers.
   * @param expected position of the room's last record that the caller knows
   * @throws Fenced | Unavailable | UnknownOutcome
   */
  append(room: RoomId, expected: Position, draft: RecordDraft): Promise<Position>;
  /**
   * Authoritative heads, in the order of `rooms`. The seq is 0 where the last record can't be read; its tail says so.
   * @throws Unavailable
   */
  heads(rooms: readonly RoomId[]): Promise<Head[]>;
  /**
   * Records of one room after a position, oldest first, at most `bytesMax` of frames but at least one.
   * @throws Unavailable | Unreadable when the first of them can't be read; those before it come first
   */
  tail(room: RoomId, after: Position, bytesMax: number): Promise<LogRecord[]>;
  /**
   * Records of one stream after a position, oldest first. For readers.
   * @throws Unavailable | Unreadable as `tail`
   */
  scan(stream: number, after: Position, countMax: number): Promise<LogRecord[]>;
  /** Live records of one room, after commit. Resolves when the subscription is in force. */
  subscribe(room: RoomId, deliver: (record: LogRecord) => void): Promise<Unsubscribe>;
  /** Calls `wake` after commits to a stream; may coalesce. */
  follow(stream: number, wake: () => void): Unsubscribe;
  /**
   * Drops records older than `before` at or below `upTo`. Never moves a head. Returns how many went: none where the log
   * itself drops records by age (JetStream: a room that slept that long has head 0 then).
   */
  trim(stream: number, before: Millis, upTo: Position): Promise<number>;
  /** Only where the log may be lost apart from the documents. @throws Unavailable */
  anchorAt?(stream: number, position: Position): Promise<Anchor>;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Ephemeral messages between parts and nodes. At most once, in order per subject and publisher. */
export interface Bus {
  publish(subject: string, message: Json): void;
  /** `answer` is there when the sender asked. Resolves when the subscription is in force. @throws Unavailable */
  subscribe(
    subject: string,
    handler: (message: Json, answer?: (reply: Json) => void) => void,
  ): Promise<Unsubscribe>;
  /**
   * All answers that came within `timeoutMs`; an empty list at once when nobody subscribes.
   * @throws Unavailable when the bus is away and no answer came; somebody may have heard the question
   * @param enough so many answers end it early. Default: it ends when all have answered, where the bus knows how many
   *   they are (in process), and else at its timeout
   */
  request(subject: string, message: Json, timeoutMs: number, enough?: number): Promise<Json[]>;
}

export interface Account {
  id: UserId;
  /** Login name: lower case, unique. */
  name: string;
  display: string;
  about: string;
  /** Argon2id hash; never leaves the server. */
  password: string;
  createdAt: Millis;
  lastSeenAt: Millis;
}

export interface Accounts {
  /** False when the name is taken. */
  create(account: Account): Promise<boolean>;
  byId(id: UserId): Promise<Account | null>;
  byName(name: string): Promise<Account | null>;
  many(ids: readonly UserId[]): Promise<Account[]>;
  /** Raises the account's version (item `profile`). */
  setProfile(id: UserId, profile: { display: string; about: string }): Promise<void>;
  /** And, in the same step, revokes the account's sessions but `keep` (none has the empty id); returns what was revoked now. */
  setPassword(id: UserId, password: string, keep: SessionId, at: Millis): Promise<SessionId[]>;
  /** Merged as a maximum. */
  seen(id: UserId, at: Millis): Promise<void>;
}

export interface Session {
  id: SessionId;
  user: UserId;
  /** Random id that the client keeps per device; binds the refresh grace. */
  device: string;
  /** What the user sees in the list, e.g. "Firefox on Linux". */
  label: string;
  createdAt: Millis;
  lastSeenAt: Millis;
  expiresAt: Millis;
  /** How often the refresh token was rotated. */
  counter: number;
  rotatedAt: Millis;
  revokedAt: Millis | null;
}

export interface Sessions {
  /** Also revokes the oldest sessions of the user above `cap`; returns their ids. */
  create(session: Session, cap: number): Promise<SessionId[]>;
  byId(id: SessionId): Promise<Session | null>;
  /** Not revoked ones, newest first. */
  ofUser(user: UserId): Promise<Session[]>;
  /** counter := from + 1, only if it is `from` and the session isn't revoked. False otherwise. */
  rotate(id: SessionId, from: number, at: Millis, expiresAt: Millis): Promise<boolean>;
  /**
   * Revokes those named that belong to the user; raises the account's version; returns what was revoked now. Of all that were
   * revoked the newest limits.endedSessionsMax are kept, and their items.
   */
  revoke(user: UserId, ids: readonly SessionId[], at: Millis): Promise<SessionId[]>;
}

/** The projected head of a room: what lists and strangers' checks need. */
export interface RoomDoc extends RoomSettings {
  id: RoomId;
  kind: RoomKind;
  epoch: Epoch;
  createdAt: Millis;
  /** Last projected event. */
  seq: Seq;
  ord: number;
  at: Millis;
  members: number;
  /** Since which seq which history rule holds, oldest first. */
  rules: { from: Seq; history: RoomSettings["history"] }[];
}

export interface Rooms {
  many(ids: readonly RoomId[]): Promise<RoomDoc[]>;
}

export interface Memberships {
  of(room: RoomId, users: readonly UserId[]): Promise<Membership[]>;
  /** How many rooms each of these users is in now, in their order. */
  roomsOf(users: readonly UserId[]): Promise<number[]>;
  /** Current members, by user id, after `after`. */
  ofRoom(room: RoomId, after: UserId, limit: number): Promise<Membership[]>;
  /** Who is banned, by user id, after `after`. */
  banned(room: RoomId, after: UserId, limit: number): Promise<UserId[]>;
}

/** One event as a projection keeps it: the line as it is now (a tombstone line once deleted). */
export interface StoredEvent {
  seq: Seq;
  line: string;
  by: UserId;
  cid: Cid | null;
  origin: ConnectionId | null;
}

/** What later events set on a posted message. */
export interface Fields {
  seq: Seq;
  /** Newest edit. */
  edit: { seq: Seq; text: string; at: Millis; mentions: readonly UserId[] } | null;
  /** `seqs[i]`: the event by which `users[i]` reacted. */
  reactions: { key: string; users: UserId[]; seqs: Seq[] }[];
  /** There are more than limits.reactionsListMax reactions; the first ones are here. */
  more?: true;
}

/** What a cid led to. `n` events from `seq`; closed ones have neither. */
export type Outcome =
  | { closed: false; seq: Seq; n: number; at: Millis; hash: string }
  | { closed: true; hash: string };

export interface Unread {
  /** Oldest first. */
  seqs: Seq[];
  /** Above `limit` or `look` there are posts that nobody looked at; some may be unread. */
  more: boolean;
}

export interface Messages {
  /** Events with from ≤ seq ≤ to, oldest first. */
  range(room: RoomId, from: Seq, to: Seq, limit: number): Promise<StoredEvent[]>;
  /** Of each kind that sets something of the room itself, the newest event at or below a seq, oldest first. */
  settings(room: RoomId, upTo: Seq): Promise<StoredEvent[]>;
  fields(room: RoomId, seqs: readonly Seq[]): Promise<Fields[]>;
  /** Older versions of an edited message with a seq below `before`: the newest `limit`, oldest first, the first text included. */
  versions(
    room: RoomId,
    seq: Seq,
    before: Seq,
    limit: number,
  ): Promise<{ seq: Seq; text: string; at: Millis }[]>;
  /** How often a user has edited a post of theirs, at most `limit`; 0 for another's. */
  editsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<number>;
  /** Keys that a user's reactions have standing on a post, at most `limit`. */
  reactionsBy(room: RoomId, seq: Seq, user: UserId, limit: number): Promise<string[]>;
  outcome(room: RoomId, sender: UserId, cid: Cid): Promise<Outcome | null>;
  /** The highest closed cid of a room (a UUIDv7 sorts by its time). */
  lastClosed(room: RoomId): Promise<Cid | null>;
  /**
   * Posts after `after` up to `upTo` that aren't the user's own or tombstoned. A limit alone bounds nothing: all of a
   * million posts may be one's own.
   * @param look of how many posts that aren't tombstoned, from the oldest on, the authors are looked at
   */
  unread(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number, look: number): Promise<Unread>;
  /** The newest post at or below a seq that isn't tombstoned. */
  newestPost(room: RoomId, upTo: Seq): Promise<Seq | null>;
  /** Seqs of those that mention the user, oldest first. */
  mentions(room: RoomId, user: UserId, after: Seq, upTo: Seq, limit: number): Promise<Seq[]>;
  /** Posts with after < seq ≤ upTo that were edited above `since`, deleted ones too, oldest first. */
  edited(room: RoomId, after: Seq, upTo: Seq, since: Seq, limit: number): Promise<Seq[]>;
}

export interface Mark {
  room: RoomId;
  user: UserId;
  delivered: Seq;
  read: Seq;
}

export interface Receipts {
  /** Merges as maxima; returns the merged marks in the same order. */
  merge(marks: readonly Mark[]): Promise<Mark[]>;
  /** Marks of these members; absent ones are absent. */
  of(room: RoomId, users: readonly UserId[]): Promise<Mark[]>;
  ofUser(user: UserId, rooms: readonly RoomId[]): Promise<Mark[]>;
  /** How many current members other than `user` have delivered and read at least `seq`. */
  counts(room: RoomId, user: UserId, seq: Seq): Promise<{ delivered: number; read: number }>;
}

/** A room's state at one seq, without its cids. `format` above ours: the room is not ours to own. */
export interface Snapshot {
  room: RoomId;
  seq: Seq;
  position: Position;
  format: number;
  state: string;
}

export interface Snapshots {
  get(room: RoomId): Promise<Snapshot | null>;
  /** Replaced only by a higher seq (or the same seq at a higher position). */
  put(snapshot: Snapshot): Promise<void>;
}

/** Account state that a client mirrors. Key `profile`, `room:<id>`, `session:<id>`. */
export interface Item {
  key: string;
  version: number;
  value: Json;
}

export interface Items {
  /** Items above a version, lowest first, and the account's version read with them. */
  since(user: UserId, version: number, limit: number): Promise<{ version: number; items: Item[] }>;
  /** Versions in bulk; an unknown user is 0. */
  versions(users: readonly UserId[]): Promise<number[]>;
}

export interface Secrets {
  get(name: string): Promise<string | null>;
  /** The value that is stored now: the given one, or whoever came first. */
  putIfAbsent(name: string, value: string): Promise<string>;
  list(prefix: string): Promise<{ name: string; value: string }[]>;
  remove(name: string): Promise<void>;
}

/** Counts failed attempts per key (an account, an address) in a window. */
export interface Attempts {
  /** Adds a failure; returns the failures since `windowMs` ago, this one included. */
  fail(key: string, at: Millis, windowMs: number): Promise<number>;
  /** Failures since `windowMs` ago and when the last one was. */
  read(key: string, at: Millis, windowMs: number): Promise<{ count: number; lastAt: Millis }>;
  clear(key: string): Promise<void>;
}

/** What the `history` reader writes: idempotent, and safe in any order (DESIGN §8). */
export type Write =
  | {
      t: "event";
      room: RoomId;
      seq: Seq;
      at: Millis;
      ord: number;
      by: UserId;
      kind: string;
      line: string;
      cid: Cid | null;
      hash: string | null;
      origin: ConnectionId | null;
      /** Events of the command that starts here; 1 for the others. */
      n: number;
      /** Seq that an edit, deletion or reaction is about. */
      target: Seq | null;
      mentions: readonly UserId[];
    }
  | { t: "edit"; room: RoomId; target: Seq; seq: Seq; text: string; at: Millis; mentions: readonly UserId[] }
  /** The target and its edits lose their content for ever. */
  | { t: "tombstone"; room: RoomId; target: Seq; seq: Seq }
  | { t: "reaction"; room: RoomId; target: Seq; user: UserId; key: string; seq: Seq; on: boolean }
  | { t: "closed"; room: RoomId; sender: UserId; cid: Cid; hash: string }
  /** Raises the user's version (item `room:<id>`). role null: no longer a member. */
  | {
      t: "membership";
      room: RoomId;
      user: UserId;
      seq: Seq;
      role: Role | null;
      banned: boolean;
      /** Opens an interval at seq, closes it at seq + 1, or leaves it as it is. */
      interval: "open" | "close" | "keep";
    }
  | { t: "room"; room: RoomId; seq: Seq; at: Millis; ord: number; change: Partial<RoomDoc> };

/** How far a stream is in the documents. */
export interface Checkpoint {
  stream: number;
  position: Position;
  /** Up to here all rooms are but those that wait behind a record that can't be applied. Default: position. */
  reached?: Position;
  /** Of the same position. Absent: the log lies where the documents do. */
  anchor?: Anchor;
}

export interface Projection {
  checkpoint(stream: number): Promise<Position>;
  /**
   * Returns the users whose account version rose. The checkpoint (a maximum) never becomes visible before the documents.
   * @param upTo checkpoint that these writes complete; default: it stays
   */
  apply(writes: readonly Write[], upTo?: Checkpoint): Promise<UserId[]>;
  /**
   * Only where the store holds the log too: projects the records after the checkpoint, some `countMax` of them, and moves it, as
   * scan, `project` and apply would, but where they lie. Fails on a record that can't be applied; those before it may be in.
   */
  advance?(stream: number, countMax: number): Promise<Advance>;
}

/** Of a projection: how many records, up to where, and the users whose account version rose. */
export interface Advance {
  count: number;
  position: Position;
  raised: UserId[];
}

/** One thing that a store holds. Documents of rooms are the writes that make them. */
export type ArchiveEntry =
  | Write
  | { t: "account"; account: Account }
  | { t: "session"; session: Session }
  | { t: "mark"; mark: Mark }
  | { t: "snapshot"; snapshot: Snapshot }
  | { t: "secret"; name: string; value: string }
  /** Of a user's account. */
  | { t: "version"; user: UserId; version: number }
  | { t: "item"; user: UserId; item: Item };

/** A whole store, for moving it elsewhere. Nobody else writes meanwhile. */
export interface Archive {
  /** Everything but checkpoints and failed attempts. What raises versions comes before versions and items. */
  entries(): AsyncIterable<ArchiveEntry>;
  /** Takes what another store's `entries` gave, in that order, into one that holds nothing else. Repeating it changes nothing. */
  put(entries: readonly ArchiveEntry[]): Promise<void>;
}

/**
 * Small repositories over one database. Every read sees every write that resolved before it began (of another node: but for the
 * moments of a failover), and none goes behind what this node saw.
 * @throws Unavailable, and UnknownOutcome where a person waits for the outcome: accounts, sessions, attempts
 */
export interface Store {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly memberships: Memberships;
  readonly messages: Messages;
  readonly receipts: Receipts;
  readonly snapshots: Snapshots;
  readonly items: Items;
  readonly secrets: Secrets;
  readonly attempts: Attempts;
  readonly projection: Projection;
  readonly archive: Archive;
}
