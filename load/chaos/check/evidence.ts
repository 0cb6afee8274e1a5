/** What a round leaves to be judged: what the checker of the simulator takes, and what only real processes have. Data only. */
import type { History } from "../../../test/sim/check/history.ts";

/** What MongoDB itself holds of one seq, when everything is at rest. */
export interface Document {
  room: string;
  seq: number;
  /** null: none, or its content went with a tombstone. */
  line: string | null;
  /** Seq of the deletion; null: it stands. */
  gone: number | null;
}

/** Something that must come back to where it was. */
export interface Level {
  node: string;
  what: string;
  before: number;
  after: number;
  /** What `after` may be at most. */
  most: number;
}

export interface Evidence {
  history: History;
  documents: Document[];
  levels: Level[];
  /** From the end of the last fault until everybody had everything; null: it never came. */
  convergedMs: number | null;
  /** Who didn't get everything: what they lacked, and why. */
  late: readonly string[];
  /** The longest time in which nobody's command was acked, while some waited. */
  silenceMs: number;
  /** What the scenario allows. */
  bounds: { convergedMs: number; silenceMs: number };
}
