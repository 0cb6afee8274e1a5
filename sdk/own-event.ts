import type { Millis, Seq, UserId } from "../actors/ports.ts";
import type { OwnEvent } from "./entry.ts";
import type { RoomLog } from "./room-log.ts";

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

/**
 * The event that a command of mine makes at `seq`. Null where the body doesn't decide it (which of
 * several users was added first, what a new room looks like): then the line must be fetched.
 */
export function ownEvent(seq: Seq, at: Millis, command: Command, by: UserId, log: RoomLog): OwnEvent | null {
  // The first message of a direct room makes the room too: seq 1 is `created`, not the message.
  if (seq === 1) return null;
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
    case "room.delete": {
      const post = log.line(target);
      return post?.kind === "posted" ? { ...stamp, kind: "deleted", target, author: post.by } : null;
    }
    default:
      return null;
  }
}
