import type { UserId } from "../actors/ports.ts";
import type { Stub } from "../actors/room/events.ts";
import type { OwnEvent, RoomLog } from "./room-log.ts";

interface Body {
  op: string;
  in: Record<string, unknown>;
}

/**
 * The event that a stub stands for, from the body of its command. Null where the body doesn't decide it
 * (which of several users was added first, what a new room looks like): then the line must be fetched.
 */
export function ownEvent(stub: Stub, body: Body, me: UserId, log: RoomLog): OwnEvent | null {
  const { seq, at } = stub;
  const stamp = { seq, at, by: me };
  // The first message of a direct room makes the room too: seq 1 is `created`, not the message.
  if (seq === 1) return null;
  const input = body.in as Record<string, unknown> & Inputs;
  const mentions = input.mentions?.length ? { mentions: input.mentions } : {};
  switch (body.op) {
    case "room.post":
      return {
        ...stamp,
        kind: "posted",
        text: input.text,
        ...(input.re ? { re: input.re } : {}),
        ...mentions,
      };
    case "room.edit":
      return { ...stamp, kind: "edited", target: input.seq, text: input.text, ...mentions };
    case "room.react":
      return { ...stamp, kind: "reacted", target: input.seq, key: input.key, on: input.on };
    case "room.delete": {
      const target = log.line(input.seq);
      return target && target.kind !== "unresolved"
        ? { ...stamp, kind: "deleted", target: input.seq, author: target.by }
        : null;
    }
    default:
      return null;
  }
}

/** What the room wrote into its own commands: trusted, since it was typed when it was sent. */
interface Inputs {
  text: string;
  re?: number;
  mentions?: UserId[];
  seq: number;
  key: string;
  on: boolean;
}
