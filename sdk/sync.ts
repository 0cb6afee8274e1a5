/** What the server says, led to the rooms that it is about; after each welcome everything that was missed. */
import type { RoomId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import { createAccount } from "./account.ts";
import { jitter } from "./chore.ts";
import { resumeVoid } from "./close.ts";
import type { ChatFrame, Connection, Welcome } from "./connection.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { catchUpMs, retryBaseMs } from "./limits.ts";
import type { Presence } from "./presence.ts";
import type { RoomList } from "./room-list.ts";
import { createSummaries } from "./summaries.ts";

export function createSync(host: Host, rooms: RoomList, connection: Connection, presence: Presence) {
  const { clock, outbox, platform, online, refresh, request } = host;
  const account = createAccount();
  const summaries = createSummaries(host, (summary) => rooms.open(summary.room).sync.summary(summary));
  let roomsMax = 0;

  async function syncAccount(version: number): Promise<void> {
    await account.sync(version, request);
    for (const [id, membership] of account.rooms()) {
      const known = rooms.sync(id);
      if (membership.role !== null && !known) refresh(id);
      if (membership.role !== null || known) rooms.open(id).sync.membership(membership);
    }
    rooms.changed();
  }

  /** Every room of mine, and those that I left with a copy that lacks its end. */
  function cursors(): [RoomId, Cursor | null][] {
    const all: [RoomId, Cursor | null][] = [];
    for (const [id, { role, to }] of account.rooms()) {
      const cursor = rooms.sync(id)?.cursor ?? null;
      if (role !== null || (cursor && to !== null && cursor[1] < to - 1)) all.push([id, cursor]);
    }
    return all;
  }

  /** As many frames as it takes. */
  function parts<T>(of: readonly [RoomId, T][]): Record<RoomId, T>[] {
    const frames: Record<RoomId, T>[] = [];
    for (let at = 0; at < of.length; at += roomsMax)
      frames.push(Object.fromEntries(of.slice(at, at + roomsMax)));
    return frames;
  }

  /** @throws when the server doesn't say `live` in time: what has come by then has moved the cursors on */
  async function resume(of: [RoomId, Cursor | null][]): Promise<void> {
    const { ask } = connection.requests;
    await Promise.all(parts(of).map((some) => ask((n) => ({ t: "resume", n, rooms: some }), catchUpMs)));
  }

  /** Rooms that ought to be live and aren't. */
  function resumeSilent(which: (id: RoomId) => boolean = () => true): void {
    if (online()) resume(cursors().filter(([id]) => which(id) && !rooms.sync(id)?.live)).catch(ignore);
  }

  function live({ n, rooms: cursors, refused }: Extract<ChatFrame, { t: "live" }>): void {
    for (const [id, cursor] of Object.entries(cursors)) rooms.open(id).sync.liveAt(cursor);
    for (const [id, why] of Object.entries(refused)) {
      rooms.open(id).sync.live = false;
      if (why !== "unavailable") continue;
      platform.after(retryBaseMs + jitter(platform, 3), () => resumeSilent((each) => each === id));
    }
    // A resume is a request whose answer is this frame.
    connection.requests.settle({ re: n, ok: true });
  }

  /** The sum of our cursors must be the server's. If not, something was lost on the way. */
  function compare(heads: number): void {
    if (!online()) return;
    const mine: [RoomId, Cursor][] = [];
    let sum = 0;
    for (const { id, cursor, live } of rooms.syncs()) {
      if (!live || !cursor) continue;
      mine.push([id, cursor]);
      sum += cursor[1];
    }
    if (sum === heads) return;
    for (const some of parts(mine)) connection.send({ t: "sync", rooms: some });
    // A room that we belong to but never heard of counts in the server's sum too.
    resumeSilent();
  }

  return {
    account,
    summaries,

    async welcomed(welcome: Welcome): Promise<void> {
      clock.set(welcome.now);
      roomsMax = welcome.limits.resumeRoomsMax;
      try {
        await syncAccount(welcome.version);
        const mine = account.rooms().flatMap(([id, { role }]) => (role === null ? [] : [id]));
        // A list without its summaries is better than none: they are asked for again.
        await Promise.all([resume(cursors()), summaries.fetch(mine).catch(() => mine.forEach(refresh))]);
      } catch {
        // If it was the connection that ended, there is nothing left to drop.
        if (connection.state === "catching-up") connection.drop("could not catch up");
        return;
      }
      connection.caughtUp();
      if (!online()) return;
      for (const sync of rooms.syncs()) sync.online();
      presence.flush();
      outbox.flush();
    },

    /** The connection is gone. */
    offline(code: number | undefined): void {
      for (const sync of rooms.syncs()) {
        sync.offline();
        if (code === resumeVoid) sync.reset(null);
      }
    },

    received(frame: ChatFrame): void {
      const known = "room" in frame ? rooms.sync(frame.room) : undefined;
      switch (frame.t) {
        case "events":
          rooms.open(frame.room).sync.events(frame.epoch, frame.from, frame.events);
          break;
        case "limited":
          rooms.open(frame.room).sync.limited(frame.epoch, frame.to);
          break;
        case "epoch":
          known?.reset(frame.epoch);
          break;
        case "receipts":
          known?.othersMarks(frame.marks);
          break;
        case "unread":
          known?.ownMark(frame);
          break;
        case "typing":
          known?.othersTyping(frame.user);
          break;
        case "live":
          live(frame);
          break;
        case "account":
          syncAccount(frame.version).catch(ignore);
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
