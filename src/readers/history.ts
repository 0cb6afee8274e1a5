/**
 * The reader `history` writes the documents. Of the nodes that could read a stream placement names one; while they disagree two
 * read the same one, which is twice the work and the same documents.
 */

import type { Unsubscribe } from "../../actors/ports.ts";
import type { Members } from "../cluster/members.ts";
import { chosen } from "../cluster/placement.ts";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.ts";

export interface HistoryReader extends AsyncDisposable {
  /** Resolves when everything that was committed before the call is in the documents. */
  caughtUp(): Promise<void>;
  /** Something that others look for in the documents was committed: no pause before the next bulk. */
  hurry(): void;
  /** Records between the cursor and the stream's end as of the last bulk. */
  lag(): number;
  /** Rooms that are parked. */
  parked(): number;
  /** Streams that this node reads. */
  streams(): number[];
}

export interface HistoryOptions extends StreamReaderOptions {
  /** The other nodes. Default: there are none, and all streams are ours. */
  members?: Members;
}

const hurrySubject = "history.hurry";
/** A commit that others wait for takes about as long. */
const hurryGapMs = 2;

export function startHistory(options: HistoryOptions): HistoryReader {
  const shift = new Shift(options);
  shift.start();
  return {
    async caughtUp() {
      await Promise.all(shift.readers().map((reader) => reader.caughtUp()));
    },
    hurry: () => shift.hurry(),
    lag: () => shift.readers().reduce((sum, reader) => sum + reader.lag, 0),
    parked: () => shift.readers().reduce((sum, reader) => sum + reader.parked.size, 0),
    streams: () => shift.streams(),
    [Symbol.asyncDispose]: () => shift.stop(),
  };
}

/** The streams that this node reads. */
class Shift {
  readonly #options: HistoryOptions;
  readonly #readers = new Map<number, StreamReader>();
  readonly #stops: Unsubscribe[] = [];
  #hurrying = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  readers(): StreamReader[] {
    return [...this.#readers.values()];
  }

  streams(): number[] {
    return [...this.#readers.keys()];
  }

  start(): void {
    const { members, bus, onFailure } = this.#options;
    this.#place();
    if (members === undefined) return;
    this.#stops.push(members.watch({ changed: () => this.#place() }));
    bus.subscribe(hurrySubject, () => this.#hurryOwn()).then((stop) => this.#stops.push(stop), onFailure);
  }

  /** Whoever waits may be on another node than the reader: they tell each other, but not for each of many who wait. */
  hurry(): void {
    const { members, bus, platform } = this.#options;
    if (members === undefined) return this.#hurryOwn();
    if (this.#hurrying) return;
    this.#hurrying = true;
    platform.after(hurryGapMs, () => {
      this.#hurrying = false;
      bus.publish(hurrySubject, null);
    });
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.all(this.readers().map((reader) => reader.stop()));
  }

  #hurryOwn(): void {
    for (const reader of this.readers()) reader.hurry();
  }

  #place(): void {
    const { log, onFailure } = this.#options;
    for (let stream = 0; stream < log.streams; stream++) {
      const reader = this.#readers.get(stream);
      const ours = this.#isOurs(stream);
      if (ours && reader === undefined) {
        const fresh = new StreamReader(this.#options, stream);
        this.#readers.set(stream, fresh);
        fresh.start();
      } else if (!ours && reader !== undefined) {
        this.#readers.delete(stream);
        reader.stop().catch(onFailure);
      }
    }
  }

  #isOurs(stream: number): boolean {
    const { members } = this.#options;
    return members === undefined || chosen(`history ${stream}`, members.with("readers")) === members.node;
  }
}
