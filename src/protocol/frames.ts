/** Every frame that isn't a request or a reply. docs/protocol.md is the reference. Types only: the SDK uses them too. */
import type { ConnectionId, Epoch, Millis, RoomId, Seq, SessionId, UserId } from "../../actors/ports.ts";
import type { ErrorCode } from "../../actors/room/errors.ts";
import type { Cursor } from "../../actors/room/events.ts";
import type { Entry } from "../../actors/room/frame.ts";
import type { PresenceState } from "../../actors/user/user.ts";

export const subprotocol = "starling.v1.json";

export interface WireError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  field?: string;
  bound?: number;
  retryAfterMs?: number;
  now?: Millis;
}

export interface Request {
  /** Absent: no reply is wanted. */
  id?: number | string;
  op: string;
  in?: unknown;
}

export type Reply = { re: number | string } & ({ ok: unknown } | { error: WireError });

export type ClientFrame =
  | { t: "hello"; token?: string; tab: string }
  | { t: "renew"; token: string }
  | { t: "resume"; n: number; rooms: Record<RoomId, Cursor | null> }
  | { t: "sync"; rooms: Record<RoomId, Cursor> }
  | { t: "pong" };

export type ServerFrame =
  | {
      t: "welcome";
      session: SessionId;
      user: UserId;
      connection: ConnectionId;
      now: Millis;
      pingMs: number;
      version: number;
      limits: { frameBytesMax: number; textBytesMax: number; inFlightMax: number; resumeRoomsMax: number };
    }
  | { t: "renewed"; expiresAt: Millis }
  | { t: "events"; room: RoomId; epoch: Epoch; from: Seq; events: Entry[] }
  | { t: "limited"; room: RoomId; epoch: Epoch; from: Seq; to: Seq; head: Seq }
  | { t: "epoch"; room: RoomId; epoch: Epoch }
  | {
      t: "live";
      n: number;
      rooms: Record<RoomId, Cursor>;
      refused: Record<RoomId, "not-found" | "left" | "unavailable">;
    }
  | { t: "account"; version: number }
  | { t: "receipts"; room: RoomId; seq: Seq; marks: [user: UserId, delivered: Seq, read: Seq][] }
  | { t: "unread"; room: RoomId; seq: Seq; read: Seq; delivered: Seq; unread: number; mentions: number }
  | { t: "typing"; room: RoomId; user: UserId; seq: Seq }
  | { t: "presence"; user: UserId; state: PresenceState; lastSeen: Millis | null }
  | { t: "ping"; heads: number };
