/** What the checker judges: everything that clients did and saw, and what the log became. Data only. */
import type { Cid, Epoch, RoomId, Seq, SessionId, UserId } from "../../../actors/ports.ts";

/** Ms, simulated or of one monotonic clock for all. */
export type Time = number;

/** Who, and from where. */
export interface Actor {
  user: UserId;
  /** One tab of one session of one user. */
  device: string;
}

/** Nothing kept a node from seeing the end of the log while this ran: so what it was told must be true. */
export interface Sighted {
  sighted: boolean;
}

/**
 * A durable command, from its first attempt to its final answer. Phases as in Jepsen: `ok` and `fail` are answers,
 * `info` is none: nobody knows.
 */
export interface Command extends Actor, Sighted {
  op: string;
  room: RoomId;
  cid: Cid;
  /** What it says, in the words of `bodyOf`. */
  body: string;
  invoked: Time;
  phase: "ok" | "fail" | "info";
  /** null: no answer yet. */
  answered: Time | null;
  /** With `ok`. */
  seq: Seq;
  n: number;
  epoch: Epoch;
  /** With `fail`. */
  code: string;
  /** Highest seq of the room that the device had then. */
  knew: Seq;
}

/** One entry of a frame or page that reached a device. */
export interface Seen extends Actor, Sighted {
  t: Time;
  /** When its connection or request began: it can't show less than what was durable then. */
  asked: Time;
  /** Which connection; for pages the request. */
  connection: string;
  /** Which incarnation of which node sent it. */
  node: string;
  room: RoomId;
  path: "live" | "history";
  /** `start`: what comes next on this connection may begin at `seq`, by the device's cursor or a `limited` frame. */
  is: "event" | "tombstone" | "stub" | "void" | "start";
  seq: Seq;
  /** Last seq, of a void; else seq. */
  to: Seq;
  /** The entry's text, without what is only for its sender. */
  line: string;
  cid: Cid | null;
}

/** A page of history, or a summary: what a read said of the whole. */
export interface Read extends Actor, Sighted {
  invoked: Time;
  answered: Time;
  room: RoomId;
  head: Seq;
  /** The seqs of the page. */
  from: Seq;
  to: Seq;
  /** What later events set on posts, with the seqs of those events; reactions as `stateOf` has them. */
  fields: { seq: Seq; by: Seq[]; text: string | null; reactions: string[] }[];
  /** Highest seq that the device had before. */
  knew: Seq;
}

/** A watermark that a device set. */
export interface Mark extends Actor, Sighted {
  kind: "delivered" | "read";
  room: RoomId;
  seq: Seq;
  invoked: Time;
  answered: Time | null;
  /** What the answer says the marks are now; 0 without answer. */
  delivered: Seq;
  read: Seq;
  knew: Seq;
}

/** Somebody's typing or watermarks, as they reached a device. */
export interface Heard extends Actor {
  t: Time;
  connection: string;
  room: RoomId;
  kind: "typing" | "receipts";
  about: UserId;
  seq: Seq;
  delivered: Seq;
  read: Seq;
}

/** A session that was ended. */
export interface Revocation {
  user: UserId;
  session: SessionId;
  /** Its sockets that were open when everything had come to rest. */
  stillOpen: number;
}

/** One record of the log. */
export interface Committed {
  /** It was durable by then. */
  t: Time;
  /** It wasn't before. Default: t, where somebody saw the very moment. */
  notBefore?: Time;
  from: Seq;
  lines: string[];
  /** Per line. */
  parts: { by: UserId; cid: Cid | null; n: number }[];
  closed: { by: UserId; cid: Cid }[];
}

export interface RoomLog {
  room: RoomId;
  records: Committed[];
}

/** What a device holds of a room when everything has come to rest. */
export interface Copy extends Actor {
  room: RoomId;
  live: boolean;
  last: Seq;
  /** Per seq from 1: the event's text, `tombstone:<deletion>`, `stub:<cid>`, `void`, or null for what never came. */
  entries: (string | null)[];
  /** `stateOf` of its entries. */
  state: string;
  summary: { head: Seq; unread: number; read: Seq } | null;
}

/** What the real SDK shows of a room when everything is at rest, and what its verify() says. */
export interface Shown extends Actor {
  room: RoomId;
  head: Seq;
  faults: Seq[];
  posts: { seq: Seq; text: string; reactions: string[] }[];
  /** What the server says to this device of the room; absent: it wasn't asked. */
  summary?: Copy["summary"];
}

export interface History {
  commands: Command[];
  seen: Seen[];
  reads: Read[];
  marks: Mark[];
  heard: Heard[];
  revocations: Revocation[];
  logs: RoomLog[];
  copies: Copy[];
  shown: Shown[];
  /** Operations that never came to an end, and what else hangs. */
  hanging: string[];
  /** The longest way of a frame after its mark was answered: a bus that is late, to a node that is frozen. */
  wayMs: number;
}

export function emptyHistory(): History {
  return {
    commands: [],
    seen: [],
    reads: [],
    marks: [],
    heard: [],
    revocations: [],
    logs: [],
    copies: [],
    shown: [],
    hanging: [],
    wayMs: 8_000,
  };
}
