/** One room, as people use it. */
import type { Member, Message, Room, RoomInfo, Timeline, Verdict } from "./api.ts";
import type { StarlingError } from "./error.ts";
import type { Host } from "./host.ts";
import { pageMax, typingEveryMs } from "./limits.ts";
import type { Receipt } from "./receipts.ts";
import type { RoomSync } from "./room-sync.ts";
import { verify } from "./verify.ts";

export class ChatRoom implements Room {
  readonly id: string;
  readonly #sync: RoomSync;
  readonly #host: Host;
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(sync: RoomSync, host: Host) {
    this.id = sync.id;
    this.#sync = sync;
    this.#host = host;
  }

  get timeline(): Timeline {
    this.#sync.wantReceipts();
    return this.#sync.timeline;
  }

  info(): RoomInfo {
    const sync = this.#sync;
    const { read, unread, mentions } = sync.unread;
    sync.info ??= {
      ...sync.facts,
      ...{ id: this.id, role: sync.role, read, unread, mentions, typing: [...sync.typing.keys()] },
      head: Math.max(sync.facts.head, sync.log.last),
    };
    return sync.info;
  }

  receipts(): readonly Receipt[] {
    this.#sync.wantReceipts();
    return this.#sync.receipts;
  }

  async members(): Promise<Member[]> {
    const members: Member[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const input = { room: this.id, limit: pageMax, ...(after ? { after } : {}) };
      const page = (await this.#host.request("room.members", input)) as {
        members: Member[];
        next?: string | null;
      };
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
    const { text, re, mentions } = draft;
    const { unbornPeer } = this.#sync;
    const { seq, n, cid } = await this.#host.outbox.add("room.post", this.id, {
      text,
      ...(re === undefined ? {} : { re }),
      ...mentioning(mentions),
      ...(unbornPeer === null ? {} : { with: unbornPeer }),
    });
    // The message is the last event of its command: the first one of a direct room is `created`.
    return { seq: seq + n - 1, cid };
  }

  edit(seq: number, text: string, mentions?: Message["mentions"]): Promise<void> {
    return this.#do("room.edit", { seq, text, ...mentioning(mentions) });
  }

  remove(seq: number): Promise<void> {
    return this.#do("room.delete", { seq });
  }

  react(seq: number, key: string, on: boolean): Promise<void> {
    return this.#do("room.react", { seq, key, on });
  }

  add(users: string[]): Promise<void> {
    return this.#do("room.add", { users });
  }

  kick(user: string): Promise<void> {
    return this.#do("room.remove", { user });
  }

  ban(user: string): Promise<void> {
    return this.#do("room.ban", { user });
  }

  unban(user: string): Promise<void> {
    return this.#do("room.unban", { user });
  }

  setRole(user: string, role: Member["role"]): Promise<void> {
    return this.#do("room.role", { user, role });
  }

  transfer(user: string): Promise<void> {
    return this.#do("room.transfer", { user });
  }

  rename(name: string): Promise<void> {
    return this.#do("room.rename", { name });
  }

  describe(about: string): Promise<void> {
    return this.#do("room.describe", { about });
  }

  setHistory(history: RoomInfo["history"]): Promise<void> {
    return this.#do("room.setHistory", { history });
  }

  setJoin(join: RoomInfo["join"]): Promise<void> {
    return this.#do("room.setAccess", { join });
  }

  join(): Promise<void> {
    return this.#do("room.join", {});
  }

  leave(): Promise<void> {
    return this.#do("room.leave", {});
  }

  markRead(seq: number = this.#sync.log.last): void {
    this.#sync.readTo(seq);
  }

  typing(): void {
    const now = this.#host.platform.now();
    // A clock that was set back must not silence us.
    if (Math.abs(now - this.#typedAt) < typingEveryMs) return;
    this.#typedAt = now;
    this.#host.tell("room.typing", { room: this.id });
  }

  async #do(op: string, input: Record<string, unknown>): Promise<void> {
    await this.#host.outbox.add(op, this.id, input).catch((error: StarlingError) => {
      // It is so already: what was asked for holds.
      if (error.code !== "unchanged") throw error;
    });
  }
}

function mentioning(mentions: readonly string[] | undefined): { mentions?: readonly string[] } {
  return mentions?.length ? { mentions } : {};
}
