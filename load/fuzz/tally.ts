/** Counts answers and keeps the first faults of each kind, for the report. */
export interface Fault {
  /** What was fired. */
  kind: string;
  what: string;
  /** The beginning of what was fired, so that a person can fire it again. */
  sample: string;
}

const samplesPerKind = 3;
const sampleChars = 160;

export class Tally {
  fired = 0;
  readonly answers = new Map<string, Map<string, number>>();
  readonly faults: Fault[] = [];
  faultCount = 0;
  readonly #kept = new Map<string, number>();

  answer(kind: string, how: string): void {
    this.fired++;
    const answers = this.answers.get(kind) ?? new Map<string, number>();
    this.answers.set(kind, answers);
    answers.set(how, (answers.get(how) ?? 0) + 1);
  }

  fault(kind: string, what: string, sample: string): void {
    this.faultCount++;
    const key = `${kind} ${what}`;
    const kept = this.#kept.get(key) ?? 0;
    this.#kept.set(key, kept + 1);
    if (kept < samplesPerKind) this.faults.push({ kind, what, sample: sample.slice(0, sampleChars) });
  }
}
