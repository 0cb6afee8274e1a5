/** Gathers requests for rooms' summaries into few calls, and repeats those that failed. */
import type { RoomId } from "../actors/ports.ts";
import { chore, parts } from "./chore.ts";
import type { Host } from "./host.ts";
import { gatherMs, lookupMax } from "./limits.ts";
import type { Summary } from "./room-facts.ts";

type Needs = Pick<Host, "platform" | "online" | "request">;

export function createSummaries({ platform, online, request }: Needs, take: (summary: Summary) => void) {
  const wanted = new Set<RoomId>();
  // Offline nothing is asked: catching up asks for all.
  const plan = chore(platform, () => online() && fetch([...wanted]));

  async function ask(rooms: readonly RoomId[]): Promise<void> {
    const answer = (await request("room.summaries", { rooms })) as { rooms: Summary[] };
    for (const room of rooms) wanted.delete(room);
    for (const summary of answer.rooms) take(summary);
  }

  /** Now. What fails stays wanted. */
  async function fetch(rooms: readonly RoomId[]): Promise<void> {
    await Promise.all(parts(rooms, lookupMax).map(ask));
  }

  return {
    fetch,

    /** Soon, once for all that are wanted meanwhile. */
    want(room: RoomId): void {
      wanted.add(room);
      plan(gatherMs);
    },
  };
}
