/** What a bot knows of the round that it plays in. */
import type { RoomId } from "../../actors/ports.ts";
import type { Bot } from "./bots/bot.ts";

export interface Stage {
  readonly rooms: readonly StageRoom[];
  /** Nobody begins anything more. */
  readonly over: boolean;
  /** A text that nobody has said yet. */
  text(): string;
  /** Resolves after so long, or when the round is over. */
  pause(ms: number): Promise<void>;
}

export interface StageRoom {
  readonly id: RoomId;
  readonly owner: Bot;
  /** Members from the beginning on, the owner included. */
  readonly members: readonly Bot[];
}

export type Behaviour = (bot: Bot, stage: Stage) => Promise<void>;

export const roomsOf = (bot: Bot, { rooms }: Stage): StageRoom[] =>
  rooms.filter(({ members }) => members.includes(bot));
