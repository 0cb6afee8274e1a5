/** Whether the streams are still the ones that documents were made from. */
import type { Anchor, Checkpoint, Position } from "../../../actors/ports.ts";
import type { Reads } from "./reads.ts";
import { isBlankAfter, type StreamState } from "./stream-state.ts";
import { streamName } from "./subjects.ts";

/**
 * `aged`: the place has left the log by age, which is no loss by itself; `passed`: records behind it have, too, before they were
 * in the documents. The others: the log isn't what it was.
 */
export type AnchorState = "holds" | "aged" | "passed" | Loss;
export type Loss = keyof typeof losses;

/** What became of a stream that isn't what it was: of one, and of several. */
export const losses = {
  missing: [
    "is missing, though documents were made from it",
    "are missing, though documents were made from them",
  ],
  "new stream": ["was deleted and made anew", "were deleted and made anew"],
  shorter: ["ends before what documents were made from it", "end before what documents were made from them"],
  rewritten: [
    "holds other records than documents were made from",
    "hold other records than documents were made from",
  ],
} as const;

export const isLoss = (state: AnchorState): state is Loss => state in losses;

/** `LOG_1, LOG_4 were deleted and made anew`, one for each kind of loss. */
export function lossesIn(states: ReadonlyMap<number, AnchorState>): string[] {
  return (Object.keys(losses) as Loss[]).flatMap((loss) => {
    const streams = [...states].flatMap(([stream, state]) => (state === loss ? [stream] : []));
    if (streams.length === 0) return [];
    const names = streams.sort((a, b) => a - b).map(streamName);
    return [`${names.join(", ")} ${losses[loss][names.length === 1 ? 0 : 1]}`];
  });
}

/** The log isn't the one that the documents were made from: nothing may be written to it. */
export class LostLog extends Error {
  override name = "LostLog";

  constructor(states: ReadonlyMap<number, AnchorState>) {
    super(
      `the log was lost (${lossesIn(states).join("; ")}): no node starts on it, lest messages get seqs that people have seen ` +
        "with other ones; give the NATS servers their old disks back, or run `starling doctor`, which says how to go on.",
    );
  }
}

/** What is asked of streams. `state` is null where there is no such stream. */
export interface StreamReads {
  at(stream: number, position: Position): Promise<{ time: string } | null>;
  state(stream: number): Promise<StreamState | null>;
}

/** @throws Unavailable */
export async function anchorAt(reads: Reads, stream: number, position: Position): Promise<Anchor> {
  const [state, message] = await Promise.all([
    reads.state(stream),
    position === 0 ? null : reads.at(stream, position),
  ]);
  return { created: state.created, position, time: message?.time ?? "" };
}

/** @throws Unavailable */
export async function checkAnchor(
  reads: StreamReads,
  { stream, position, reached = position, anchor }: Checkpoint,
): Promise<AnchorState> {
  const state = await reads.state(stream);
  if (state === null) return "missing";
  const { created, first, last } = state;
  if (anchor !== undefined && created !== anchor.created) return "new stream";
  if (position > last) return "shorter";
  if (reached < first - 1 && !isBlankAfter(state, reached)) return "passed";
  if (position === 0) return "holds";
  const message = await reads.at(stream, position);
  if (message === null) return "aged";
  return (anchor?.time ?? "") === "" || anchor?.time === message.time ? "holds" : "rewritten";
}

/** By stream. @throws Unavailable */
export async function checkAnchors(
  reads: StreamReads,
  checkpoints: readonly Checkpoint[],
): Promise<Map<number, AnchorState>> {
  const states = await Promise.all(checkpoints.map((checkpoint) => checkAnchor(reads, checkpoint)));
  return new Map(checkpoints.map(({ stream }, i) => [stream, states[i] ?? "missing"]));
}
