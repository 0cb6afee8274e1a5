/** A checkpoint's proof that the stream is still the one that it was made from (DESIGN §8). */
import type { Position } from "../../../actors/ports.ts";
import type { Reads } from "./reads.ts";

export interface Anchor {
  /** When the stream was made: names its incarnation. */
  created: string;
  position: Position;
  /** When the broker stored the message there; empty for position 0 and where the message had left the log. */
  time: string;
}

/** `aged`: the place has left the log by age, which is no loss by itself. The others: the log isn't what it was. */
export type AnchorState = "holds" | "aged" | "new stream" | "shorter" | "rewritten";

/** @throws Unavailable */
export async function anchorAt(reads: Reads, stream: number, position: Position): Promise<Anchor> {
  const [{ created }, message] = await Promise.all([
    reads.state(stream),
    position === 0 ? null : reads.at(stream, position),
  ]);
  return { created, position, time: message?.time ?? "" };
}

/** @throws Unavailable */
export async function checkAnchor(reads: Reads, stream: number, anchor: Anchor): Promise<AnchorState> {
  const { created, first, last } = await reads.state(stream);
  if (created !== anchor.created) return "new stream";
  if (anchor.position > last) return "shorter";
  if (anchor.position === 0) return "holds";
  if (anchor.position < first) return "aged";
  const message = await reads.at(stream, anchor.position);
  if (message === null) return "aged";
  return anchor.time === "" || anchor.time === message.time ? "holds" : "rewritten";
}
