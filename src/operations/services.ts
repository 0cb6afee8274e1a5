/** What handlers may use. Wired by hand in main.ts. */
import type { Bus, ConnectionId, Log, RoomId, Seq, Store, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Auth } from "../auth/auth.ts";
import type { RoomEdge } from "../rooms/edge.ts";
import type { ReceiptDesk } from "../rooms/receipts.ts";
import type { Summaries } from "../rooms/summaries.ts";
import type { Presence } from "../users/presence.ts";

export interface Services {
  platform: Platform;
  store: Store;
  log: Log;
  bus: Bus;
  auth: Auth;
  rooms: RoomEdge;
  summaries: Summaries;
  receipts: ReceiptDesk;
  presence: Presence;
  live: Live;
}

/** What this node's sockets know. */
export interface Live {
  /** The seq up to which a room is live on a connection; null when it isn't. */
  seqOf(connection: ConnectionId, room: RoomId): Seq | null;
  /** Makes a room live on a connection whose user came into it. */
  enter(connection: ConnectionId, room: RoomId): void;
  /** False: this connection said so in this room a moment ago. Notes the time otherwise. */
  types(connection: ConnectionId, room: RoomId): boolean;
  away(user: UserId, connection: ConnectionId, away: boolean): void;
}
