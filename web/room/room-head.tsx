import type { RoomInfo } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { useRoomName } from "../rooms/room-name.ts";
import { closeRoom } from "../route/route.ts";
import { usePresence } from "../session/presence.ts";
import { useWatching } from "../session/watching.ts";
import { since } from "../text/when.ts";

interface Props {
  info: RoomInfo;
  detailsShown: boolean;
  onDetails: () => void;
}

export function RoomHead({ info, detailsShown, onDetails }: Props) {
  const name = useRoomName(info);
  const presence = usePresence(info.peer);
  useWatching(info.peer ? [info.peer] : []);
  return (
    <header className="room-head">
      <IconButton icon="back" label="Back to the conversations" className="back-button" onClick={closeRoom} />
      <button type="button" className="room-title" aria-expanded={detailsShown} onClick={onDetails}>
        <Avatar
          id={info.peer ?? info.id}
          name={name}
          kind={info.peer ? "person" : "group"}
          presence={presence?.state}
        />
        <h2>{name}</h2>
        <span className="room-sub">{info.peer ? presenceWords(presence) : memberWords(info.members)}</span>
      </button>
      <IconButton icon="panel" label="Details" aria-pressed={detailsShown} onClick={onDetails} />
    </header>
  );
}

const memberWords = (count: number) => (count === 1 ? "1 member" : `${count} members`);

function presenceWords(presence: ReturnType<typeof usePresence>): string {
  if (!presence) return "";
  if (presence.state !== "offline") return presence.state;
  return presence.lastSeen === null ? "offline" : `last seen ${since(presence.lastSeen, Date.now())}`;
}
