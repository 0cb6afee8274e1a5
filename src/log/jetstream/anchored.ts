/**
 * The log, while its streams are those that documents were made from. One that is made anew under a running node answers as before, and
 * gives seqs away a second time. So a stream is looked at before it is used, and again after whatever may have put another one
 * in its place; one that isn't ours gives no more answers than one without a leader.
 */
import { limits } from "../../../actors/limits.ts";
import {
  type Anchor,
  type Checkpoint,
  type Log,
  type Millis,
  type RoomId,
  Unavailable,
  UnknownOutcome,
  type Unsubscribe,
} from "../../../actors/ports.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import type { Connection } from "../../nats/connection.ts";
import { withOwn } from "../../with-own.ts";
import { type AnchorState, isLoss, type Loss, lossesIn } from "./anchor.ts";
import { streamName } from "./subjects.ts";

export interface AnchoredOptions {
  connection: Connection;
  platform: Platform;
  /** What became of a stream since a checkpoint. @throws Unavailable */
  state(checkpoint: Checkpoint): Promise<AnchorState>;
  /** How far documents were made from the streams, when the node started. */
  checkpoints: readonly Checkpoint[];
  /** Told when a stream turns out to be lost, how, and when (null) it is back; and how many are. Default: nobody is. */
  lost?: (streams: number, what: string | null) => void;
}

/** The server tells of a stream that somebody deletes. At most once: it only saves time. */
const deleted = (stream: number) => `$JS.EVENT.ADVISORY.STREAM.DELETED.${streamName(stream)}`;

export class AnchoredLog implements Disposable {
  readonly #options: AnchoredOptions;
  readonly #checkpoints: Map<number, Checkpoint>;
  /** One that found the stream whole holds until there is a reason to doubt it. */
  readonly #looks = new Map<number, Promise<void>>();
  readonly #lost = new Map<number, Loss>();
  /** Since when each look found a stream shorter than it was. */
  readonly #shorter = new Map<number, Millis>();
  /** The newest look that has said what a stream is: an older one may answer after it. */
  readonly #heard = new Map<number, number>();
  #asked = 0;
  readonly #stops: Unsubscribe[];

  constructor(options: AnchoredOptions) {
    this.#options = options;
    this.#checkpoints = new Map(options.checkpoints.map((checkpoint) => [checkpoint.stream, checkpoint]));
    const { connection, checkpoints } = options;
    this.#stops = [connection.watch(() => this.#looks.clear())];
    for (const { stream } of checkpoints) {
      // An error is a reason to doubt, too: from then on nobody tells of it.
      const callback = () => void this.#looks.delete(stream);
      const advisory = connection.nats.subscribe(deleted(stream), { callback });
      this.#stops.push(() => advisory.unsubscribe());
    }
  }

  /** What is wrong, in a few words; null: nothing. */
  get lost(): string | null {
    return this.#lost.size === 0 ? null : `the log was lost (${lossesIn(this.#lost).join("; ")})`;
  }

  /** Documents are this far now. Streams stay those of the start: whoever rebuilt the log meanwhile did it for other nodes. */
  know(checkpoints: readonly Checkpoint[]): void {
    for (const { anchor, ...rest } of checkpoints) {
      const created = this.#checkpoints.get(rest.stream)?.anchor?.created ?? anchor?.created;
      const known = anchor !== undefined && created !== undefined && { anchor: { ...anchor, created } };
      this.#checkpoints.set(rest.stream, { ...rest, ...known });
    }
    // That they moved is no reason to doubt: nobody waits for these. What they find, whoever comes next hears.
    for (const stream of this.#looks.keys()) this.#look(stream).catch(() => {});
  }

  guard(log: Log & Required<Pick<Log, "anchorAt">>): Log {
    const streamsOf = (rooms: readonly RoomId[]) => [...new Set(rooms.map((room) => log.streamOf(room)))];
    return withOwn<Log>(log, {
      append: (room, expected, draft) => {
        const stream = log.streamOf(room);
        const append = () => log.append(room, expected, draft);
        if (expected > 0) return this.#sure([stream], append);
        // The fence refuses on a new stream whatever expects a record. This expects none, and is rare.
        return this.#sure([stream], append, [
          this.#looks.has(stream) ? this.#look(stream) : this.#hold(stream),
        ]);
      },
      heads: (rooms) => this.#sure(streamsOf(rooms), () => log.heads(rooms)),
      tail: (room, after, bytesMax) => this.#sure(streamsOf([room]), () => log.tail(room, after, bytesMax)),
      scan: (stream, after, countMax) => this.#sure([stream], () => log.scan(stream, after, countMax)),
      anchorAt: (stream, position) =>
        this.#sure([stream], () => this.#whole(stream, log.anchorAt(stream, position))),
    });
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }

  /** @throws Unavailable when one of the streams isn't ours; what `work` throws */
  async #sure<T>(
    streams: readonly number[],
    work: () => Promise<T>,
    looks = streams.map((stream) => this.#looks.get(stream) ?? this.#hold(stream)),
  ): Promise<T> {
    await Promise.all(looks);
    try {
      return await work();
    } catch (error) {
      // Whoever answers next may have another stream.
      const isAway = error instanceof Unavailable || error instanceof UnknownOutcome;
      if (isAway) for (const stream of streams) this.#looks.delete(stream);
      throw error;
    }
  }

  #hold(stream: number): Promise<void> {
    const look = this.#look(stream);
    this.#looks.set(stream, look);
    return look;
  }

  async #look(stream: number): Promise<void> {
    const checkpoint = this.#checkpoints.get(stream);
    if (checkpoint === undefined) return;
    const asked = ++this.#asked;
    const at = this.#options.platform.monotonic();
    try {
      const state = await this.#options.state(checkpoint);
      if (asked > (this.#heard.get(stream) ?? 0)) {
        this.#heard.set(stream, asked);
        this.#hear(stream, state, at);
      }
      if (isLoss(state)) throw notOurs();
    } catch (error) {
      this.#looks.delete(stream);
      throw error;
    }
  }

  #hear(stream: number, state: AnchorState, at: Millis): void {
    if (state !== "shorter") {
      this.#shorter.delete(stream);
      this.#note(stream, isLoss(state) ? state : null);
      return;
    }
    // A leader that is cut off gives its old end for seconds: nothing goes into it, but that is no loss yet.
    const since = this.#shorter.get(stream) ?? at;
    this.#shorter.set(stream, since);
    if (at - since >= limits.cutOffMs) this.#note(stream, state);
  }

  #note(stream: number, loss: Loss | null): void {
    if (loss === (this.#lost.get(stream) ?? null)) return;
    if (loss === null) this.#lost.delete(stream);
    else this.#lost.set(stream, loss);
    const [what = null] = loss === null ? [] : lossesIn(new Map([[stream, loss]]));
    this.#options.lost?.(this.#lost.size, what);
  }

  /** Readers ask before they write what they read: a stream that took the other's place meanwhile shows here. */
  async #whole(stream: number, anchor: Promise<Anchor>): Promise<Anchor> {
    const created = this.#checkpoints.get(stream)?.anchor?.created;
    if (created !== undefined && (await anchor).created !== created) throw notOurs();
    return anchor;
  }
}

const notOurs = () => new Unavailable("the log isn't the one that documents were made from");
