/** Brings a connection up to date in many rooms: one frame after the other, at the pace of its user's budget. */

import { limits } from "../../actors/limits.ts";
import type { RoomId, UserId } from "../../actors/ports.ts";
import type { Cursor } from "../../actors/room/events.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Returned } from "../rooms/receipts.ts";
import { giveWay } from "../waiting.ts";
import { type Attached, type AttachSources, attach } from "./attach.ts";
import type { Connection } from "./connection.ts";
import type { Pace } from "./pace.ts";

export interface ResumeSources extends AttachSources {
  platform: Platform;
  /** A client came back with these cursors, and is live in their rooms. */
  returned(user: UserId, rooms: readonly Returned[]): void;
  probe?: { resumed(result: string): void };
  onFailure: (error: unknown) => void;
}

type Cursors = Record<RoomId, Cursor | null>;

export class Resume {
  readonly #sources: ResumeSources;
  readonly #pace: Pick<Pace, "resume">;

  constructor(sources: ResumeSources, pace: Pick<Pace, "resume">) {
    this.#sources = sources;
    this.#pace = pace;
  }

  /** The client asked, in a frame with the number `n`. */
  asked(connection: Connection, n: number, rooms: Cursors): void {
    if (connection.asked >= limits.attachingMax) return connection.close("overloaded");
    connection.asked++;
    connection.attaching(() => {
      connection.asked--;
      return this.#bring(connection, n, rooms, true);
    });
  }

  /** The feed ended at a removal, which a later joining may have undone. */
  left(connection: Connection, room: RoomId, cursor: Cursor): void {
    connection.attaching(() => this.#bring(connection, 0, { [room]: cursor }, false));
  }

  /** Makes rooms live that the user came into, from the newest page on. */
  enter(connection: Connection, rooms: readonly RoomId[]): void {
    const fresh = rooms.filter((room) => connection.feedOf(room) === undefined);
    if (fresh.length === 0) return;
    if (connection.entering !== null) {
      for (const room of fresh) connection.entering.add(room);
      return;
    }
    const entering = new Set(fresh);
    connection.entering = entering;
    connection.attaching(() => {
      connection.entering = null;
      const entered = [...entering].map((room) => [room, null] as const);
      return this.#bring(connection, 0, Object.fromEntries(entered), false);
    });
  }

  /** `asked`: the answer is wanted even when nothing became live. What couldn't be read is said in any case. */
  async #bring(connection: Connection, n: number, rooms: Cursors, asked: boolean): Promise<void> {
    const live: Record<RoomId, Cursor> = {};
    const refused: Record<RoomId, "not-found" | "left" | "unavailable"> = {};
    const returned: Returned[] = [];
    for (const [i, [room, cursor]] of Object.entries(rooms).entries()) {
      if (i % limits.resumeSliceMax === limits.resumeSliceMax - 1) await giveWay(this.#sources.platform);
      // The client's own resume may have brought it meanwhile.
      if (!asked && connection.feedOf(room) !== undefined) continue;
      const turn = asked ? this.#turn(connection) : null;
      if (turn !== null) await turn;
      if (connection.closed) return;
      const attached = await this.#attach(connection, room, cursor);
      if (connection.closed) return;
      if ("void" in attached) return connection.close("resume-void", `room=${room}`);
      if ("refused" in attached) refused[room] = attached.refused;
      else {
        live[room] = attached.live;
        const [epoch, seq] = attached.live;
        if (cursor?.[0] === epoch) returned.push({ room, cursor: cursor[1], live: seq });
      }
    }
    const missing = Object.values(refused).includes("unavailable");
    if (asked || missing || Object.keys(live).length > 0) {
      connection.send({ t: "live", n, rooms: live, refused });
    }
    // Only what the client itself says: other cursors are what was sent.
    if (asked && returned.length > 0) this.#sources.returned(connection.user, returned);
  }

  /** When the user's budget has enough for a room, and for the slices that the one before took. null: now. */
  #turn(connection: Connection): Promise<void> | null {
    const cost = 1 + connection.slices;
    connection.slices = 0;
    return this.#pace.resume(connection.user, cost);
  }

  async #attach(connection: Connection, room: RoomId, cursor: Cursor | null): Promise<Attached> {
    const attached = await this.#settle(connection, room, cursor);
    if (!connection.closed) this.#sources.probe?.resumed(resultOf(attached));
    return attached;
  }

  async #settle(connection: Connection, room: RoomId, cursor: Cursor | null): Promise<Attached> {
    try {
      const { feeds } = this.#sources;
      const attached = await attach(this.#sources, connection, room, cursor);
      const feed = feeds.get(room);
      // What came after the release may have let it go again.
      const live = "live" in attached && feed?.isAttached(connection) === true;
      if (live && !connection.closed) connection.entered(feed);
      else {
        connection.left(room);
        feed?.detach(connection);
        feeds.idle(room);
      }
      return "live" in attached && !live ? { refused: "left" } : attached;
    } catch (error) {
      this.#sources.onFailure(error);
      connection.left(room);
      return { refused: "unavailable" };
    }
  }
}

function resultOf(attached: Attached): string {
  if ("refused" in attached) return attached.refused;
  return "live" in attached ? "live" : "void";
}
