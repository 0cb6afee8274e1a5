/** What the server says about one room, and what follows from it. The rules themselves are in the pure files. */
import type { Epoch, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { Cursor } from "../actors/room/events.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { MembershipItem } from "./account.ts";
import { chore } from "./chore.ts";
import { createSignal, type Signal } from "./emitter.ts";
import type { Page } from "./entry.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";
import { gapMax, gapMs, linesMax, pageMax } from "./limits.ts";
import type { Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import { type Mark, Receipts } from "./receipts.ts";
import { closesFor, evolveFacts, type Facts, noFacts, type Summary } from "./room-facts.ts";
import { type Applied, RoomLog } from "./room-log.ts";
import { RoomTimeline } from "./timeline.ts";
import { Typists } from "./typists.ts";
import { countHere, countOn, noUnread, type OwnMark, recount, type Unread } from "./unread.ts";
import { Watermarks } from "./watermarks.ts";

export class RoomSync {
  readonly id: RoomId;
  readonly log: RoomLog;
  readonly timeline: RoomTimeline;
  readonly signal: Signal;
  readonly receipts = new Receipts();
  readonly typists: Typists;
  /** The server sends this room's events by itself. */
  live = false;
  /** The server's summary has come. */
  summarised = false;
  facts: Facts = noFacts;
  unread: Unread = noUnread;
  /** Grows with each change. */
  version = 0;
  /** The other user of a direct room that doesn't exist yet: its first message makes it. */
  unbornPeer: UserId | null = null;
  readonly #host: Host;
  readonly #marks: Watermarks;
  readonly #mend: (afterMs: number) => void;
  #receiptsWanted = false;

  constructor(id: RoomId, host: Host) {
    this.id = id;
    this.#host = host;
    this.signal = createSignal(host.platform);
    this.typists = new Typists(host.platform, () => this.#show());
    this.#marks = new Watermarks(id, host, (mark) => this.ownMark(mark));
    this.#mend = chore(host.platform, () => this.#fetchGap());
    this.log = new RoomLog(({ seq, at, cid }) => {
      const command = host.outbox.get(cid);
      return command ? ownEvent(seq, at, command, host.me(), this.log) : null;
    });
    this.timeline = new RoomTimeline(this, host);
  }

  /** Where a resume begins; null: with the newest page. */
  get cursor(): Cursor | null {
    return this.log.epoch !== null && this.log.begun ? [this.log.epoch, this.log.last] : null;
  }

  events(epoch: Epoch, from: Seq, entries: readonly Entry[]): void {
    // What a first catch-up brings is old; what comes later is news.
    const news = this.log.begun || this.#host.online();
    this.live = true;
    this.#applied(this.log.apply(epoch, from, entries), news);
  }

  limited(epoch: Epoch, to: Seq): void {
    this.#applied(this.log.limited(epoch, to), true);
    this.#host.refresh(this.id);
  }

  /** Another incarnation, which begins at 0; `null`: forget the copy, the server says where to begin. */
  reset(epoch: Epoch | null): void {
    this.log.reset(epoch, epoch === null ? null : 0);
    this.facts = { ...this.facts, head: 0 };
    this.unread = noUnread;
    this.#host.refresh(this.id);
    this.#show();
  }

  /** We are live from this cursor on. */
  liveAt([epoch, seq]: Cursor): void {
    this.live = true;
    if (!this.log.begun) this.limited(epoch, seq);
  }

  /** The connection is gone. */
  offline(): void {
    this.live = false;
    this.log.release();
    this.typists.clear();
  }

  online(): void {
    this.#marks.flush();
    if (this.#receiptsWanted) this.askReceipts(this.log.last).catch(ignore);
  }

  summary(summary: Summary): void {
    this.summarised = true;
    this.unbornPeer = null;
    if (summary.head >= this.facts.head) {
      this.facts = summary;
      for (const line of this.log.between(summary.head + 1, this.log.last)) this.#evolve({ line });
    }
    this.ownMark({ ...summary, seq: summary.head });
  }

  /** What the account says; events may be further. */
  membership({ role, seq }: MembershipItem): void {
    if (seq <= this.facts.head || role === this.facts.role) return;
    this.facts = { ...this.facts, role };
    if (role === null) this.live = false;
    this.#show();
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
    this.#marks.known(mark.read);
    this.unread = recount(this.unread, mark, this.log, this.#host.me());
    this.#show();
  }

  othersMarks(marks: readonly Mark[]): void {
    this.receipts.merge(marks, this.#host.me());
    this.#show();
  }

  othersTyping(user: UserId): void {
    this.typists.started(user);
    this.#host.emitter.emit("typing", { room: this.id, user });
  }

  /** A command of mine in this room came, changed or went. */
  commandChanged({ in: input }: Pending): void {
    if (typeof input.seq === "number") this.log.touched.add(input.seq);
    this.timeline.changed();
    this.signal.fire();
  }

  readTo(seq: Seq): void {
    if (seq <= this.unread.read) return;
    this.unread = countHere(seq, this.log, this.#host.me()) ?? this.unread;
    this.#marks.readTo(seq);
    this.#show();
  }

  /** Others' marks are wanted from now on, after each reconnect too. */
  wantReceipts(): void {
    if (this.#receiptsWanted) return;
    this.#receiptsWanted = true;
    if (this.#host.online()) this.askReceipts(this.log.last).catch(ignore);
  }

  /** Above 100 members there are only counts. */
  async askReceipts(seq: Seq): Promise<{ delivered: number; read: number } | null> {
    const { marks = [], counts = null } = (await this.#host.request("room.receipts", {
      room: this.id,
      seq,
    })) as {
      marks?: Mark[];
      counts?: { delivered: number; read: number };
    };
    this.othersMarks(marks);
    return counts;
  }

  #applied(applied: readonly Applied[], news: boolean): void {
    const { me, outbox, refresh, emitter } = this.#host;
    for (const each of applied) {
      const { line } = each;
      this.#evolve(each);
      this.unread = countOn(this.unread, each, me());
      if (line.cid !== undefined) outbox.landed(this.id, line.cid, line.seq);
      if (line.kind === "unresolved") {
        // If this fails, the seq is closed all the same, and its row comes when the page is loaded again.
        this.load({ after: line.seq - 1, limit: 1 }).catch(ignore);
        continue;
      }
      if (closesFor(line, me())) this.live = false;
      // Whether it hit a member or a stranger, the event doesn't say.
      else if (line.kind === "banned") refresh(this.id);
      if (line.by === me()) continue;
      this.typists.stopped(line.by);
      this.#marks.deliveredTo(this.log.last);
    }
    if (this.unread.stale) refresh(this.id);
    outbox.passed(this.id, this.log.last);
    if (this.log.heldFrom !== null) this.#mend(gapMs);
    this.log.trim(linesMax);
    this.#show();
    for (const { line } of news ? applied : []) {
      const message = line.kind === "posted" ? this.timeline.message(line.seq) : null;
      if (message && !message.deleted) emitter.emit("message", message);
    }
  }

  #evolve({ line }: Applied): void {
    if (line.kind !== "unresolved") this.facts = evolveFacts(this.facts, line, this.#host.me(), this.log);
  }

  /** Entries wait behind a gap that didn't close by itself: fetches what is missing. */
  async #fetchGap(): Promise<void> {
    for (let held = this.log.heldFrom; held !== null; held = this.log.heldFrom) {
      const { epoch, last } = this.log;
      if (epoch !== null && held - last > gapMax) this.limited(epoch, held - 1);
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
    this.version++;
    this.timeline.changed();
    this.signal.fire();
    this.#host.changed();
  }
}
