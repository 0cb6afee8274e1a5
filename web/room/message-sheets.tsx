import type { Message, Room } from "../../sdk/api.ts";
import { Versions } from "../message/versions.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { notifyOf } from "../parts/notices.tsx";

export type MessageSheet = { type: "delete" | "versions"; message: Message };

interface Props {
  room: Room;
  sheet: MessageSheet;
  onClose: () => void;
}

/** What is asked or shown about one message, over the room. */
export function MessageSheets({ room, sheet: { type, message }, onClose }: Props) {
  if (type === "versions") return <Versions room={room} message={message} onClose={onClose} />;

  function remove() {
    onClose();
    if (message.seq === null) return;
    room.remove(message.seq).catch(notifyOf("Not deleted"));
  }

  return (
    <Confirm
      title="Delete this message?"
      text="It goes for everyone, with all its versions. This can’t be undone."
      action="Delete for everyone"
      onClose={onClose}
      onYes={remove}
    />
  );
}
