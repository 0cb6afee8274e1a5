/**
 * The reader `history`: follows the log with its own cursor and writes documents in bulks. It never skips a record.
 * Order of a bulk: documents → checkpoint → tell the users concerned. A crash repeats work and loses none, but for a tell, which
 * costs at most versionCheckMs.
 */

import type { Bus, Log, Position, Store, UserId } from "../../actors/ports.ts";
import { project } from "../../actors/room/project.ts";
import type { Platform } from "../../actors/runtime/platform.ts";

export interface HistoryReader extends AsyncDisposable {
  /** Resolves when everything that was committed before the call is in the documents. */
  caughtUp(): Promise<void>;
  /** Something that others look for in the documents was committed: no pause before the next bulk. */
  hurry(): void;
  /** Records between the cursor and the stream's end as of the last bulk. */
  lag(): number;
}

export interface HistoryOptions {
  log: Log;
  store: Pick<Store, "projection">;
  bus: Bus;
  platform: Platform;
  onFailure: (error: unknown) => void;
  /** Records of one bulk. Default 200: about 10 ms of writing. */
  bulkMax?: number;
}

const bulkMax = 200;
/** Between two bulks that aren't full and that nobody waits for. Twenty posts a second share four commits. */
const paceMs = 250;

const retryMs = 250;
const retryMaxMs = 10_000;

export function startHistory(options: HistoryOptions): HistoryReader {
  const streams = Array.from(
    { length: options.log.streams },
    (_, stream) => new StreamReader(options, stream),
  );
  for (const stream of streams) stream.start();
  return {
    async caughtUp() {
      await Promise.all(streams.map((stream) => stream.caughtUp()));
    },
    hurry() {
      for (const stream of streams) stream.hurry();
    },
    lag: () => streams.reduce((sum, stream) => sum + stream.lag, 0),
    async [Symbol.asyncDispose]() {
      await Promise.all(streams.map((stream) => stream.stop()));
    },
  };
}

class StreamReader {
  readonly #options: HistoryOptions;
  readonly #stream: number;
  #cursor: Position | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #hurried = false;
  #endRest: (() => void) | null = null;
  #stopped = false;
  #failures = 0;
  #unfollow: () => void = () => {};
  #waiting: (() => void)[] = [];
  lag = 0;

  constructor(options: HistoryOptions, stream: number) {
    this.#options = options;
    this.#stream = stream;
  }

  start(): void {
    this.#unfollow = this.#options.log.follow(this.#stream, () => this.#wake());
    this.#wake();
  }

  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#wake();
    });
  }

  hurry(): void {
    this.#hurried = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unfollow();
    this.#endRest?.();
    await this.#running;
    this.#release();
  }

  #wake(): void {
    if (this.#stopped) return;
    // Resting: the timer wakes us, unless somebody waits.
    if (this.#endRest !== null && !this.#isAwaited) return;
    this.#endRest?.();
    this.#endRest = null;
    if (this.#running !== null) {
      this.#again = true;
      return;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#again) this.#wake();
    });
  }

  async #run(): Promise<void> {
    this.#again = false;
    try {
      while (!this.#stopped) {
        const read = await this.#bulk();
        this.#failures = 0;
        if (read === 0) break;
        if (read < (this.#options.bulkMax ?? bulkMax) && !this.#isAwaited) return this.#rest();
      }
      // A wake in between may have added records: only a run without one is caught up.
      if (!this.#again) this.#release();
    } catch (error) {
      this.#options.onFailure(error);
      const delay = Math.min(retryMaxMs, retryMs * 2 ** Math.min(this.#failures++, 10));
      this.#options.platform.after(delay, () => this.#wake());
    }
  }

  get #isAwaited(): boolean {
    return this.#hurried || this.#waiting.length > 0;
  }

  /** A commit each few milliseconds serves many records; the first after a silence doesn't wait. */
  #rest(): void {
    this.#endRest = this.#options.platform.after(paceMs, () => {
      this.#endRest = null;
      this.#wake();
    });
  }

  /** How many records it read. */
  async #bulk(): Promise<number> {
    const { log, store, bus } = this.#options;
    this.#hurried = false;
    this.#cursor ??= await store.projection.checkpoint(this.#stream);
    const records = await log.scan(this.#stream, this.#cursor, this.#options.bulkMax ?? bulkMax);
    this.lag = records.length;
    const last = records.at(-1);
    if (last === undefined) return 0;
    const upTo = { stream: this.#stream, position: last.position };
    const users = await store.projection.apply(records.flatMap(project), upTo);
    tell(bus, users);
    this.#cursor = last.position;
    return records.length;
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Their accounts changed: whoever has a connection of theirs syncs. */
function tell(bus: Bus, users: readonly UserId[]): void {
  for (const user of users) bus.publish(`user.${user}`, { t: "account" });
}
