/** Summaries for lists: a few rooms at a time, whoever asks, so that no list keeps the loop from others. */
import { limits } from "../../actors/limits.ts";
import type { RoomId, UserId } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import { createGate, type Gate } from "../auth/gate.ts";
import { giveWay } from "../waiting.ts";
import type { RoomEdge } from "./edge.ts";
import { type Summary, type SummarySources, summaryOf } from "./summary.ts";

export interface ListSources extends SummarySources {
  rooms: RoomEdge;
  platform: Platform;
}

export class Summaries {
  readonly #sources: ListSources;
  readonly #gate: Gate = createGate(limits.slicesAtOnce, limits.slicesWaitingMax);

  constructor(sources: ListSources) {
    this.#sources = sources;
  }

  /**
   * Of rooms that say something to this user. null: too many wait already, or it has waited so long that whoever asked has given
   * up. To make it all the same would cost those who still wait their places, until nobody gets an answer.
   */
  async of(user: UserId, rooms: Iterable<RoomId>): Promise<Summary[] | null> {
    const { platform } = this.#sources;
    const end = platform.monotonic() + limits.askTimeoutMs;
    const wanted = [...new Set(rooms)];
    const found: Summary[] = [];
    while (wanted.length > 0) {
      const slice = wanted.splice(0, limits.summariesAtOnce);
      const summaries = await this.#gate(async () =>
        platform.monotonic() < end ? await this.#slice(user, slice) : null,
      );
      if (summaries === null) return null;
      found.push(...summaries);
    }
    return found;
  }

  async #slice(user: UserId, slice: readonly RoomId[]): Promise<Summary[]> {
    const { rooms, platform } = this.#sources;
    const summaries = await Promise.all(
      slice.map((room) => rooms.steady(room, user, (access) => summaryOf(this.#sources, room, access))),
    );
    await giveWay(platform);
    return summaries.filter((summary) => summary !== null);
  }
}
