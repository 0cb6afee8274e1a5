export interface Violation {
  rule: string;
  /** What exactly, with seqs and cids. */
  what: string;
}

export type Report = (rule: string, what: string) => void;
