import type { Archive, ArchiveEntry } from "../../../actors/ports.ts";
import { isWrite } from "../merge/entry.ts";
import { writesOfMembership } from "../merge/membership.ts";
import { writesOfRoom } from "../merge/room.ts";
import type { MemoryAccounts } from "./accounts.ts";
import type { MemoryItems } from "./items.ts";
import type { MemoryMemberships } from "./memberships.ts";
import type { MemoryMessages } from "./messages.ts";
import type { MemoryProjection } from "./projection.ts";
import type { MemoryReceipts } from "./receipts.ts";
import type { MemoryRooms } from "./rooms.ts";
import type { MemorySecrets } from "./secrets.ts";
import type { MemorySessions } from "./sessions.ts";
import type { MemorySnapshots } from "./snapshots.ts";

interface Repositories {
  accounts: MemoryAccounts;
  sessions: MemorySessions;
  rooms: MemoryRooms;
  memberships: MemoryMemberships;
  messages: MemoryMessages;
  receipts: MemoryReceipts;
  snapshots: MemorySnapshots;
  items: MemoryItems;
  secrets: MemorySecrets;
  projection: MemoryProjection;
}

export class MemoryArchive implements Archive {
  readonly #held: Repositories;

  constructor(held: Repositories) {
    this.#held = held;
  }

  async *entries(): AsyncIterable<ArchiveEntry> {
    const { secrets, accounts, sessions, rooms, memberships, messages, receipts, snapshots, items } =
      this.#held;
    for (const secret of await secrets.list("")) yield { t: "secret", ...secret };
    for (const account of accounts.all()) yield { t: "account", account: { ...account } };
    for (const session of sessions.all()) yield { t: "session", session: { ...session } };
    for (const room of rooms.all()) yield* writesOfRoom(room);
    for (const membership of memberships.all()) yield* writesOfMembership(membership);
    yield* messages.all();
    for (const mark of receipts.all()) yield { t: "mark", mark: { ...mark } };
    for (const snapshot of snapshots.all()) yield { t: "snapshot", snapshot: { ...snapshot } };
    for (const [user, mirror] of items.all()) {
      yield { t: "version", user, version: mirror.version };
      for (const item of mirror.items.values()) yield { t: "item", user, item: { ...item } };
    }
  }

  async put(entries: readonly ArchiveEntry[]): Promise<void> {
    for (const entry of entries) await this.#put(entry);
  }

  async #put(entry: ArchiveEntry): Promise<unknown> {
    const { secrets, accounts, sessions, receipts, snapshots, items, projection } = this.#held;
    if (isWrite(entry)) return projection.apply([entry]);
    switch (entry.t) {
      case "secret":
        return secrets.putIfAbsent(entry.name, entry.value);
      case "account":
        return accounts.put(entry.account);
      case "session":
        return sessions.put(entry.session);
      case "mark":
        return receipts.merge([entry.mark]);
      case "snapshot":
        return snapshots.put(entry.snapshot);
      case "version":
        return items.putVersion(entry.user, entry.version);
      case "item":
        return items.put(entry.user, entry.item);
    }
  }
}
