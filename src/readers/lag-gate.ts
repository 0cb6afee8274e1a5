/**
 * Records leave the log by age, whether history has read them or not. So appends are refused while there is time left to mend
 * what holds history up: of a stream that lags, and of a room whose records wait behind one that can't be applied.
 */
import { limits } from "../../actors/limits.ts";
import {
  type Checkpoint,
  type Log,
  type Millis,
  type Position,
  type RoomId,
  Unavailable,
} from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { every } from "../waiting.ts";
import { withOwn } from "../with-own.ts";
import type { DeadLetter } from "./dead-letters.ts";

export interface LagSources {
  checkpoints(): Promise<readonly Checkpoint[]>;
  letters(): Promise<readonly Pick<DeadLetter, "room" | "at">[]>;
  /** The oldest record above a position; `next`: nothing lay between. null: there is none. @throws Unavailable */
  oldestAfter(stream: number, position: Position): Promise<{ at: Millis; next: boolean } | null>;
  platform: Platform;
  onFailure: (error: unknown) => void;
  /** Told how far the slowest stream lags, at each look. Default: nobody is. */
  measured?: (seconds: number) => void;
}

export class LagGate {
  readonly #sources: LagSources;
  #streams = new Set<number>();
  #rooms = new Set<RoomId>();
  #stop: (() => void) | null = null;

  constructor(sources: LagSources) {
    this.#sources = sources;
  }

  /**
   * Looks now, and then again and again. While it can't look, what it saw last counts; so it has to have seen something.
   * @throws what its sources throw
   */
  async start(): Promise<void> {
    await this.look();
    this.#stop = every(this.#sources.platform, limits.lagLookMs, () => {
      // What fails because all is being closed is nobody's concern.
      this.look().catch((error) => this.#stop !== null && this.#sources.onFailure(error));
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  guard(log: Log): Log {
    const append: Log["append"] = async (room, expected, draft) => {
      if (this.#rooms.has(room) || this.#streams.has(log.streamOf(room))) {
        throw new Unavailable("history lags so far that the log could lose what it hasn't read");
      }
      return await log.append(room, expected, draft);
    };
    return withOwn(log, { append });
  }

  async look(): Promise<void> {
    const { checkpoints, letters, platform, measured } = this.#sources;
    const lags = await Promise.all((await checkpoints()).map((checkpoint) => this.#lagOf(checkpoint)));
    const before = platform.now() - limits.historyLagMaxMs;
    const overdue = (await letters()).filter(({ at }) => at < before);
    this.#streams = new Set(lags.flatMap(({ stream, ms }) => (ms > limits.historyLagMaxMs ? [stream] : [])));
    this.#rooms = new Set(overdue.map(({ room }) => room));
    measured?.(Math.max(0, ...lags.map(({ ms }) => ms)) / 1_000);
  }

  async #lagOf({
    stream,
    position,
    reached = position,
  }: Checkpoint): Promise<{ stream: number; ms: Millis }> {
    const oldest = await this.#sources.oldestAfter(stream, reached);
    if (oldest === null) return { stream, ms: 0 };
    // What lay between is lost to history: whatever else is appended doesn't follow on it.
    return { stream, ms: oldest.next ? this.#sources.platform.now() - oldest.at : limits.logKeptMs };
  }
}
