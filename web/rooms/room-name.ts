import type { RoomInfo } from "../../sdk/api.ts";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";

/** A group's name, or who is on the other side. */
export function useRoomName(room: RoomInfo | null): string {
  const { people } = useSession();
  usePerson(room?.peer ?? null);
  if (!room) return "";
  return room.peer ? people.name(room.peer) : room.name;
}
