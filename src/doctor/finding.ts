/** Something that is not as it should be, in three parts of one sentence. */
export interface Finding {
  /** What is wrong. */
  wrong: string;
  /** What it means for users. */
  means: string;
  /** What the operator does about it. */
  fix: string;
}

/** A pure look at what a probe found. */
export type Check<Facts> = (facts: Facts) => Finding | null;

export function findingsOf<Facts>(facts: Facts, checks: readonly Check<Facts>[]): Finding[] {
  return checks.flatMap((check) => check(facts) ?? []);
}

export function sentenceOf({ wrong, means, fix }: Finding): string {
  const sentence = `${wrong}: ${means}; ${fix}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
