import type { RoomInfo } from "../../sdk/api.ts";
import { useDraft } from "../composer/drafts.ts";
import { useSession } from "../session/client.tsx";
import { useOutgoing } from "../session/outgoing.ts";
import { useNames, usePerson } from "../session/people.ts";
import { joined } from "../text/names.ts";

/** The second line of a row: who types, else a draft, else the newest message. */
export function RoomPreview({ room, isOpen }: { room: RoomInfo; isOpen: boolean }) {
  const { me, people } = useSession();
  const draft = useDraft(room.id);
  const typing = useNames(room.typing);
  const outgoing = useOutgoing(room.id);
  usePerson(room.peer ? null : (room.last?.by ?? null));

  if (typing.length > 0) {
    return (
      <span className="room-row-preview typing-words">
        {room.peer ? "typing…" : `${joined(typing, 2)} typing…`}
      </span>
    );
  }
  if (draft && !isOpen) {
    return (
      <span className="room-row-preview">
        <em className="draft-word">Draft:</em> {draft}
      </span>
    );
  }
  if (outgoing !== null) return <span className="room-row-preview">You: {outgoing}</span>;
  if (!room.last) return <span className="room-row-preview">No messages yet</span>;
  const by = room.last.by === me.id ? "You: " : room.peer ? "" : `${people.name(room.last.by)}: `;
  return (
    <span className="room-row-preview">
      {by}
      {room.last.text}
    </span>
  );
}
