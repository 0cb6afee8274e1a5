/** One room, as people use it. */
import type { Member, Message, Room, RoomInfo, Timeline, Verdict } from "./api.ts";
import * as bounds from "./limits.ts";
import type { Done } from "./outbox.ts";
import type { Receipt } from "./receipts.ts";
import type { RoomHost, RoomSync } from "./room-sync.ts";
import { verify } from "./verify.ts";

export class ChatRoom implements Room {
  readonly id: string;
  readonly #sync: RoomSync;
  readonly #host: RoomHost;
  #info: RoomInfo | null = null;
  #infoVersion = -1;
  #typedAt: number | null = null;

  constructor(sync: RoomSync, host: RoomHost) {
    this.id = sync.id;
    this.#sync = sync;
    this.#host = host;
  }

  get timeline(): Timeline {
    this.#sync.wantReceipts();
    return this.#sync.timeline;
  }

  info(): RoomInfo {
    const { facts, log, typists, unread, version } = this.#sync;
    if (this.#info && this.#infoVersion === version) return this.#info;
    const { kind, name, about, history, join, members, role, peer, last } = facts;
    const shown = { id: this.id, kind, name, about, history, join, members, role, peer, last };
    const head = Math.max(facts.head, log.last);
    this.#infoVersion = version;
    this.#info = {
      ...shown,
      head,
      ...{ read: unread.read, unread: unread.unread },
      mentions: unread.mentions,
      typing: typists.all,
    };
    return this.#info;
  }

  receipts(): readonly Receipt[] {
    this.#sync.wantReceipts();
    return this.#sync.receipts.all;
  }

  async receiptCounts(seq: number): Promise<{ delivered: number; read: number }> {
    const { marks, counts } = await this.#sync.askReceipts(seq);
    if (counts) return counts;
    const others = (marks ?? []).filter(([user]) => user !== this.#host.me());
    return {
      delivered: others.filter(([, delivered]) => delivered >= seq).length,
      read: others.filter(([, , read]) => read >= seq).length,
    };
  }

  async members(): Promise<Member[]> {
    const members: Member[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const input = { room: this.id, limit: bounds.pageMax, ...(after ? { after } : {}) };
      const page = (await this.#host.request("room.members", input)) as { members: Member[]; next?: string };
      members.push(...page.members);
      after = page.next ?? null;
    }
    return members;
  }

  verify(): Promise<Verdict> {
    return verify(this.id, this.#sync.log, this.#host);
  }

  async send(draft: {
    text: string;
    re?: number;
    mentions?: string[];
  }): Promise<{ seq: number; cid: string }> {
    const { unbornPeer } = this.#sync;
    const { seq, n, cid } = await this.#do("room.post", {
      text: draft.text,
      ...(draft.re === undefined ? {} : { re: draft.re }),
      ...mentioning(draft.mentions),
      ...(unbornPeer === null ? {} : { with: unbornPeer }),
    });
    // The message is the last event of its command: the first one of a direct room is `created`.
    return { seq: seq + n - 1, cid };
  }

  async edit(seq: number, text: string, mentions?: Message["mentions"]): Promise<void> {
    await this.#do("room.edit", { seq, text, ...mentioning(mentions) });
  }

  async remove(seq: number): Promise<void> {
    await this.#do("room.delete", { seq });
  }

  async react(seq: number, key: string, on: boolean): Promise<void> {
    await this.#do("room.react", { seq, key, on });
  }

  async add(users: string[]): Promise<void> {
    await this.#do("room.add", { users });
  }

  async kick(user: string): Promise<void> {
    await this.#do("room.remove", { user });
  }

  async ban(user: string): Promise<void> {
    await this.#do("room.ban", { user });
  }

  async unban(user: string): Promise<void> {
    await this.#do("room.unban", { user });
  }

  async setRole(user: string, role: Member["role"]): Promise<void> {
    await this.#do("room.role", { user, role });
  }

  async transfer(user: string): Promise<void> {
    await this.#do("room.transfer", { user });
  }

  async rename(name: string): Promise<void> {
    await this.#do("room.rename", { name });
  }

  async describe(about: string): Promise<void> {
    await this.#do("room.describe", { about });
  }

  async setHistory(history: RoomInfo["history"]): Promise<void> {
    await this.#do("room.setHistory", { history });
  }

  async setJoin(join: RoomInfo["join"]): Promise<void> {
    await this.#do("room.setAccess", { join });
  }

  async join(): Promise<void> {
    await this.#do("room.join", {});
  }

  async leave(): Promise<void> {
    await this.#do("room.leave", {});
  }

  markRead(seq: number = this.#sync.log.last): void {
    this.#sync.readTo(seq);
  }

  typing(): void {
    const now = this.#host.platform.now();
    if (this.#typedAt !== null && Math.abs(now - this.#typedAt) < bounds.typingEveryMs) return;
    this.#typedAt = now;
    this.#host.tell("room.typing", { room: this.id });
  }

  #do(op: string, input: Record<string, unknown>): Promise<Done> {
    return this.#host.outbox.add(op, this.id, input).done;
  }
}

function mentioning(mentions: readonly string[] | undefined): { mentions?: readonly string[] } {
  return mentions?.length ? { mentions } : {};
}
