import { useEffect, useState } from "react";
import { Avatar } from "../parts/avatar.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { addressOf } from "../route/route.ts";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";
import { type Former, formerRooms } from "../session/former.ts";

export function FormerRooms({ onClose }: { onClose: () => void }) {
  const { client } = useSession();
  const [rooms, setRooms] = useState<readonly Former[] | null>(null);
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    let current = true;
    formerRooms(client).then(
      (found) => current && setRooms(found),
      (failure) => current && setError(say(failure)),
    );
    return () => {
      current = false;
    };
  }, [client]);

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
      <p className="form-error" role="alert">
        {error}
      </p>
    </Dialog>
  );
}
