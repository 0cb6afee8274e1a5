/** One room, as people use it. */
import type { Member, Message, Room, Timeline } from "./api.ts";
import type { StarlingError } from "./error.ts";
import type { Host } from "./host.ts";
import { pageMax, typingEveryMs } from "./limits.ts";
import type { RoomSource } from "./room-sync.ts";
import { verify } from "./verify.ts";

export interface ChatRoom extends Room {
  join(): Promise<void>;
}

export function createRoom(source: RoomSource, timeline: Timeline, host: Host): ChatRoom {
  const { id, log, info, readTo, wantReceipts } = source;
  let typedAt = Number.POSITIVE_INFINITY;

  async function act(op: string, input: Record<string, unknown>): Promise<void> {
    await host.outbox.add(op, id, input).catch((error: StarlingError) => {
      // It is so already: what was asked for holds.
      if (error.code !== "unchanged") throw error;
    });
  }

  return {
    id,
    info,

    get timeline() {
      wantReceipts();
      return timeline;
    },

    receipts() {
      wantReceipts();
      return source.receipts;
    },

    async members() {
      const members: Member[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const input = { room: id, limit: pageMax, after };
        const page = (await host.request("room.members", input)) as {
          members: Member[];
          next?: string | null;
        };
        members.push(...page.members);
        after = page.next ?? null;
      }
      return members;
    },

    verify: () => verify(id, log, host),

    async send({ text, re, mentions }) {
      const { unbornPeer } = source;
      const { seq, n, cid } = await host.outbox.add("room.post", id, {
        text,
        ...(re === undefined ? {} : { re }),
        ...mentioning(mentions),
        ...(unbornPeer === null ? {} : { with: unbornPeer }),
      });
      // The message is the last event of its command: the first one of a direct room is `created`.
      return { seq: seq + n - 1, cid };
    },

    edit: (seq, text, mentions) => act("room.edit", { seq, text, ...mentioning(mentions) }),
    remove: (seq) => act("room.delete", { seq }),
    react: (seq, key, on) => act("room.react", { seq, key, on }),
    add: (users) => act("room.add", { users }),
    kick: (user) => act("room.remove", { user }),
    ban: (user) => act("room.ban", { user }),
    unban: (user) => act("room.unban", { user }),
    setRole: (user, role) => act("room.role", { user, role }),
    transfer: (user) => act("room.transfer", { user }),
    rename: (name) => act("room.rename", { name }),
    describe: (about) => act("room.describe", { about }),
    setHistory: (history) => act("room.setHistory", { history }),
    setJoin: (join) => act("room.setAccess", { join }),
    join: () => act("room.join", {}),
    leave: () => act("room.leave", {}),

    markRead: (seq = log.last) => readTo(seq),

    typing() {
      const now = host.platform.now();
      // A clock that was set back must not silence us.
      if (Math.abs(now - typedAt) < typingEveryMs) return;
      typedAt = now;
      host.tell("room.typing", { room: id });
    },
  };
}

function mentioning(mentions: readonly string[] | undefined): { mentions?: Message["mentions"] } {
  return mentions?.length ? { mentions } : {};
}
