/** What the server says about one room, and what follows from it. The rules themselves are in the pure files. */
import type { Epoch, RoomId, Seq, UserId } from "../actors/ports.ts";
import type { Cursor, Stub } from "../actors/room/events.ts";
import type { Entry } from "../actors/room/frame.ts";
import type { MembershipItem } from "./account.ts";
import { jitter } from "./backoff.ts";
import { type Emitter, Signal } from "./emitter.ts";
import * as bounds from "./limits.ts";
import type { Outbox, Pending } from "./outbox.ts";
import { ownEvent } from "./own-event.ts";
import type { ClientPlatform } from "./platform.ts";
import { type Mark, Receipts } from "./receipts.ts";
import { evolveFacts, type Facts, factsOf, noFacts, type Summary } from "./room-facts.ts";
import { type Applied, type OwnEvent, type Page, RoomLog } from "./room-log.ts";
import { RoomTimeline } from "./timeline.ts";
import { Typists } from "./typists.ts";
import { countHere, countOn, noUnread, recount, type Unread } from "./unread.ts";
import { type OwnMark, Watermarks } from "./watermarks.ts";

/** What a room needs of its client. */
export interface RoomHost {
  platform: ClientPlatform;
  outbox: Outbox;
  emitter: Emitter;
  me(): UserId;
  online(): boolean;
  request(op: string, input: unknown): Promise<unknown>;
  tell(op: string, input: unknown): void;
  /** The list of rooms looks different. */
  changed(): void;
  /** Ask for this room's summary, soon. */
  refresh(room: RoomId): void;
}

export class RoomSync {
  readonly id: RoomId;
  readonly log: RoomLog;
  readonly timeline: RoomTimeline;
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
  readonly #host: RoomHost;
  readonly #signal: Signal;
  readonly #marks: Watermarks;
  #receiptsWanted = false;
  #mending = false;

  constructor(id: RoomId, host: RoomHost) {
    this.id = id;
    this.#host = host;
    this.#signal = new Signal(host.platform);
    this.log = new RoomLog((stub) => this.#expand(stub));
    this.typists = new Typists(host.platform, () => this.#show());
    this.timeline = new RoomTimeline({
      room: id,
      log: this.log,
      me: host.me,
      pending: () => host.outbox.list().filter(({ room }) => room === id),
      status: (seq) => this.receipts.status(seq),
      unborn: () => this.unbornPeer !== null,
      load: (range) => this.#load({ ...range, limit: bounds.olderRows }),
      signal: this.#signal,
    });
    this.#marks = new Watermarks({ ...host, room: id, confirmed: (mark) => this.ownMark(mark) });
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

  /** We are live from this cursor on: what isn't here by now must be fetched. */
  liveAt([epoch, seq]: Cursor): void {
    this.live = true;
    if (!this.log.begun) this.limited(epoch, seq);
    else if (this.log.waiting) this.#mend();
  }

  /** The connection is gone. */
  offline(): void {
    this.live = false;
    this.log.release();
    this.typists.clear();
  }

  online(): void {
    this.#marks.flush();
    if (this.#receiptsWanted) this.#fetchReceipts();
  }

  summary(summary: Summary): void {
    this.summarised = true;
    this.unbornPeer = null;
    if (summary.head >= this.facts.head) {
      this.facts = factsOf(summary);
      for (const line of this.log.between(summary.head + 1, this.log.last))
        this.#evolve({ line, dropped: null });
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
    if (exists) this.#host.refresh(this.id);
    this.#show();
  }

  /** My read mark, from whatever device, and what is unread as of `seq`. */
  ownMark({ seq, read, unread, mentions }: OwnMark): void {
    this.#marks.known(read);
    this.unread = recount(this.unread, { seq, read, unread, mentions }, this.log, this.#host.me());
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
    this.#signal.fire();
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
    if (this.#host.online()) this.#fetchReceipts();
  }

  async askReceipts(seq: Seq): Promise<{ marks?: Mark[]; counts?: { delivered: number; read: number } }> {
    return (await this.#host.request("room.receipts", { room: this.id, seq })) as { marks?: Mark[] };
  }

  #fetchReceipts(): void {
    this.askReceipts(this.log.last).then(
      ({ marks }) => this.othersMarks(marks ?? []),
      () => {},
    );
  }

  #expand(stub: Stub): OwnEvent | null {
    const command = this.#host.outbox.get(stub.cid);
    return command ? ownEvent(stub, command, this.#host.me(), this.log) : null;
  }

  #applied(applied: readonly Applied[], news: boolean): void {
    const { me, outbox, refresh } = this.#host;
    let foreign = false;
    for (const each of applied) {
      const { line } = each;
      this.#evolve(each);
      this.unread = countOn(this.unread, each, me());
      if (line.cid !== undefined) outbox.landed(this.id, line.cid, line.seq);
      if (line.kind === "unresolved") void this.#resolve(line.seq);
      else if (line.by !== me()) {
        foreign = true;
        this.typists.stopped(line.by);
      }
      // Whether it hit a member or a stranger, the event doesn't say.
      if (line.kind === "banned") refresh(this.id);
    }
    if (this.unread.stale) refresh(this.id);
    if (this.summarised && this.facts.role === null) this.live = false;
    outbox.passed(this.id, this.log.last);
    if (foreign) this.#marks.deliveredTo(this.log.last);
    if (this.log.waiting) this.#mend();
    this.log.trim(bounds.linesMax);
    this.#show();
    if (news) for (const { line } of applied) this.#announce(line.seq);
  }

  #announce(seq: Seq): void {
    const message = this.log.line(seq)?.kind === "posted" ? this.timeline.message(seq) : null;
    if (message) this.#host.emitter.emit("message", message);
  }

  #evolve({ line }: Applied): void {
    if (line.kind !== "unresolved") this.facts = evolveFacts(this.facts, line, this.#host.me(), this.log);
  }

  /** Entries wait behind a gap: give it a moment to close by itself, then fetch what is missing. */
  #mend(afterMs: number = bounds.gapMs, attempt = 0): void {
    if (this.#mending) return;
    this.#mending = true;
    this.#host.platform.after(afterMs, () => {
      this.#fetchGap().then(
        () => {
          this.#mending = false;
        },
        () => {
          this.#mending = false;
          if (this.log.waiting) this.#mend(jitter(this.#host.platform, attempt), attempt + 1);
        },
      );
    });
  }

  async #fetchGap(): Promise<void> {
    for (let held = this.log.heldFrom; held !== null; held = this.log.heldFrom) {
      const { epoch, last } = this.log;
      if (epoch !== null && held - last > bounds.gapMax) this.limited(epoch, held - 1);
      else await this.#load({ after: last, limit: bounds.pageMax });
      if (this.log.last === last) return;
    }
  }

  /** Our own line, whose body nobody here remembers. */
  async #resolve(seq: Seq): Promise<void> {
    // If this fails the seq is closed all the same, and its row comes with the next load of the page.
    await this.#load({ after: seq - 1, limit: 1 }).catch(() => 0);
  }

  /** @returns how many events came */
  async #load(range: { before?: Seq; after?: Seq; around?: Seq; limit: number }): Promise<number> {
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
    this.#signal.fire();
    this.#host.changed();
  }
}
