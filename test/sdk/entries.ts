/** A room's lines, as a server sends them. */
import type { StampedEvent, Tombstone } from "../../actors/room/events.ts";
import type { Entry } from "../../actors/room/frame.ts";

export const epoch = "E";
export const start = 1_795_268_000_000;
export function seqOf(entry: Entry): number {
  return "void" in entry ? entry.void[1] : entry.seq;
}

export function posted(
  seq: number,
  by: string,
  text: string,
  more: object = {},
): StampedEvent & { kind: "posted" } {
  return { seq, at: start + seq, ord: seq, by, kind: "posted", text, ...more };
}

export function deleted(
  seq: number,
  target: number,
  by = "ana",
  author = by,
): StampedEvent & { kind: "deleted" } {
  return { seq, at: start + seq, ord: seq, by, kind: "deleted", target, author };
}

export function tombstone(seq: number, by: string, at: number): Tombstone {
  return { seq, at: start + seq, ord: seq, by, kind: "tombstone", deleted: at };
}

export function edited(
  seq: number,
  target: number,
  text: string,
  by = "ana",
): StampedEvent & { kind: "edited" } {
  return { seq, at: start + seq, ord: seq, by, kind: "edited", target, text };
}

export function reacted(
  seq: number,
  target: number,
  key: string,
  by = "ana",
  on = true,
): StampedEvent & { kind: "reacted" } {
  return { seq, at: start + seq, ord: seq, by, kind: "reacted", target, key, on };
}
