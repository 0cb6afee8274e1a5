/** What happened, in order, as one hash: two runs of a seed must agree on every byte. */

export class Trace {
  readonly #hasher = new Bun.CryptoHasher("sha256");
  /** null: only the hash is wanted. */
  readonly #lines: string[] | null;
  readonly #now: () => number;

  constructor(now: () => number, keep: boolean) {
    this.#now = now;
    this.#lines = keep ? [] : null;
  }

  add(what: string, ...details: readonly unknown[]): void {
    const line = `${this.#now().toFixed(3)} ${what} ${JSON.stringify(details)}\n`;
    this.#hasher.update(line);
    this.#lines?.push(line);
  }

  /** For readers of a trace: what other lines already imply isn't hashed again. */
  note(what: string, ...details: readonly unknown[]): void {
    this.#lines?.push(`${this.#now().toFixed(3)} ${what} ${JSON.stringify(details)}\n`);
  }

  /** Ends the trace. */
  digest(): string {
    return this.#hasher.digest("hex").slice(0, 16);
  }

  get text(): string {
    return this.#lines?.join("") ?? "";
  }
}
