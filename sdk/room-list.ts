/** The rooms of this user: one object each, and the list that people see. */
import type { RoomId } from "../actors/ports.ts";
import type { RoomInfo } from "./api.ts";
import { chore } from "./chore.ts";
import { createSignal } from "./emitter.ts";
import type { Host } from "./host.ts";
import { paintMs } from "./limits.ts";
import { createRoomSync, type RoomSync } from "./room-sync.ts";

export type RoomList = ReturnType<typeof createRoomList>;

export function createRoomList(host: Host) {
  const signal = createSignal(host.platform);
  const rooms = new Map<RoomId, RoomSync>();
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
    open(id: RoomId): RoomSync {
      const room = rooms.get(id) ?? createRoomSync(id, host);
      rooms.set(id, room);
      return room;
    },

    /** Only if we have heard of it. */
    get: (id: RoomId): RoomSync | undefined => rooms.get(id),
    all: (): Iterable<RoomSync> => rooms.values(),

    clear(): void {
      rooms.clear();
      changed();
    },

    store: {
      /** Mine, by last activity. */
      snapshot(): readonly RoomInfo[] {
        shown ??= [...rooms.values()]
          .filter(({ summarised }) => summarised)
          .map(({ info }) => info())
          .filter(({ role }) => role !== null)
          .sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
        return shown;
      },
      subscribe: signal.add,
    },
  };
}
