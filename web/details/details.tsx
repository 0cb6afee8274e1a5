import { useLayoutEffect, useRef } from "react";
import type { Room, RoomInfo } from "../../sdk/api.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { GroupDetails } from "./group-details.tsx";
import { PersonDetails } from "./person-details.tsx";

interface Props {
  room: Room;
  info: RoomInfo;
  onClose: () => void;
}

/** Beside the room, or over it where there is no room. Takes focus, and gives it back. */
export function Details({ room, info, onClose }: Props) {
  const pane = useRef<HTMLElement>(null);

  useLayoutEffect(() => {
    const before = document.activeElement;
    const inside = pane.current;
    inside?.querySelector("h2")?.focus();
    return () => {
      if (before instanceof HTMLElement && inside?.contains(document.activeElement)) before.focus();
    };
  }, []);

  return (
    <aside ref={pane} className="details" aria-label="Details">
      <header className="details-head">
        <h2 tabIndex={-1}>{info.peer ? "Profile" : "Group"}</h2>
        <IconButton icon="close" label="Close the details" onClick={onClose} />
      </header>
      <div className="details-body">
        {info.peer ? <PersonDetails user={info.peer} /> : <GroupDetails room={room} info={info} />}
      </div>
    </aside>
  );
}
