import type { Row } from "./row.ts";

/** What one workload found. */
export interface Outcome {
  rows: Row[];
  voids: number;
  noisy: boolean;
  /** Of verified runs; any fault fails the bench, whatever its figures. */
  faults: string[];
}
