import { useEffect, useRef } from "react";
import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { useSession } from "../session/client.tsx";
import { palette, Reaction } from "./palette.tsx";

export function PalettePicker({ message, onDone }: { message: Message; onDone: () => void }) {
  const { me } = useSession();
  const actions = useRoomActions();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);

  return (
    <fieldset className="palette" aria-label="React with">
      {palette.map(({ key, name }, index) => {
        const mine = message.reactions.some(
          (reaction) => reaction.key === key && reaction.users.includes(me.id),
        );
        return (
          <button
            key={key}
            ref={index === 0 ? first : undefined}
            type="button"
            aria-label={name}
            title={name}
            aria-pressed={mine}
            onClick={() => {
              actions.react(message, key, !mine);
              onDone();
            }}
          >
            <Reaction name={key} />
          </button>
        );
      })}
    </fieldset>
  );
}
