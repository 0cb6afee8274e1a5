import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Room, RoomInfo, Timeline, TimelineRow } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";

export function useRooms(): readonly RoomInfo[] {
  const { rooms } = useSession().client;
  return useSyncExternalStore(rooms.subscribe, rooms.snapshot);
}

export function useRoom(id: string): Room {
  const { client } = useSession();
  return useMemo(() => client.room(id), [client, id]);
}

export function useTimelineRows(timeline: Timeline): readonly TimelineRow[] {
  const subscribe = useCallback((listener: () => void) => timeline.subscribe(listener), [timeline]);
  return useSyncExternalStore(subscribe, () => timeline.snapshot());
}

/**
 * Null for a room of which nothing is known. Others than those in the list may be: a direct room before its first
 * message, and a group that one has just left.
 */
export function useRoomInfo(room: Room): RoomInfo | null {
  const { rooms } = useSession().client;
  const subscribe = useCallback(
    (listener: () => void) => {
      const stopList = rooms.subscribe(listener);
      const stopRoom = room.timeline.subscribe(listener);
      return () => {
        stopList();
        stopRoom();
      };
    },
    [rooms, room],
  );
  const info = useSyncExternalStore(subscribe, () => room.info());
  return info.peer !== null || info.name !== "" ? info : null;
}
