import { useCallback } from "react";
import { Avatar } from "../parts/avatar.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { FormError } from "../parts/form-error.tsx";
import { addressOf } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { formerRooms } from "../session/former.ts";
import { useLoaded } from "../session/loaded.ts";

export function FormerRooms({ onClose }: { onClose: () => void }) {
  const { client } = useSession();
  const { found: rooms, error } = useLoaded(useCallback(() => formerRooms(client), [client]));

  return (
    <Dialog title="Groups you were in" onClose={onClose}>
      <p className="faint">What was written while you were a member stays readable.</p>
      <ul className="former" aria-busy={rooms === null && !error}>
        {rooms?.map((room) => (
          <li key={room.id}>
            <a className="row-button" href={addressOf(room.id)} onClick={onClose}>
              <Avatar id={room.id} name={room.name} kind="group" size="small" />
              {room.name}
            </a>
          </li>
        ))}
      </ul>
      {rooms?.length === 0 && <p>There are none.</p>}
      <FormError error={error} />
    </Dialog>
  );
}
