/** What the server says, led to the rooms that it is about; after each welcome everything that was missed. */
import type { RoomId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import { createAccount } from "./account.ts";
import { chore, parts } from "./chore.ts";
import { resumeVoid } from "./close.ts";
import type { ChatFrame, Connection, FrameOf } from "./connection.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { catchUpMs, retryBaseMs } from "./limits.ts";
import type { Presence } from "./presence.ts";
import type { RoomList } from "./room-list.ts";
import { createSummaries } from "./summaries.ts";

export function createSync(host: Host, rooms: RoomList, connection: Connection, presence: Presence) {
  const { online, refresh } = host;
  const account = createAccount(host.request);
  const summaries = createSummaries(host, (summary) => rooms.open(summary.room).summary(summary));
  let roomsMax = 0;
  /** Asks again for what an account frame announced. */
  const follow = chore(host.platform, () => online() && syncAccount(0));

  async function syncAccount(version: number): Promise<void> {
    await account.sync(version);
    for (const [id, membership] of account.rooms()) {
      const known = rooms.get(id);
      if (membership.role !== null && !known?.summarised) refresh(id);
      if (membership.role !== null || known) rooms.open(id).membership(membership);
    }
    rooms.changed();
  }

  /** Every room of mine, and those that I left with a copy that lacks its end. */
  function cursors(): [RoomId, Cursor | null][] {
    const all: [RoomId, Cursor | null][] = [];
    for (const [id, { role, to }] of account.rooms()) {
      const cursor = rooms.get(id)?.log.cursor ?? null;
      if (role !== null || (cursor && to !== null && cursor[1] < to - 1)) all.push([id, cursor]);
    }
    return all;
  }

  /** @throws when the server doesn't say `live` in time: what has come by then has moved the cursors on */
  async function resume(of: [RoomId, Cursor | null][]): Promise<void> {
    await Promise.all(
      parts(of, roomsMax).map((some) =>
        connection.requests.ask((n) => ({ t: "resume", n, rooms: Object.fromEntries(some) }), catchUpMs),
      ),
    );
  }

  function live({ n, rooms: cursors, refused }: FrameOf<"live">): void {
    for (const [id, cursor] of Object.entries(cursors)) rooms.open(id).liveAt(cursor);
    for (const id of Object.keys(refused)) rooms.open(id).offline();
    // A resume is a request whose answer is this frame.
    connection.requests.settle({ re: n, ok: true });
  }

  /** The sum of our cursors must be the server's. If not, something was lost on the way. */
  function compare(heads: number): void {
    if (!online()) return;
    const mine: [RoomId, Cursor][] = [];
    let sum = 0;
    for (const { id, log, live } of rooms.all()) {
      if (!live || !log.cursor) continue;
      mine.push([id, log.cursor]);
      sum += log.last;
    }
    for (const some of sum === heads ? [] : parts(mine, roomsMax)) {
      connection.send({ t: "sync", rooms: Object.fromEntries(some) });
    }
    // Rooms that ought to be live and aren't: refused for a while, or never heard of.
    resume(cursors().filter(([id]) => !rooms.get(id)?.live)).catch(ignore);
  }

  async function welcomed(welcome: FrameOf<"welcome">): Promise<void> {
    host.clock.set(welcome.now);
    roomsMax = welcome.limits.resumeRoomsMax;
    try {
      await syncAccount(welcome.version);
      const mine = account.rooms().flatMap(([id, { role }]) => (role === null ? [] : [id]));
      // A list without its summaries is better than none: they are asked for again.
      await Promise.all([resume(cursors()), summaries.fetch(mine).catch(() => mine.forEach(refresh))]);
    } catch {
      // If it was the connection that ended, there is nothing left to drop.
      if (connection.state === "catching-up") connection.drop("no catch-up");
      return;
    }
    connection.caughtUp();
    presence.flush();
    host.outbox.flush();
    follow(0);
  }

  return {
    account,
    summaries,

    /** The connection is gone. */
    offline(code: number | undefined): void {
      for (const sync of rooms.all()) {
        sync.offline();
        if (code === resumeVoid) sync.epoch({ epoch: null });
      }
    },

    received(frame: ChatFrame): void {
      const known = "room" in frame ? rooms.get(frame.room) : undefined;
      switch (frame.t) {
        case "welcome":
          void welcomed(frame);
          break;
        case "events":
          rooms.open(frame.room).events(frame);
          break;
        case "limited":
          rooms.open(frame.room).limited(frame);
          break;
        case "epoch":
          known?.epoch(frame);
          break;
        case "receipts":
          known?.receipts(frame);
          break;
        case "unread":
          known?.unread(frame);
          break;
        case "typing":
          known?.typing(frame);
          break;
        case "live":
          live(frame);
          break;
        case "account":
          syncAccount(frame.version).catch(() => follow(retryBaseMs));
          break;
        case "presence":
          presence.changed(frame);
          break;
        case "ping":
          compare(frame.heads);
          break;
      }
    },
  };
}
