/** What the server says about one room, and what follows from it. The rules themselves are in the pure files. */
import type { Epoch, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import type { Role } from "../actors/room/model.ts";
import type { MembershipItem } from "./account.ts";
import type { RoomInfo } from "./api.ts";
import { chore } from "./chore.ts";
import type { FrameOf } from "./connection.ts";
import type { Kept, Page } from "./entry.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { deliveredMs, gapMax, gapMs, linesMax, pageMax, readMs, typingMs } from "./limits.ts";
import type { Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import { type Mark, mergeMarks, type Receipt } from "./receipts.ts";
import { createRoom } from "./room.ts";
import { evolveFacts, type Facts, noFacts, puzzles, roleAfter, type Summary } from "./room-facts.ts";
import { createRoomLog, type RoomLog } from "./room-log.ts";
import { createTimeline } from "./timeline.ts";
import { countHere, countOn, noUnread, type OwnMark, recount, type Unread } from "./unread.ts";

/** What room.ts and timeline.ts see of a room's state. */
export interface RoomSource {
  readonly id: RoomId;
  readonly log: RoomLog;
  /** Others' watermarks; the same array until one rose. */
  readonly receipts: readonly Receipt[];
  /** The other user of a direct room that doesn't exist yet: its first message makes it. */
  readonly unbornPeer: UserId | null;
  info(): RoomInfo;
  /** Loads a page; resolves to how many events came. */
  load(range: { before?: Seq | undefined; after?: Seq; around?: Seq; limit: number }): Promise<number>;
  readTo(seq: Seq): void;
  /** Others' marks are wanted from now on, after each reconnect too. */
  wantReceipts(): void;
}

export type RoomSync = ReturnType<typeof createRoomSync>;

export function createRoomSync(id: RoomId, host: Host) {
  const { platform, emitter, outbox, me, request, refresh } = host;
  /** The server sends this room's events by itself. */
  let live = false;
  /** The server's summary has come. */
  let summarised = false;
  let facts: Facts = noFacts;
  /** Mine, as of a seq; null: not a member. */
  let role: Role | null = null;
  let roleSeq: Seq = 0;
  let unread: Unread = noUnread;
  let receipts: readonly Receipt[] = [];
  let receiptsWanted = false;
  let unbornPeer: UserId | null = null;
  /** Who is writing → what cancels the end of it. */
  const typing = new Map<UserId, () => void>();
  /** I have read up to here, and the server hasn't confirmed it. 0: nothing to tell. */
  let reading: Seq = 0;
  /** What people see of all this; null after each change. */
  let shown: RoomInfo | null = null;

  const log = createRoomLog(({ seq, at, cid }) => {
    const command = outbox.get(cid);
    return command ? ownEvent(seq, at, command, me()) : null;
  });
  const source: RoomSource = {
    ...{ id, log, info, load, readTo, wantReceipts },
    get receipts() {
      return receipts;
    },
    get unbornPeer() {
      return unbornPeer;
    },
  };
  const timeline = createTimeline(source, host);
  const room = createRoom(source, timeline, host);

  const mend = chore(platform, fetchGap);
  // A lost one is made good by the next, or by the resume cursor, which counts as delivered.
  const tellDelivered = chore(
    platform,
    () => live && host.tell("room.delivered", { room: id, seq: log.last }),
  );
  // Repeated until the server confirms it.
  const tellRead = chore(platform, async () => {
    const seq = reading;
    if (seq === 0 || !live) return;
    const mark = (await request("room.read", { room: id, seq })) as OwnMark;
    if (reading === seq) reading = 0;
    ownMark(mark);
  });
  const askReceipts = chore(platform, async () => {
    if (!receiptsWanted || !live) return;
    // Above 100 members there are only counts, and nobody's mark.
    othersMarks((await request("room.receipts", { room: id })) as { marks?: Mark[] });
  });

  function show(): void {
    shown = null;
    timeline.changed();
    host.changed();
  }

  function info(): RoomInfo {
    const { read, unread: count, mentions } = unread;
    shown ??= {
      ...facts,
      ...{ id, role, read, unread: count, mentions, typing: [...typing.keys()] },
      head: Math.max(facts.head, log.last),
    };
    return shown;
  }

  function limited({ epoch, to }: Pick<FrameOf<"limited">, "epoch" | "to">): void {
    applied(log.limited(epoch, to), true);
    refresh(id);
  }

  /** Account, summaries and events come in any order: the highest seq knows best. */
  function become(next: Role | null, seq: Seq): void {
    if (seq < roleSeq) return;
    if (role === null) log.reopen();
    if (next === null) live = false;
    role = next;
    roleSeq = seq;
  }

  /** My read mark, from whatever device, and what is unread as of `seq`. */
  function ownMark(mark: OwnMark): void {
    unread = recount(unread, mark, log, me());
    show();
  }

  function othersMarks({ marks = [] }: { marks?: readonly Mark[] }): void {
    receipts = mergeMarks(receipts, marks, me());
    show();
  }

  function typed(user: UserId): void {
    typing.get(user)?.();
    if (typing.delete(user)) show();
  }

  function readTo(seq: Seq): void {
    if (seq <= unread.read) return;
    unread = countHere(seq, log, me()) ?? unread;
    reading = Math.max(reading, seq);
    tellRead(readMs);
    show();
  }

  function wantReceipts(): void {
    if (!receiptsWanted) askReceipts(0);
    receiptsWanted = true;
  }

  function applied(lines: readonly Kept[], news: boolean): void {
    for (const line of lines) {
      facts = evolveFacts(facts, line);
      if (puzzles(facts, line)) refresh(id);
      unread = countOn(unread, line, me());
      outbox.landed(id, line);
      if (line.kind === "unresolved") {
        // If this fails, it is a hole like any other.
        load({ after: line.seq - 1, limit: 1 }).catch(ignore);
        continue;
      }
      const next = roleAfter(line, me());
      if (next !== undefined) become(next, line.seq);
      if (line.by === me()) continue;
      typed(line.by);
      tellDelivered(deliveredMs);
    }
    if (unread.stale) refresh(id);
    outbox.passed(id, log.last);
    if (log.heldFrom) mend(gapMs);
    log.trim(linesMax);
    show();
    for (const { seq } of news ? lines : []) {
      const message = timeline.message(seq);
      if (message && !message.deleted) emitter.emit("message", message);
    }
  }

  /** Entries wait behind a gap that didn't close by itself: fetches what is missing. */
  async function fetchGap(): Promise<void> {
    const { cursor, heldFrom } = log;
    if (!cursor || !heldFrom) return;
    const [epoch, last] = cursor;
    if (heldFrom - last > gapMax) limited({ epoch, to: heldFrom - 1 });
    else await load({ after: last, limit: pageMax });
    if (log.last > last) await fetchGap();
  }

  async function load(range: Parameters<RoomSource["load"]>[0]): Promise<number> {
    const input = { room: id, ...range, known: log.last || undefined };
    const page = (await request("room.history", input)) as Page;
    const lines = log.load(page);
    let count = 0;
    for (const entry of page.entries) {
      if ("void" in entry) continue;
      outbox.landed(id, entry);
      count++;
    }
    applied(lines, true);
    return count;
  }

  return {
    ...{ id, log, room, info, limited, unread: ownMark, receipts: othersMarks },

    get live() {
      return live;
    },
    get summarised() {
      return summarised;
    },

    events({ epoch, from, events }: FrameOf<"events">): void {
      // What a first catch-up brings is old; what comes later is news.
      const news = log.cursor !== null || host.online();
      live = true;
      applied(log.apply(epoch, from, events), news);
    },

    /** Another incarnation, which begins at 0; `null`: forget the copy, the server says where to begin. */
    epoch({ epoch }: { epoch: Epoch | null }): void {
      log.reset(epoch, epoch === null ? null : 0);
      facts = { ...facts, head: 0 };
      unread = noUnread;
      receipts = [];
      roleSeq = reading = 0;
      refresh(id);
      askReceipts(0);
      show();
    },

    /** We are live from this cursor on. */
    liveAt([epoch, seq]: Cursor): void {
      live = true;
      if (log.cursor === null) limited({ epoch, to: seq });
      tellRead(0);
      askReceipts(0);
    },

    offline(): void {
      live = false;
    },

    summary(summary: Summary): void {
      // biome-ignore format: what isn't a fact, at one glance
      const {
        room: _room, epoch: _epoch, delivered: _delivered, role: next,
        read: _read, unread: _unread, mentions: _mentions, seq: _seq, ...theirs
      } = summary;
      const { head } = theirs;
      unbornPeer = null;
      summarised = true;
      become(next, head);
      if (head >= facts.head) facts = log.between(head + 1, log.last).reduce(evolveFacts, theirs);
      ownMark(summary);
      // The server's documents may be behind its log for a moment.
      if (unread.stale) refresh(id);
    },

    /** What the account says of me. */
    membership({ role: next, seq }: MembershipItem): void {
      become(next, seq);
      show();
    },

    /** What `room.direct` said. */
    direct(peer: UserId, exists: boolean): void {
      if (summarised) return;
      facts = { ...facts, kind: "direct", peer };
      unbornPeer = exists ? null : peer;
      show();
    },

    typing({ user }: { user: UserId }): void {
      typing.get(user)?.();
      typing.set(
        user,
        platform.after(typingMs, () => typed(user)),
      );
      emitter.emit("typing", { room: id, user });
      show();
    },

    /** A command of mine in this room came, changed or went. */
    commandChanged({ in: input }: Pending): void {
      if (typeof input.seq === "number") log.touched.add(input.seq);
      timeline.changed();
    },
  };
}
