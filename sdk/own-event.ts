import type { Millis, Seq, UserId } from "../actors/ports.ts";
import type { OwnEvent } from "./entry.ts";

interface Command {
  op: string;
  in: Record<string, unknown>;
}

/** What room.ts wrote into its own commands: trusted, since it was typed there. */
interface Inputs {
  text: string;
  re?: number;
  mentions?: UserId[];
  seq: number;
  key: string;
  on: boolean;
}

/** The event that a message, edit, reaction or deletion of mine makes at `seq`; null of other commands. */
export function ownEvent(seq: Seq, at: Millis, command: Command, by: UserId): OwnEvent | null {
  const stamp = { seq, at, by };
  const { text, re, mentions, seq: target, key, on } = command.in as Record<string, unknown> & Inputs;
  const named = mentions ? { mentions } : {};
  switch (command.op) {
    case "room.post":
      return { ...stamp, kind: "posted", text, ...(re ? { re } : {}), ...named };
    case "room.edit":
      return { ...stamp, kind: "edited", target, text, ...named };
    case "room.react":
      return { ...stamp, kind: "reacted", target, key, on };
    case "room.delete":
      return { ...stamp, kind: "deleted", target, author: by };
    default:
      return null;
  }
}
