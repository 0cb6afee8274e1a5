import { useEffect, useState } from "react";
import type { Message, Room } from "../../sdk/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { useSession } from "../session/client.tsx";
import { say } from "../session/errors.ts";
import { fullTimeOf } from "../text/when.ts";

type Found = { versions: readonly { seq: number; at: number; text: string }[]; more: boolean };

/** What an edited message said before, newest first. */
export function Versions({ room, message, onClose }: { room: Room; message: Message; onClose: () => void }) {
  const { client } = useSession();
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<string | null>(null);
  const { seq } = message;

  useEffect(() => {
    let current = true;
    if (seq === null) return;
    client.call("room.versions", { room: room.id, seq }).then(
      (answer) => current && setFound(answer),
      (failure) => current && setError(say(failure)),
    );
    return () => {
      current = false;
    };
  }, [client, room, seq]);

  const older = found ? [...found.versions].reverse() : [];
  return (
    <Dialog title="Versions of this message" onClose={onClose}>
      <ol className="versions" aria-busy={found === null && !error}>
        <Version when="Now" text={message.text} />
        {older.map((version) => (
          <Version key={version.seq} when={fullTimeOf(version.at)} text={version.text} />
        ))}
      </ol>
      {found?.more && <p className="faint">Still older versions aren’t shown.</p>}
      <p className="form-error" role="alert">
        {error}
      </p>
    </Dialog>
  );
}

function Version({ when, text }: { when: string; text: string }) {
  return (
    <li className="version">
      <span className="faint">{when}</span>
      <p className="prewrap" dir="auto">
        {text}
      </p>
    </li>
  );
}
