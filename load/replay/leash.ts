/**
 * Keeps two things abreast, so that the trouble is spread over the whole conversation: lines wait when they run ahead
 * of the trouble, trouble waits when it runs ahead of the lines.
 */
export class Leash {
  readonly #lines: number;
  readonly #slack = 0.1;
  #started = 0;
  #ended = 0;
  readonly #trouble = new Map<string, { done: number; of: number }>();
  #waiting: { may: () => boolean; go: () => void }[] = [];

  /** @param lines how many there are */
  constructor(lines: number) {
    this.#lines = Math.max(1, lines);
    if (lines === 0) this.#ended = 1;
  }

  /** A kind of trouble that shall happen so often while the lines are played. */
  add(kind: string, of: number): void {
    if (of > 0) this.#trouble.set(kind, { done: 0, of });
  }

  /** Runs one line when it may. */
  async line(play: () => Promise<void>): Promise<void> {
    // Counted before the wait, so that lines that wait together don't all take the same place.
    const place = ++this.#started;
    await this.#until(() => place / this.#lines <= this.#least() + this.#slack);
    await play();
    this.#ended++;
    this.#wake();
  }

  /** Resolves when the next of this kind is due; false when there were enough. */
  async due(kind: string): Promise<boolean> {
    const trouble = this.#trouble.get(kind);
    if (!trouble) return false;
    const enough = () => trouble.done >= trouble.of;
    await this.#until(
      () => enough() || trouble.done / trouble.of <= (this.#ended + 1) / this.#lines + this.#slack,
    );
    return !enough();
  }

  done(kind: string): void {
    const trouble = this.#trouble.get(kind);
    if (trouble) trouble.done++;
    this.#wake();
  }

  #least(): number {
    return Math.min(1, ...[...this.#trouble.values()].map(({ done, of }) => done / of));
  }

  #until(may: () => boolean): Promise<void> {
    if (may()) return Promise.resolve();
    return new Promise((go) => this.#waiting.push({ may, go }));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) {
      if (waiter.may()) waiter.go();
      else this.#waiting.push(waiter);
    }
  }
}
