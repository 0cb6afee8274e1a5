import type { Millis, Seq, UserId } from "../actors/ports.ts";
import type { OwnEvent } from "./entry.ts";

interface Command {
  op: string;
  in: Record<string, unknown>;
}

/**
 * What room.ts wrote into its own commands: trusted, since it was typed there. All but `seq` and `with` goes into the event as it is:
 * a field that events don't have must be taken out below, or verify() finds a fault.
 */
interface Inputs {
  text: string;
  re?: number;
  mentions?: UserId[];
  seq: number;
  key: string;
  on: boolean;
  with?: UserId;
}

/** The event that a message, edit, reaction or deletion of mine makes at `seq`; null of other commands. */
export function ownEvent(seq: Seq, at: Millis, command: Command, by: UserId): OwnEvent | null {
  const stamp = { seq, at, by };
  const { seq: target, with: _peer, ...body } = command.in as Record<string, unknown> & Inputs;
  switch (command.op) {
    case "room.post":
      return { ...body, ...stamp, kind: "posted" };
    case "room.edit":
      return { ...body, ...stamp, kind: "edited", target };
    case "room.react":
      return { ...body, ...stamp, kind: "reacted", target };
    case "room.delete":
      return { ...stamp, kind: "deleted", target, author: by };
    default:
      return null;
  }
}
