/**
 * The log, while its streams are those that documents were made from. One that is made anew under a running node answers as before, and
 * gives seqs away a second time. So a stream is looked at before it is used, and again after whatever may have put another one
 * in its place; one that isn't ours gives no more answers than one without a leader.
 */
import {
  type Anchor,
  type Checkpoint,
  type Log,
  type RoomId,
  Unavailable,
  UnknownOutcome,
  type Unsubscribe,
} from "../../../actors/ports.ts";
import type { Connection } from "../../nats/connection.ts";
import { withOwn } from "../../with-own.ts";
import { type AnchorState, isLoss, type Loss, lossesIn } from "./anchor.ts";

export interface AnchoredOptions {
  connection: Connection;
  /** What became of a stream since a checkpoint. @throws Unavailable */
  state(checkpoint: Checkpoint): Promise<AnchorState>;
  /** How far documents were made from the streams, when the node started. */
  checkpoints: readonly Checkpoint[];
  /** Told when a stream turns out to be lost, how, and when (null) it is back; and how many are. Default: nobody is. */
  lost?: (streams: number, what: string | null) => void;
}

/** The server tells of each stream that somebody deletes. At most once: it only saves time. */
const deleted = "$JS.EVENT.ADVISORY.STREAM.DELETED.*";

export class AnchoredLog implements Disposable {
  readonly #options: AnchoredOptions;
  readonly #checkpoints: Map<number, Checkpoint>;
  /** One that found the stream whole holds until there is a reason to doubt it. */
  readonly #looks = new Map<number, Promise<void>>();
  readonly #lost = new Map<number, Loss>();
  readonly #stops: Unsubscribe[];

  constructor(options: AnchoredOptions) {
    this.#options = options;
    this.#checkpoints = new Map(options.checkpoints.map((checkpoint) => [checkpoint.stream, checkpoint]));
    const { connection } = options;
    const doubt = () => this.#looks.clear();
    const advisory = connection.nats.subscribe(deleted, { callback: doubt });
    this.#stops = [connection.watch(doubt), () => advisory.unsubscribe()];
  }

  /** What is wrong, in a few words; null: nothing. */
  get lost(): string | null {
    return this.#lost.size === 0 ? null : `the log was lost (${lossesIn(this.#lost).join("; ")})`;
  }

  /** Documents are this far now. Streams stay those of the start: whoever rebuilt the log meanwhile did it for other nodes. */
  know(checkpoints: readonly Checkpoint[]): void {
    this.#looks.clear();
    for (const { anchor, ...rest } of checkpoints) {
      const created = this.#checkpoints.get(rest.stream)?.anchor?.created ?? anchor?.created;
      const known = anchor !== undefined && created !== undefined && { anchor: { ...anchor, created } };
      this.#checkpoints.set(rest.stream, { ...rest, ...known });
    }
  }

  guard(log: Log & Required<Pick<Log, "anchorAt">>): Log {
    const streamsOf = (rooms: readonly RoomId[]) => [...new Set(rooms.map((room) => log.streamOf(room)))];
    return withOwn<Log>(log, {
      append: (room, expected, draft) => {
        const stream = log.streamOf(room);
        // The fence refuses on a new stream whatever expects a record. This expects none, and is rare.
        if (expected === 0) this.#looks.delete(stream);
        return this.#sure([stream], () => log.append(room, expected, draft));
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
  async #sure<T>(streams: readonly number[], work: () => Promise<T>): Promise<T> {
    await Promise.all(streams.map((stream) => this.#looks.get(stream) ?? this.#look(stream)));
    try {
      return await work();
    } catch (error) {
      // Whoever answers next may have another stream.
      const isAway = error instanceof Unavailable || error instanceof UnknownOutcome;
      if (isAway) for (const stream of streams) this.#looks.delete(stream);
      throw error;
    }
  }

  #look(stream: number): Promise<void> {
    const checkpoint = this.#checkpoints.get(stream);
    if (checkpoint === undefined) return Promise.resolve();
    const isNewest = () => this.#looks.get(stream) === look;
    const look = this.#options.state(checkpoint).then((state) => {
      const loss = isLoss(state) ? state : null;
      if (isNewest()) this.#note(stream, loss);
      if (loss !== null) throw notOurs();
    });
    this.#looks.set(stream, look);
    look.catch(() => isNewest() && this.#looks.delete(stream));
    return look;
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
