import { memo } from "react";
import type { RoomInfo } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { addressOf } from "../route/route.ts";
import { usePresence } from "../session/presence.ts";
import { briefly } from "../text/when.ts";
import { useRoomName } from "./room-name.ts";
import { RoomPreview } from "./room-preview.tsx";
import { UnreadBadge } from "./unread-badge.tsx";

export const RoomRow = memo(function RoomRow({ room, isOpen }: { room: RoomInfo; isOpen: boolean }) {
  const name = useRoomName(room);
  const presence = usePresence(room.peer);
  return (
    <li>
      <a
        href={addressOf(room.id)}
        className={room.unread > 0 ? "room-row room-row-unread" : "room-row"}
        aria-current={isOpen ? "page" : undefined}
      >
        <Avatar
          id={room.peer ?? room.id}
          name={name}
          kind={room.peer ? "person" : "group"}
          presence={presence?.state}
        />
        <span className="room-row-name">{name}</span>
        {room.last && <time className="room-row-time">{briefly(room.last.at, Date.now())}</time>}
        <RoomPreview room={room} isOpen={isOpen} />
        <UnreadBadge unread={room.unread} mentions={room.mentions} />
      </a>
    </li>
  );
});
