/** What can be asked of a room, and what it answers. Stamped and checked for shape at the edge. */
import type { Cid, ConnectionId, Epoch, Millis, Position, Seq, UserId } from "../ports.ts";
import type { ErrorCode } from "./errors.ts";
import type { HistoryRule, JoinRule, Role } from "./model.ts";

/** An old message, as the edge read it: documents and log tail up to `asOf`. */
export interface Fact {
  seq: Seq;
  by: UserId;
  /** What the seq resolves to; "absent" when there is none, or the caller may not see it. */
  is: "post" | "tombstone" | "other" | "absent";
  asOf: Seq;
}

export type RoomAction =
  | {
      do: "create";
      epoch: Epoch;
      name: string;
      about: string;
      history: HistoryRule;
      join: JoinRule;
      members: UserId[];
    }
  /** `pair` and `epoch` make a direct room with its first message. */
  | { do: "post"; text: string; re?: Seq; mentions?: UserId[]; pair?: [UserId, UserId]; epoch?: Epoch }
  | { do: "edit"; target: Fact; text: string; mentions?: UserId[] }
  | { do: "delete"; target: Fact }
  | { do: "react"; target: Fact; key: string; on: boolean }
  | { do: "join" }
  | { do: "leave" }
  | { do: "add"; users: UserId[] }
  | { do: "remove"; user: UserId }
  | { do: "ban"; user: UserId }
  | { do: "unban"; user: UserId }
  | { do: "role"; user: UserId; role: Role }
  | { do: "transfer"; user: UserId }
  | { do: "rename"; name: string }
  | { do: "describe"; about: string }
  | { do: "history"; history: HistoryRule }
  | { do: "access"; join: JoinRule }
  /** "Did it land?": answers the outcome of the cid, and closes it if there is none. */
  | { do: "landed" };

export type RoomCommand = RoomAction & {
  by: UserId;
  cid: Cid;
  /** Keyed hash of the body: the same cid with another one is a conflict. */
  hash: string;
  /** The connection that gets a stub instead of the line; null over HTTP. */
  origin: ConnectionId | null;
  /** Sent before without an answer: a refusal must be recorded. */
  again: boolean;
  /**
   * A verdict of the edge on what may change with time (a cap on the sender's rooms). It travels with the command, so that
   * a retry of what landed is answered with its outcome, and the refusal can be recorded.
   */
  deny?: Refusal;
  /** The edge looked for this cid in documents and tail up to this position, and found nothing. */
  looked?: Position;
};

/** One kind of them. */
export type Command<Do extends RoomCommand["do"]> = Extract<RoomCommand, { do: Do }>;

export interface Done {
  /** First event of the command. */
  seq: Seq;
  /** How many events it made. */
  n: number;
  at: Millis;
  epoch: Epoch;
}

export interface Refusal {
  code: ErrorCode;
  message: string;
  /** Input field that is wrong, dotted. */
  field?: string;
  /** The bound that was passed. */
  bound?: number;
  retryAfterMs?: number;
  /** The server's clock, when the client's is the trouble. */
  now?: Millis;
}

export type RoomReply =
  | { ok: Done }
  | { error: Refusal }
  /** Not known here: look in the store and tail, then ask again with `looked`. */
  | { look: true }
  /** The fact in the command is older than what the room still remembers: read it again. */
  | { stale: true };
