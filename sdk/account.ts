/** The mirror of the account: profile and memberships, moved on by deltas. */
import type { Item, RoomId } from "../actors/ports.ts";
import type { Role } from "../actors/room/model.ts";
import type { Host } from "./host.ts";

/** Item `room:<id>`. `to` closes what a former member sees. */
export interface MembershipItem {
  role: Role | null;
  from: number;
  to: number | null;
  banned: boolean;
  seq: number;
}

export interface ProfileItem {
  name: string;
  display: string;
  about: string;
}

interface Delta {
  version: number;
  items: Item[];
  more: boolean;
}

export function createAccount(request: Host["request"]) {
  const items = new Map<string, unknown>();
  let version = 0;
  let wanted = 0;
  let syncing: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (version < wanted) {
      const target = wanted;
      const delta = (await request("account.sync", { since: version })) as Delta;
      for (const item of delta.items) {
        if (item.value === null) items.delete(item.key);
        else items.set(item.key, item.value);
        // A part of the delta counts up to its last item; only the whole one counts as its version.
        version = Math.max(version, item.version);
      }
      if (delta.more) continue;
      version = Math.max(version, delta.version);
      // What the server doesn't know (any more) can't be waited for.
      if (wanted === target) wanted = version;
    }
  }

  return {
    get profile(): ProfileItem | undefined {
      return items.get("profile") as ProfileItem | undefined;
    },

    /** Present and former ones. */
    rooms(): [RoomId, MembershipItem][] {
      const rooms: [RoomId, MembershipItem][] = [];
      for (const [key, value] of items) {
        if (key.startsWith("room:")) rooms.push([key.slice(5), value as MembershipItem]);
      }
      return rooms;
    },

    clear(): void {
      version = wanted = 0;
      items.clear();
    },

    /** Fetches deltas until the mirror is at `target` at least. Calls share one run. */
    sync(target: number): Promise<void> {
      wanted = Math.max(wanted, target);
      syncing ??= run().finally(() => {
        syncing = null;
      });
      return syncing;
    },
  };
}
