/**
 * The reader `history` writes the documents. Of the nodes that could read a stream placement names one; while they disagree two
 * read the same one, which is twice the work and the same documents.
 */

import type { Json, Unsubscribe } from "../../actors/ports.ts";
import type { Members } from "../cluster/members.ts";
import { chosen } from "../cluster/placement.ts";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.ts";

export interface HistoryOptions extends StreamReaderOptions {
  /** The other nodes. Default: there are none, and all streams are ours. */
  members?: Members;
}

const hurrySubject = "history.hurry";
/** A commit that others wait for takes about as long. */
const hurryGapMs = 2;

export function startHistory(options: HistoryOptions): HistoryReader {
  const reader = new HistoryReader(options);
  reader.start();
  return reader;
}

/** The streams that this node reads. */
export class HistoryReader implements AsyncDisposable {
  readonly #options: HistoryOptions;
  readonly #readers = new Map<number, StreamReader>();
  readonly #stops: Unsubscribe[] = [];
  /** Those that the other nodes are about to be told of. */
  readonly #hurried = new Set<number>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  streams(): number[] {
    return [...this.#readers.keys()];
  }

  /** Records between the cursor and the stream's end as of the last bulk. */
  lag(): number {
    return this.#all().reduce((sum, reader) => sum + reader.lag, 0);
  }

  /** Rooms that are parked. */
  parked(): number {
    return this.#all().reduce((sum, reader) => sum + reader.parked.size, 0);
  }

  /** Resolves when everything that was committed before the call is in the documents. */
  async caughtUp(): Promise<void> {
    await Promise.all(this.#all().map((reader) => reader.caughtUp()));
  }

  start(): void {
    const { members, bus, onFailure } = this.#options;
    this.#place();
    if (members === undefined) return;
    this.#stops.push(members.watch({ changed: () => this.#place() }));
    bus
      .subscribe(hurrySubject, (streams) => this.#hear(streams))
      .then((stop) => this.#stops.push(stop), onFailure);
  }

  /**
   * Something that others look for in the documents was committed: no pause before the stream's next bulk. Whoever waits may be on
   * another node than the reader: they tell each other, but not for each of many who wait.
   */
  hurry(stream: number): void {
    const { members, bus, platform } = this.#options;
    if (members === undefined) return this.#readers.get(stream)?.hurry();
    const isArmed = this.#hurried.size > 0;
    this.#hurried.add(stream);
    if (isArmed) return;
    platform.after(hurryGapMs, () => {
      const streams = [...this.#hurried];
      this.#hurried.clear();
      bus.publish(hurrySubject, streams);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#stops) stop();
    await Promise.all(this.#all().map((reader) => reader.stop()));
  }

  #all(): StreamReader[] {
    return [...this.#readers.values()];
  }

  #hear(streams: Json): void {
    for (const stream of Array.isArray(streams) ? streams : []) this.#readers.get(Number(stream))?.hurry();
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
