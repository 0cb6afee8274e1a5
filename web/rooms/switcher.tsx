import { type KeyboardEvent, useId, useState } from "react";
import type { RoomInfo } from "../../sdk/api.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { openRoom } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";
import { useRooms } from "../session/rooms.ts";
import { UnreadBadge } from "./unread-badge.tsx";

const shownMax = 8;

/** Go anywhere by a few letters. */
export function Switcher({ onClose }: { onClose: () => void }) {
  const { people } = useSession();
  const rooms = useRooms();
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const listId = useId();
  useNames(rooms.flatMap((room) => room.peer ?? []));
  const nameOf = (room: RoomInfo) => (room.peer ? people.name(room.peer) : room.name);
  const wanted = typed.trim().toLowerCase();
  const found = rooms
    .filter((room) =>
      `${nameOf(room)} ${room.peer ? (people.get(room.peer)?.name ?? "") : ""}`
        .toLowerCase()
        .includes(wanted),
    )
    .slice(0, shownMax);

  function go(room: RoomInfo | undefined) {
    if (!room) return;
    onClose();
    openRoom(room.id);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, found.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") go(found[active]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog title="Go to" onClose={onClose} className="switcher">
      <input
        data-first
        role="combobox"
        aria-label="Name of a person or group"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
        placeholder="Name of a person or group"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="Conversations" className="switcher-list">
        {found.map((room, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, aria-activedescendant points here
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's Enter takes it
          <div
            key={room.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className="switcher-option"
            onClick={() => go(room)}
          >
            <Avatar
              id={room.peer ?? room.id}
              name={nameOf(room)}
              kind={room.peer ? "person" : "group"}
              size="small"
            />
            <span>{nameOf(room)}</span>
            <UnreadBadge unread={room.unread} mentions={room.mentions} />
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p className="faint" role="status">
          Nothing has this name.
        </p>
      )}
    </Dialog>
  );
}
