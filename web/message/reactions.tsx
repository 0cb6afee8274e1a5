import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";
import { joined } from "../text/names.ts";
import { Reaction, reactionName } from "./palette.tsx";

export function Reactions({ message, tabIndex }: { message: Message; tabIndex: 0 | -1 }) {
  if (message.reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map((reaction) => (
        <li key={reaction.key}>
          <ReactionChip message={message} name={reaction.key} users={reaction.users} tabIndex={tabIndex} />
        </li>
      ))}
    </ul>
  );
}

interface ChipProps {
  message: Message;
  name: string;
  users: readonly string[];
  tabIndex: 0 | -1;
}

function ReactionChip({ message, name, users, tabIndex }: ChipProps) {
  const { me } = useSession();
  const actions = useRoomActions();
  const names = useNames(users.slice(0, 4));
  const mine = users.includes(me.id);
  const by = joined([...names, ...Array(Math.max(0, users.length - 4)).fill("")], 4);
  return (
    <button
      type="button"
      className="reaction"
      tabIndex={tabIndex}
      aria-pressed={mine}
      aria-label={`${reactionName(name)}, ${users.length}: ${by}`}
      title={by}
      onClick={() => actions.react(message, name, !mine)}
    >
      <Reaction name={name} />
      {users.length}
    </button>
  );
}
