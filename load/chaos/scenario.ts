/** Something that goes wrong while people talk, and is mended. */
import type { Round } from "./round.ts";
import type { WitnessName } from "./witness.ts";

export interface Scenario {
  /** As in the plan of faults: F1 … */
  id: string;
  /** What goes wrong, in a few words. */
  title: string;
  /** Longest time without an ack that its users must bear. */
  bounds: { silenceMs: number };
  /** What a run of it must have seen at least once to say anything. */
  witnesses: readonly WitnessName[];
  /** Resolves when all is mended. */
  play(round: Round): Promise<void>;
}
