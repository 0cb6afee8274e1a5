import type { Store } from "../../actors/ports.ts";
import { MemoryAccounts } from "./memory/accounts.ts";
import { MemoryArchive } from "./memory/archive.ts";
import { MemoryAttempts } from "./memory/attempts.ts";
import { MemoryItems } from "./memory/items.ts";
import { MemoryMemberships } from "./memory/memberships.ts";
import { MemoryMessages } from "./memory/messages.ts";
import { MemoryProjection } from "./memory/projection.ts";
import { MemoryReceipts } from "./memory/receipts.ts";
import { MemoryRooms } from "./memory/rooms.ts";
import { MemorySecrets } from "./memory/secrets.ts";
import { MemorySessions } from "./memory/sessions.ts";
import { MemorySnapshots } from "./memory/snapshots.ts";

/** A store in memory, for tests and the simulator. What it returns is the caller's to keep. */
export function memoryStore(): Store {
  const items = new MemoryItems();
  const memberships = new MemoryMemberships();
  const messages = new MemoryMessages();
  const sessions = new MemorySessions(items);
  const rooms = new MemoryRooms(memberships);
  const repositories = {
    accounts: new MemoryAccounts(items, sessions),
    sessions,
    rooms,
    memberships,
    messages,
    receipts: new MemoryReceipts(memberships),
    snapshots: new MemorySnapshots(),
    items,
    secrets: new MemorySecrets(),
    projection: new MemoryProjection({ rooms, memberships, messages, items }),
  };
  return { ...repositories, attempts: new MemoryAttempts(), archive: new MemoryArchive(repositories) };
}
