import { useRef } from "react";
import { keyCaps, shortcuts } from "../keys/shortcuts.ts";
import { useShortcut } from "../keys/use-shortcut.ts";
import { Icon } from "../parts/icon.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { Mark } from "../parts/mark.tsx";
import { addressOf, openRoom, roomOfAddress } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { useSettled } from "../session/connection.ts";
import { usePerson } from "../session/people.ts";
import { useRooms } from "../session/rooms.ts";
import { neighbour } from "./neighbour.ts";
import { RoomRow } from "./room-row.tsx";

interface Props {
  open: string | null;
  onNew: () => void;
  onSwitch: () => void;
  onSettings: () => void;
}

export function RoomsPane({ open, onNew, onSwitch, onSettings }: Props) {
  const rooms = useRooms();
  const settled = useSettled();
  const profile = usePerson(useSession().me.id);
  const list = useRef<HTMLUListElement>(null);

  function go(step: -1 | 1, unreadOnly: boolean) {
    const to = neighbour(rooms, roomOfAddress(), step, unreadOnly);
    if (!to) return;
    openRoom(to);
    list.current?.querySelector(`[href="${addressOf(to)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  useShortcut("previous", () => go(-1, false));
  useShortcut("next", () => go(1, false));
  useShortcut("previousUnread", () => go(-1, true));
  useShortcut("nextUnread", () => go(1, true));

  return (
    <nav className="rooms" aria-label="Conversations">
      <header className="rooms-head">
        <h1 className="brand">
          <Mark size={26} />
          Starling
        </h1>
        <IconButton icon="settings" label="Settings" onClick={onSettings} />
        <IconButton icon="plus" label="New conversation" className="button-tinted" onClick={onNew} />
      </header>
      <button type="button" className="rooms-search" onClick={onSwitch}>
        <Icon name="search" size={18} />
        Go to…
        <span className="keys" aria-hidden="true">
          {keyCaps(shortcuts.switcher.keys).map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      </button>
      {rooms.length === 0 ? (
        settled && (
          <div className="rooms-none">
            <p>No conversations yet.</p>
            {profile && (
              <p className="faint">
                Others find you as <strong>@{profile.name}</strong>.
              </p>
            )}
            <button type="button" className="button button-main" onClick={onNew}>
              Start one
            </button>
          </div>
        )
      ) : (
        <ul ref={list} className="rooms-list">
          {rooms.map((room) => (
            <RoomRow key={room.id} room={room} isOpen={room.id === open} />
          ))}
        </ul>
      )}
    </nav>
  );
}
