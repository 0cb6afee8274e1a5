/**
 * The surface of the SDK. Lists are `snapshot()` + `subscribe()`, the shape that useSyncExternalStore and
 * its likes want: the same array identity until something changed.
 */
import type { ErrorCode } from "../actors/room/errors.ts";
import type { InputOf, OperationName, OutputOf } from "../src/operations/catalogue.ts";

export type ConnectionState =
  | "idle"
  | "connecting"
  | "catching-up"
  | "online"
  /** Waiting for the next try, see retryInMs. */
  | "offline"
  /** The server said stop, or close() was called. */
  | "closed";

export interface ConnectionChange {
  state: ConnectionState;
  /** Close code, when a socket ended. */
  code?: number;
  reason?: string;
  retryInMs?: number;
}

export type SendStatus = "queued" | "sending" | "stored" | "delivered" | "read" | "failed";

export interface Message {
  room: string;
  /** null while it is only here. */
  seq: number | null;
  cid: string | null;
  by: string;
  at: number;
  text: string;
  /** Seq that it answers. */
  re: number | null;
  mentions: readonly string[];
  /** Time of the newest edit. */
  editedAt: number | null;
  deleted: boolean;
  reactions: readonly { key: string; users: readonly string[] }[];
  /**
   * For own messages; others' are always "stored". `delivered` and `read`: at least one other device has it, one
   * other member has read it.
   */
  status: SendStatus;
  error: ErrorCode | null;
}

/** One row of a timeline. `hole`: seqs that aren't loaded. `note`: a membership or settings event. */
export type TimelineRow =
  | { type: "message"; key: string; message: Message }
  | { type: "note"; key: string; seq: number; at: number; by: string; event: Record<string, unknown> }
  | { type: "hole"; key: string; from: number; to: number };

export interface Timeline {
  snapshot(): readonly TimelineRow[];
  subscribe(listener: () => void): () => void;
  /**
   * Loads older rows, or the newest part of the hole that ends at `before` (a hole row's `to`, or the seq of the
   * row below it); resolves to how many events came. What isn't loaded at the very top is no row, only `hasOlder`.
   */
  older(before?: number): Promise<number>;
  /** Loads the rows around a seq, e.g. of the message that another answers; holes may lie between. */
  around(seq: number): Promise<number>;
  readonly hasOlder: boolean;
}

export interface Member {
  user: string;
  role: "owner" | "admin" | "moderator" | "member";
}

export interface RoomInfo {
  id: string;
  kind: "direct" | "group";
  name: string;
  about: string;
  /** The other user of a direct room. */
  peer: string | null;
  history: "everyone" | "joined";
  join: "open" | "closed";
  members: number;
  role: Member["role"] | null;
  head: number;
  read: number;
  unread: number;
  mentions: number;
  /** The newest visible post. */
  last: { by: string; at: number; text: string; seq: number } | null;
  /** Time of the newest event. */
  at: number;
  typing: readonly string[];
}

export interface Room {
  readonly id: string;
  info(): RoomInfo;
  /** Resolves when stored; the message is in the timeline at once. */
  send(draft: { text: string; re?: number; mentions?: string[] }): Promise<{ seq: number; cid: string }>;
  edit(seq: number, text: string, mentions?: string[]): Promise<void>;
  remove(seq: number): Promise<void>;
  react(seq: number, key: string, on: boolean): Promise<void>;
  /** Marks read up to seq (default: the newest). Repeated until confirmed. */
  markRead(seq?: number): void;
  /** Call on each keystroke; sent at most every 3 s. */
  typing(): void;
  members(): Promise<Member[]>;
  /** Others' watermarks, for ticks and "read by". */
  receipts(): readonly { user: string; delivered: number; read: number }[];
  add(users: string[]): Promise<void>;
  kick(user: string): Promise<void>;
  ban(user: string): Promise<void>;
  unban(user: string): Promise<void>;
  setRole(user: string, role: Member["role"]): Promise<void>;
  transfer(user: string): Promise<void>;
  rename(name: string): Promise<void>;
  describe(about: string): Promise<void>;
  setHistory(history: "everyone" | "joined"): Promise<void>;
  setJoin(join: "open" | "closed"): Promise<void>;
  leave(): Promise<void>;
  readonly timeline: Timeline;
  /** Proves that every seq 1…head is an event, a tombstone or a void here, and equals the server's. */
  verify(): Promise<Verdict>;
}

export interface Verdict {
  ok: boolean;
  room: string;
  head: number;
  events: number;
  tombstones: number;
  voids: number;
  /** Seqs that are missing or differ; empty when ok. */
  faults: number[];
}

export interface Profile {
  id: string;
  name: string;
  display: string;
  about: string;
}

export interface ClientEvents {
  connection: ConnectionChange;
  /** Any room's info or the list's order changed. */
  rooms: undefined;
  /** A post came, own ones included; not those that a first catch-up or older() brings. */
  message: Message;
  typing: { room: string; user: string };
  presence: { user: string; state: "online" | "away" | "offline"; lastSeen: number | null };
  /** Signed out by the server or an expired session. */
  signedOut: { code: number; reason: string };
  /** Each frame as it came, for loggers and checkers. */
  frame: { direction: "in" | "out"; frame: unknown };
}

/** Tokens and cursors live here between starts; see sdk/storage.ts. Values are JSON. */
export interface Storage {
  get(key: string): Promise<unknown>;
  /** Writes all or none. undefined removes. */
  put(entries: Record<string, unknown>): Promise<void>;
  keys(prefix: string): Promise<string[]>;
  clear(): Promise<void>;
}

export interface Client extends AsyncDisposable {
  readonly connection: ConnectionState;
  readonly me: Profile | null;
  register(input: { name: string; password: string; display?: string; label?: string }): Promise<void>;
  login(input: { name: string; password: string; label?: string }): Promise<void>;
  logout(): Promise<void>;
  /** Opens the socket and keeps it open; needs a session. While offline: tries at once. */
  connect(): Promise<void>;
  /** Resolves when online and caught up. */
  ready(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
  on<E extends keyof ClientEvents>(
    event: E,
    listener: (value: ClientEvents[E]) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
  /** Sorted by last activity. */
  readonly rooms: { snapshot(): readonly RoomInfo[]; subscribe(listener: () => void): () => void };
  room(id: string): Room;
  /** The direct room with a user; it comes into being with the first message. */
  direct(user: string): Promise<Room>;
  createGroup(input: {
    name: string;
    about?: string;
    members?: string[];
    join?: "open" | "closed";
    history?: "everyone" | "joined";
  }): Promise<Room>;
  join(room: string): Promise<Room>;
  findUser(name: string): Promise<Profile | null>;
  users(ids: string[]): Promise<Profile[]>;
  setProfile(profile: { display?: string; about?: string }): Promise<void>;
  /** Whose presence you look at; replaces the former set. */
  watch(users: string[]): void;
  presenceOf(user: string): { state: "online" | "away" | "offline"; lastSeen: number | null };
  setAway(away: boolean): void;
  /** Commands that have no answer yet, oldest first. */
  readonly outbox: {
    list(): readonly {
      /** null: it makes a room. */
      room: string | null;
      cid: string;
      op: string;
      state: "queued" | "sending" | "stored" | "failed";
      /** Why it failed. */
      error: ErrorCode | null;
    }[];
    /** Sends a failed message again, under a new cid. */
    retry(cid: string): Promise<void>;
    /** Gives a command up; if it has landed meanwhile, it stands. */
    discard(cid: string): Promise<void>;
  };
  sessions(): Promise<
    { id: string; label: string; createdAt: number; lastSeenAt: number; current: boolean }[]
  >;
  revoke(session: string): Promise<void>;
  /**
   * Any operation of the catalogue, over the connection. Sent once: the durable ones take a `cid`, and belong into
   * the outbox (Room's methods).
   * @throws StarlingError `unknown` no reply in 10 s, `unavailable` no connection in 10 s, or what the server says
   */
  call<Name extends OperationName>(op: Name, input: InputOf<Name>): Promise<OutputOf<Name>>;
}
