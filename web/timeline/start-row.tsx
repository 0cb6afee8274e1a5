import type { RoomInfo } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { useRoomName } from "../rooms/room-name.ts";

/** Above the first message there is. */
export function StartRow({ room }: { room: RoomInfo }) {
  const name = useRoomName(room);
  return (
    <div className="start-row">
      <Avatar id={room.peer ?? room.id} name={name} kind={room.peer ? "person" : "group"} size="large" />
      <h3>{name}</h3>
      <p>{room.peer ? `This is where you and ${name} begin.` : "This is where the group begins."}</p>
    </div>
  );
}
