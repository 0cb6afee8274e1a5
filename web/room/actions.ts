import { createContext, useContext } from "react";
import type { Message } from "../../sdk/api.ts";

/** What can be done with a message. The same object while the room is open and one's role doesn't change. */
export interface RoomActions {
  reply(message: Message): void;
  edit(message: Message): void;
  /** Asks first. */
  remove(message: Message): void;
  /** Shows what it said before it was edited. */
  versions(message: Message): void;
  mayDelete(message: Message): boolean;
  react(message: Message, key: string, on: boolean): void;
  jump(seq: number): void;
  retry(message: Message): void;
  /** Takes back what has no answer yet, or was refused. */
  discard(message: Message): void;
}

export const RoomActionsContext = createContext<RoomActions | null>(null);

export function useRoomActions(): RoomActions {
  const actions = useContext(RoomActionsContext);
  if (!actions) throw new Error("useRoomActions outside of a room");
  return actions;
}
