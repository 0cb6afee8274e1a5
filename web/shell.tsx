import { useEffect, useState } from "react";
import { HelpSheet } from "./keys/help-sheet.tsx";
import { useShortcut } from "./keys/use-shortcut.ts";
import { Notices } from "./parts/notices.tsx";
import { RoomPane } from "./room/room-pane.tsx";
import { NewDialog } from "./rooms/new-dialog.tsx";
import { RoomsPane } from "./rooms/rooms-pane.tsx";
import { Switcher } from "./rooms/switcher.tsx";
import { useOpenRoom } from "./route/route.ts";
import { useAway } from "./session/presence.ts";
import { useRooms } from "./session/rooms.ts";
import { useWatching } from "./session/watching.ts";
import { FormerRooms } from "./settings/former-rooms.tsx";
import { PasswordChange } from "./settings/password-change.tsx";
import { Settings } from "./settings/settings.tsx";
import { Trouble } from "./trouble.tsx";
import { Welcome } from "./welcome.tsx";

type Sheet = "new" | "switcher" | "settings" | "help" | "password" | "former" | null;

/** How many people's presence the list looks at: the newest direct conversations. */
const watchedMax = 100;

/** The signed-in page: the list, the open room, and what lies over them. */
export function Shell({ onSignOut }: { onSignOut: () => void }) {
  const open = useOpenRoom();
  const rooms = useRooms();
  const [sheet, setSheet] = useState<Sheet>(null);
  const close = () => setSheet(null);
  useWatching(rooms.flatMap((room) => room.peer ?? []).slice(0, watchedMax));
  useAway();
  useShortcut("switcher", () => setSheet("switcher"));
  useShortcut("help", () => setSheet("help"));
  useTitle(rooms.reduce((sum, room) => sum + room.unread, 0));

  return (
    <div className={open ? "shell shell-room" : "shell shell-list"}>
      <RoomsPane
        open={open}
        onNew={() => setSheet("new")}
        onSwitch={() => setSheet("switcher")}
        onSettings={() => setSheet("settings")}
      />
      {open ? (
        <RoomPane key={open} id={open} />
      ) : (
        <Welcome isNew={rooms.length === 0} onNew={() => setSheet("new")} />
      )}
      <div className="overlays">
        <Trouble />
        <Notices />
      </div>
      {sheet === "new" && <NewDialog onClose={close} />}
      {sheet === "switcher" && <Switcher onClose={close} />}
      {sheet === "help" && <HelpSheet onClose={close} />}
      {sheet === "settings" && <Settings onClose={close} onSheet={setSheet} onSignOut={onSignOut} />}
      {sheet === "password" && <PasswordChange onClose={close} />}
      {sheet === "former" && <FormerRooms onClose={close} />}
    </div>
  );
}

function useTitle(unread: number): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Starling` : "Starling";
  }, [unread]);
}
