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
import { ChatRoom } from "./room.ts";
import { evolveFacts, type Facts, noFacts, puzzles, roleAfter, type Summary } from "./room-facts.ts";
import { RoomLog } from "./room-log.ts";
import { RoomTimeline } from "./timeline.ts";
import { countHere, countOn, noUnread, type OwnMark, recount, type Unread } from "./unread.ts";

export class RoomSync {
  readonly id: RoomId;
  readonly log: RoomLog;
  readonly timeline: RoomTimeline;
  /** What people get of this. */
  readonly room: ChatRoom;
  /** The server sends this room's events by itself. */
  live = false;
  /** The server's summary has come. */
  summarised = false;
  facts: Facts = noFacts;
  /** Mine; null: not a member. */
  role: Role | null = null;
  unread: Unread = noUnread;
  /** Others' watermarks; the same array until one rose. */
  receipts: readonly Receipt[] = [];
  /** Who is writing → until when we believe it. */
  readonly typing = new Map<UserId, number>();
  /** What room.ts made of this; null after each change. */
  info: RoomInfo | null = null;
  /** The other user of a direct room that doesn't exist yet: its first message makes it. */
  unbornPeer: UserId | null = null;
  readonly #host: Host;
  readonly #mend: (afterMs: number) => void;
  readonly #tellDelivered: (afterMs: number) => void;
  readonly #tellRead: (afterMs: number) => void;
  readonly #askReceipts: (afterMs: number) => void;
  /** I have read up to here, and the server hasn't confirmed it. 0: nothing to tell. */
  #reading: Seq = 0;
  #receiptsWanted = false;
  #roleSeq: Seq = 0;

  constructor(id: RoomId, host: Host) {
    this.id = id;
    this.#host = host;
    this.#mend = chore(host.platform, () => this.#fetchGap());
    // A lost one is made good by the next, or by the resume cursor, which counts as delivered.
    this.#tellDelivered = chore(
      host.platform,
      () => this.live && host.tell("room.delivered", { room: id, seq: this.log.last }),
    );
    // Repeated until the server confirms it.
    this.#tellRead = chore(host.platform, async () => {
      const seq = this.#reading;
      if (seq === 0 || !this.live) return;
      const mark = (await host.request("room.read", { room: id, seq })) as OwnMark;
      if (this.#reading === seq) this.#reading = 0;
      this.ownMark(mark);
    });
    this.#askReceipts = chore(host.platform, async () => {
      if (!this.#receiptsWanted || !this.live) return;
      // Above 100 members there are only counts, and nobody's mark.
      this.othersMarks((await host.request("room.receipts", { room: id })) as { marks?: Mark[] });
    });
    this.log = new RoomLog(({ seq, at, cid }) => {
      const command = host.outbox.get(cid);
      return command ? ownEvent(seq, at, command, host.me()) : null;
    });
    this.timeline = new RoomTimeline(this, host);
    this.room = new ChatRoom(this, host);
  }

  /** Where a resume begins; null: with the newest page. */
  get cursor(): Cursor | null {
    return this.log.epoch !== null && this.log.begun ? [this.log.epoch, this.log.last] : null;
  }

  events({ epoch, from, events }: FrameOf<"events">): void {
    // What a first catch-up brings is old; what comes later is news.
    const news = this.log.begun || this.#host.online();
    this.live = true;
    this.#applied(this.log.apply(epoch, from, events), news);
  }

  limited({ epoch, to }: Pick<FrameOf<"limited">, "epoch" | "to">): void {
    this.#applied(this.log.limited(epoch, to), true);
    this.#host.refresh(this.id);
  }

  /** Another incarnation, which begins at 0; `null`: forget the copy, the server says where to begin. */
  reset({ epoch }: { epoch: Epoch | null }): void {
    this.log.reset(epoch, epoch === null ? null : 0);
    this.facts = { ...this.facts, head: 0 };
    this.unread = noUnread;
    this.receipts = [];
    this.#roleSeq = this.#reading = 0;
    this.#host.refresh(this.id);
    this.#askReceipts(0);
    this.#show();
  }

  /** We are live from this cursor on. */
  liveAt([epoch, seq]: Cursor): void {
    this.live = true;
    if (!this.log.begun) this.limited({ epoch, to: seq });
    this.#tellRead(0);
    this.#askReceipts(0);
  }

  summary({
    room: _room,
    epoch: _epoch,
    delivered: _delivered,
    role,
    read,
    unread,
    mentions,
    seq,
    ...facts
  }: Summary): void {
    const { head } = facts;
    this.unbornPeer = null;
    this.summarised = true;
    this.#become(role, head);
    if (head >= this.facts.head) {
      this.facts = this.log.between(head + 1, this.log.last).reduce(evolveFacts, facts);
    }
    this.ownMark({ seq, read, unread, mentions });
    // The server's documents may be behind its log for a moment.
    if (this.unread.stale) this.#host.refresh(this.id);
  }

  /** What the account says of me. */
  membership({ role, seq }: MembershipItem): void {
    this.#become(role, seq);
    this.#show();
  }

  /** Account, summaries and events come in any order: the highest seq knows best. */
  #become(role: Role | null, seq: Seq): void {
    if (seq < this.#roleSeq) return;
    if (this.role === null) this.log.reopen();
    if (role === null) this.live = false;
    this.role = role;
    this.#roleSeq = seq;
  }

  /** What `room.direct` said. */
  direct(peer: UserId, exists: boolean): void {
    if (this.summarised) return;
    this.facts = { ...this.facts, kind: "direct", peer };
    this.unbornPeer = exists ? null : peer;
    this.#show();
  }

  /** My read mark, from whatever device, and what is unread as of `seq`. */
  ownMark(mark: OwnMark): void {
    this.unread = recount(this.unread, mark, this.log, this.#host.me());
    this.#show();
  }

  othersMarks({ marks = [] }: { marks?: readonly Mark[] }): void {
    this.receipts = mergeMarks(this.receipts, marks, this.#host.me());
    this.#show();
  }

  othersTyping({ user }: { user: UserId }): void {
    const { platform, emitter } = this.#host;
    const until = platform.now() + typingMs;
    this.typing.set(user, until);
    platform.after(typingMs, () => {
      if (this.typing.get(user) === until) this.#typed(user);
    });
    emitter.emit("typing", { room: this.id, user });
    this.#show();
  }

  #typed(user: UserId): void {
    if (this.typing.delete(user)) this.#show();
  }

  /** A command of mine in this room came, changed or went. */
  commandChanged({ in: input }: Pending): void {
    if (typeof input.seq === "number") this.log.touched.add(input.seq);
    this.timeline.changed();
  }

  readTo(seq: Seq): void {
    if (seq <= this.unread.read) return;
    this.unread = countHere(seq, this.log, this.#host.me()) ?? this.unread;
    this.#reading = Math.max(this.#reading, seq);
    this.#tellRead(readMs);
    this.#show();
  }

  /** Others' marks are wanted from now on, after each reconnect too. */
  wantReceipts(): void {
    if (!this.#receiptsWanted) this.#askReceipts(0);
    this.#receiptsWanted = true;
  }

  #applied(applied: readonly Kept[], news: boolean): void {
    const { me, outbox, refresh, emitter } = this.#host;
    for (const line of applied) {
      this.facts = evolveFacts(this.facts, line);
      if (puzzles(this.facts, line)) refresh(this.id);
      this.unread = countOn(this.unread, line, me());
      if (line.cid !== undefined) outbox.landed(this.id, line.cid, line.seq);
      if (line.kind === "unresolved") {
        // If this fails, it is a hole like any other.
        this.load({ after: line.seq - 1, limit: 1 }).catch(ignore);
        continue;
      }
      const role = roleAfter(line, me());
      if (role !== undefined) this.#become(role, line.seq);
      if (line.by === me()) continue;
      this.#typed(line.by);
      this.#tellDelivered(deliveredMs);
    }
    if (this.unread.stale) refresh(this.id);
    outbox.passed(this.id, this.log.last);
    if (this.log.heldFrom !== null) this.#mend(gapMs);
    this.log.trim(linesMax);
    this.#show();
    for (const { seq } of news ? applied : []) {
      const message = this.timeline.message(seq);
      if (message && !message.deleted) emitter.emit("message", message);
    }
  }

  /** Entries wait behind a gap that didn't close by itself: fetches what is missing. */
  async #fetchGap(): Promise<void> {
    for (let held = this.log.heldFrom; held !== null; held = this.log.heldFrom) {
      const { epoch, last } = this.log;
      if (epoch !== null && held - last > gapMax) this.limited({ epoch, to: held - 1 });
      else await this.load({ after: last, limit: pageMax });
      if (this.log.last === last) return;
    }
  }

  /** @returns how many events came */
  async load(range: { before?: Seq; after?: Seq; around?: Seq; limit: number }): Promise<number> {
    const known = this.log.last;
    const input = { room: this.id, ...range, ...(known > 0 ? { known } : {}) };
    const page = (await this.#host.request("room.history", input)) as Page;
    const applied = this.log.load(page);
    for (const entry of page.entries) {
      if ("cid" in entry && entry.cid) this.#host.outbox.landed(this.id, entry.cid, entry.seq);
    }
    this.#applied(applied, true);
    return page.entries.filter((entry) => !("void" in entry)).length;
  }

  #show(): void {
    this.info = null;
    this.timeline.changed();
    this.#host.changed();
  }
}
