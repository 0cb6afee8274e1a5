import type { RoomId, UserId } from "../actors/ports.ts";
import type { Storage } from "./api.ts";
import type { Clock } from "./clock.ts";
import type { Emitter } from "./emitter.ts";
import type { Outbox } from "./outbox.ts";
import type { ClientPlatform } from "./platform.ts";

/** What the parts of a client share. Each names the few things that it takes. */
export interface Host {
  platform: ClientPlatform;
  clock: Clock;
  storage: Storage;
  emitter: Emitter;
  outbox: Outbox;
  me(): UserId;
  /** Connected, and caught up. */
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
  /** No reply is wanted; lost when there is no connection. */
  tell(op: string, input: unknown): void;
  /** The list of rooms looks different. */
  changed(): void;
  /** Asks for a room's summary, soon. */
  refresh(room: RoomId): void;
}
