import type { Room, RoomInfo } from "../../sdk/api.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { GroupDetails } from "./group-details.tsx";
import { PersonDetails } from "./person-details.tsx";

interface Props {
  room: Room;
  info: RoomInfo;
  onClose: () => void;
}

export function Details({ room, info, onClose }: Props) {
  return (
    <aside className="details" aria-label="Details">
      <header className="details-head">
        <h2>{info.peer ? "Profile" : "Group"}</h2>
        <IconButton icon="close" label="Close the details" onClick={onClose} />
      </header>
      <div className="details-body">
        {info.peer ? <PersonDetails user={info.peer} /> : <GroupDetails room={room} info={info} />}
      </div>
    </aside>
  );
}
