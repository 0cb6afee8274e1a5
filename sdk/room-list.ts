/** The rooms of this user: one object each, and the list that people see. */
import type { RoomId } from "../actors/ports.ts";
import type { RoomInfo } from "./api.ts";
import { chore } from "./chore.ts";
import { createSignal } from "./emitter.ts";
import type { Host } from "./host.ts";
import { paintMs } from "./limits.ts";
import { ChatRoom } from "./room.ts";
import { RoomSync } from "./room-sync.ts";

interface Opened {
  sync: RoomSync;
  room: ChatRoom;
}

export type RoomList = ReturnType<typeof createRoomList>;

export function createRoomList(host: Host) {
  const signal = createSignal(host.platform);
  const rooms = new Map<RoomId, Opened>();
  let shown: readonly RoomInfo[] | null = null;

  /** Tells its listeners once per painted frame: a catch-up changes a thousand rooms at once. */
  const paint = chore(host.platform, () => {
    signal.fire();
    host.emitter.emit("rooms", undefined);
  });

  function changed(): void {
    shown = null;
    paint(paintMs);
  }

  return {
    changed,

    /** The room, made if this is the first that we hear of it. */
    open(id: RoomId): Opened {
      let opened = rooms.get(id);
      if (!opened) {
        const sync = new RoomSync(id, host);
        opened = { sync, room: new ChatRoom(sync, host) };
        rooms.set(id, opened);
      }
      return opened;
    },

    /** Only if we have heard of it. */
    sync: (id: RoomId): RoomSync | undefined => rooms.get(id)?.sync,
    syncs: (): RoomSync[] => [...rooms.values()].map(({ sync }) => sync),

    clear(): void {
      rooms.clear();
      changed();
    },

    store: {
      /** Mine, by last activity. */
      snapshot(): readonly RoomInfo[] {
        shown ??= [...rooms.values()]
          .filter(({ sync }) => sync.summarised && sync.role !== null)
          .map(({ room }) => room.info())
          .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
        return shown;
      },
      subscribe: signal.add,
    },
  };
}
